# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terminal and a server: signatures, retries, acknowledgements, time."""

import json

import pytest
from terminal_office import Office
from terminal_stage import ManualClock, Stage, load

from khbs_terminal import (
    NetworkError,
    Refusal,
    ServerError,
    Sheet,
    TerminalError,
    VerificationError,
    encoding,
    jws,
)
from tools.vectors import make_vectors, pki


@pytest.fixture
def office(clock):
    office = Office(clock)
    yield office
    office.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def stage(tmp_path, office, clock):
    stage = Stage(tmp_path / "terminal", office.url, clock)
    yield stage
    stage.close()


def test_every_request_is_signed_over_its_body(stage, office):
    stage.terminal.update_list()
    authorization, body = office.requests[-1]
    message = jws.parse(authorization.removeprefix("KHBS "))
    jws.check_signature(message, pki.KEYS["terminal"].public)
    assert message.payload["bd"] == encoding.b64url(encoding.sha256(body))
    assert (message.payload["iss"], message.payload["aud"]) == (pki.TID, pki.AUD)
    assert stage.terminal.status()["list"] == 413


def test_a_lost_answer_is_asked_for_again_with_the_same_body(stage, office):
    stage.terminal.serve(stage.card, identity_seen=True)
    office.drop = 2
    stage.terminal.push()
    sent = office.requests[-3:]
    assert len({body for _authorization, body in sent}) == 1
    assert len({authorization for authorization, _body in sent}) == 3
    assert stage.terminal.status()["unsent_claims"] == 0
    assert {code for _seq, _e, code in stage.terminal.outcomes()} == {"ACCEPTED"}


def test_a_server_that_stays_silent_is_a_network_error(stage, office):
    office.drop = 99
    with pytest.raises(NetworkError):
        stage.terminal.push()
    assert stage.terminal.status()["acked"] == 0


def test_busy_is_tried_again_and_other_errors_are_not(stage, office):
    office.errors = [(1602, {"retry_after": 3}), (1601, {"retry_after": 1})]
    stage.terminal.push()
    office.errors = [(-32603, {"ref": "x"})]
    before = len(office.requests)
    with pytest.raises(ServerError):
        stage.terminal.update_list()
    assert len(office.requests) == before + 1


def test_a_long_journal_goes_in_batches_until_all_is_acknowledged(stage, office):
    with stage.terminal._store.transaction():
        for _each in range(450):
            stage.terminal.journal.append("deny", {"card_no": pki.CARD, "why": "TEST"})
    assert stage.terminal.push() == stage.terminal.journal.last_seq
    sizes = [len(json.loads(body)["params"]["entries"]) for _a, body in office.requests]
    assert sizes == [200, 200, stage.terminal.journal.last_seq - 400]
    assert stage.terminal.push() == 0


def test_missing_entries_are_sent_again(stage, office):
    stage.terminal.push()
    lost = office.entries.pop(2)
    stage.terminal.serve(stage.card)
    first = office.edc_journal_push

    def push(params):
        # An office has closed the gap: the head is past it, the entries are asked for.
        answer = first(params)
        if 2 not in office.entries:
            answer["missing"] = [[2, 2]]
            answer["ack"] = office.ack(max(office.entries), gaps=[[2, 2]])
        return answer

    office.methods["edc.journal.push"] = push
    stage.terminal.push()
    assert office.entries[2] == lost
    assert stage.terminal.status()["unsent_claims"] == 0


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"head": encoding.b64url(bytes(32))}, id="another head"),
        pytest.param({"tid": pki.OTHER_TID}, id="another terminal"),
        pytest.param({"seq": 99}, id="more than there is"),
        pytest.param({"name": "lease"}, id="another key"),
    ],
)
def test_only_a_true_acknowledgement_counts(stage, office, forged):
    first = office.edc_journal_push

    def push(params):
        answer = first(params)
        seq = office.contiguous()
        changes = {"head": office.head(seq), **forged}
        answer["ack"] = office.ack(changes.pop("seq", seq), **changes)
        return answer

    office.methods["edc.journal.push"] = push
    if "seq" in forged:
        office.entries[99] = office.entries.get(5, "x.y")
    with pytest.raises(VerificationError):
        stage.terminal.push()
    assert stage.terminal.status()["acked"] == 0


def test_a_fork_locks_the_terminal(stage, office):
    first = office.edc_journal_push

    def push(params):
        answer = first(params)
        answer["results"][-1]["status"] = "fork"
        answer["ack"] = office.ack(3, head="other branch")
        return answer

    office.methods["edc.journal.push"] = push
    with pytest.raises(TerminalError):
        stage.terminal.push()
    with pytest.raises(Refusal):
        stage.terminal.serve(stage.card)


def test_outcomes_of_another_branch_are_not_taken_for_own(stage, office):
    served = stage.terminal.serve(stage.card)
    stage.terminal.push()
    own = encoding.b64url(stage.terminal.journal.identity(served.seq))
    line = {"e": served.lines[0].e, "code": "FORK"}
    other = {**line, "e": "E-OTHER"}
    office.methods["edc.journal.status"] = lambda _params: {
        "acked_seq": 0,
        "results": [
            {"seq": served.seq, "sha": own, "status": "fork", "lines": [line]},
            {"seq": served.seq, "sha": "x", "status": "fork", "lines": [other]},
        ],
    }
    stage.terminal.refresh_outcomes(1, served.seq)
    assert stage.terminal.outcomes() == [(served.seq, line["e"], "FORK")]


def test_a_wrong_clock_is_set_right_by_the_signed_time(stage, office):
    # The server and the truth are two days on; requests are refused at first.
    office.ahead = 2 * pki.DAY
    stage.terminal.sync_time()
    (ev, sync), (last, clock) = stage.journal()[-2:]
    assert (ev, last, clock["src"]) == ("sync", "clock", "sync")
    assert clock["to"] - clock["from"] == 2 * pki.DAY
    entries = list(stage.terminal.journal.entries())
    answer = jws.parse(sync["jws"]).payload
    assert answer["nonce"] == entries[-2].payload["prev"]
    assert stage.terminal.journal.now() == office.now
    assert len(office.requests) == 2


def test_an_old_time_answer_proves_nothing(stage, office):
    old = office.edc_time({"nonce": "x"})
    office.methods["edc.time"] = lambda _params: old
    with pytest.raises(VerificationError):
        stage.terminal.sync_time()
    assert "sync" not in stage.events()


def test_a_change_that_does_not_fit_is_replaced_by_the_full_list(stage, office):
    bad = make_vectors.signed(
        "list", "khbs-listdelta+jwt", make_vectors._delta(sha="x")
    )
    full = make_vectors._full(make_vectors.SECOND, 413)

    def answer(params):
        if params["have"]:
            return {"version": 413, "kind": "delta", "jws": bad}
        return {"version": 413, "kind": "full", "jws": full}

    office.methods["edc.blocklist.get"] = answer
    assert stage.terminal.update_list() == 413


def test_a_lost_terminal_erases_names_and_still_delivers(stage, office):
    stage.terminal.serve(stage.card, identity_seen=True)
    lease = load("lease")["lease"]
    office.errors = [(1008, {})]
    with pytest.raises(ServerError):
        stage.terminal.update_lease()
    assert stage.terminal.state == "LOST"
    stage.restart()
    assert stage.terminal.held.lease() is None
    assert stage.terminal.held.status_list() is None
    files = b"".join(path.read_bytes() for path in stage.folder.iterdir())
    assert lease.encode()[200:300] not in files
    stage.terminal.push()
    assert stage.terminal.status()["unsent_claims"] == 0
    with pytest.raises(Refusal):
        stage.terminal.serve(stage.card)


def test_a_terminal_that_was_found_again_works_and_takes_no_older_list(stage, office):
    office.errors = [(1008, {})]
    with pytest.raises(ServerError):
        stage.terminal.update_lease()
    lease = load("lease")["lease"]
    asked = []

    def lease_for(params):
        asked.append(params["have"])
        return {"lease": None if params["have"] else lease}

    office.methods["edc.lease.get"] = lease_for
    [older] = [c["jws"] for c in load("reject")["list"] if "411" in c["name"]]
    with pytest.raises(VerificationError):
        stage.terminal.held.adopt_list(older)
    stage.terminal.synchronise()
    assert asked == [None]
    assert stage.terminal.state == "ACTIVE"
    assert stage.terminal.status()["list"] == 412
    assert stage.terminal.serve(stage.card, identity_seen=True).total > 0


def test_the_names_are_for_this_user_alone(stage):
    for path in stage.folder.glob("journal.sqlite*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def _online(office, **answers):
    entitlement = {
        "e": "E26A-000000007",
        "b": "BERAS10",
        "p": "2026-3",
        "a": 150_000,
        "until": pki.NOW + pki.DAY,
        "cvm": "none",
        "label": "Beras",
    }
    held = {**entitlement, "e": "E26A-000000008", "held": True}
    info = {
        "card_no": pki.CARD,
        "state": "ACTIVE",
        "name": "Mina",
        "village": "Bukit Batu",
        "ents": [held, entitlement],
    }
    office.methods["edc.card.info"] = lambda _params: info
    office.methods.update(answers)


def test_an_authorised_claim(stage, office):
    authorised = {"auth": "A-1", "exp": office.now + 600}
    _online(office, **{"edc.claim.authorize": lambda _params: authorised})
    served = stage.terminal.serve_online(stage.card)
    (intent, _d), (claim, d) = stage.journal()[-2:]
    assert (intent, claim, d["mode"], d["auth"]) == ("intent", "claim", "on", "A-1")
    assert [line.e for line in served.lines] == ["E26A-000000007"]
    assert "Daring" in served.receipt


def test_online_claims_leave_the_limits_of_the_lease_alone(stage, office):
    authorised = {"auth": "A-1", "exp": office.now + 600}
    _online(office, **{"edc.claim.authorize": lambda _params: authorised})
    stage.adopt_lease(lim={"claims": 1, "sum": 750_000, "lines": 6})
    stage.terminal.serve_online(stage.card)
    assert stage.terminal.serve(stage.card, identity_seen=True).total == 750_000


def test_a_block_that_the_server_knows_of_is_its_to_lift(stage, office):
    stage.terminal.block(pki.CARD, "lost", online=False)
    authorised = {"auth": "A-1", "exp": office.now + 600}
    _online(office, **{"edc.claim.authorize": lambda _params: authorised})
    with pytest.raises(Refusal) as caught:
        stage.terminal.serve_online(stage.card)
    assert caught.value.why == "SUSPENDED"
    stage.terminal.push()
    assert stage.terminal.serve_online(stage.card).lines
    with pytest.raises(Refusal):
        stage.terminal.serve(stage.card)


def test_online_nothing_is_asked_for_twice_before_the_server_knows(stage, office):
    served = stage.terminal.serve(stage.card)
    [line] = served.lines
    first = {"e": line.e, "b": line.b, "p": line.p, "a": line.a}
    _online(office)
    info = office.methods["edc.card.info"](None)
    info["ents"] = [{**info["ents"][1], **first}]
    with pytest.raises(Refusal) as caught:
        stage.terminal.serve_online(stage.card)
    assert caught.value.why == "NOTHING_OPEN"
    # Once it has the claim, the server alone decides.
    stage.terminal.push()
    authorised = {"auth": "A-1", "exp": office.now + 600}
    office.methods["edc.claim.authorize"] = lambda _params: authorised
    assert stage.terminal.serve_online(stage.card).lines == served.lines


def test_a_refused_authorisation_is_a_denial(stage, office):
    _online(office)
    first = office.answer

    def answer(authorization, body):
        if b"edc.claim.authorize" in body:
            office.errors = [(1305, {"e": "E26A-000000007", "until": None})]
        return first(authorization, body)

    office.answer = answer
    with pytest.raises(Refusal) as caught:
        stage.terminal.serve_online(stage.card)
    assert caught.value.why == "1305"
    (_intent, asked), (deny, d) = stage.journal()[-2:]
    assert (deny, d["why"], d["jti"]) == ("deny", "1305", asked["jti"])


def test_an_authorisation_that_ran_out_is_given_up(stage, office):
    authorised = {"auth": "A-1", "exp": office.now - 1}
    _online(office, **{"edc.claim.authorize": lambda _params: authorised})
    with pytest.raises(Refusal):
        stage.terminal.serve_online(stage.card)
    assert stage.events()[-1] == "deny"


def test_synchronise_does_everything_in_order(stage, office):
    stage.terminal.serve(stage.card, identity_seen=True)
    stage.terminal.close_shift()
    stage.terminal.synchronise()
    methods = [json.loads(body)["method"] for _a, body in office.requests]
    assert methods == [
        "edc.heartbeat",
        "edc.time",
        "edc.journal.push",
        "edc.blocklist.get",
        "edc.lease.get",
        "edc.journal.push",
    ]
    status = stage.terminal.status()
    assert status["acked"] == status["last_seq"]


def test_a_suspended_terminal_learns_that_it_may_work_again(stage, office):
    suspended = iter([(1007, {})])
    first = office.answer

    def answer(authorization, body):
        if b"edc.blocklist.get" in body:
            office.errors = list(suspended)
        return first(authorization, body)

    office.answer = answer
    stage.terminal.synchronise()
    assert stage.terminal.state == "SUSPENDED"
    stage.terminal.synchronise()
    assert stage.terminal.state == "ACTIVE"


def test_plain_http_is_for_this_machine_only():
    with pytest.raises(TerminalError):
        Sheet(url="http://edc.example", tid=pki.TID, root_sha256="0" * 64)
