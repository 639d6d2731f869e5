# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the counter without a network, on the vectors' terminal."""

import pytest
from terminal_stage import Stage, card_numbered, make_card

from khbs_terminal import CardError, NetworkError, Refusal, TerminalError, jws
from tools.vectors import make_vectors, pki, signing
from tools.virtual_card import Faults

DAY = pki.DAY
# Commands of one claim: SELECT, GET DATA, GET RESPONSE, GENERAL AUTHENTICATE.
SIGNATURE = 4


def refused(stage, why, card=None, act="serve", **options):
    """Check that the act is refused for *why* and that the journal says so."""
    with pytest.raises(Refusal) as caught:
        getattr(stage.terminal, act)(card or stage.card, **options)
    assert caught.value.why == why
    ev, d = stage.journal()[-1]
    assert (ev, d["why"]) == ("deny", why)
    assert stage.terminal.requests_sent == 0


def test_a_family_is_served_once(stage):
    served = stage.terminal.serve(stage.card, identity_seen=True, gps=[-2, 113, 10])
    assert served.total == 750_000
    assert [line.e for line in served.lines] == ["E26A-000000001", "E26A-000000002"]
    (_, intent), (_, claim) = stage.journal()[-2:]
    message = jws.parse(claim["jws"])
    assert intent["jti"] == message.payload["jti"] == served.jti
    assert intent["e"] == [line["e"] for line in message.payload["it"]]
    assert message.payload["tid"] == pki.TID
    assert (claim["mode"], claim["cvm"], claim["op"]) == ("off", "id", "OP1")
    jws.check_signature(message, pki.KEYS["card"].public)
    refused(stage, "ALREADY_GIVEN", identity_seen=True)
    assert stage.terminal.close_shift() == (1, 750_000)


def test_the_receipt_is_32_columns_wide_and_names_everything(stage):
    served = stage.terminal.serve(stage.card, identity_seen=True)
    lines = served.receipt.splitlines()
    assert max(map(len, lines)) <= 32
    for text in ("Mina Antang", "KH01012345642", "Rp 750.000", "Beras 10 kg", "Luring"):
        assert text in served.receipt
    assert served.qr == stage.journal()[-1][1]["jws"]


def test_lines_that_need_an_identity_check_wait_for_it(stage):
    served = stage.terminal.serve(stage.card)
    assert [line.b for line in served.lines] == ["BERAS10"]
    refused(stage, "IDENTITY")
    served = stage.terminal.serve(stage.card, identity_seen=True)
    assert [line.b for line in served.lines] == ["TUNAI"]


def test_a_genuine_card_that_is_not_in_the_lease(stage):
    refused(stage, "NOT_IN_LEASE", card_numbered(10))


def test_a_card_with_the_right_number_and_a_certificate_but_another_key(stage):
    certificate = pki.card_certificate(pki.KEYS["forged card"], None)
    refused(stage, "WRONG_KEY", make_card("forged card", certificate))


def test_a_card_that_cannot_sign_with_its_certified_key(stage):
    copied = make_card("forged card", pki.certificates()["card"])
    with pytest.raises(CardError):
        stage.terminal.serve(copied, identity_seen=True)
    assert stage.events()[-2:] == ["intent", "deny"]


def test_a_blocked_card(stage):
    index = 5000
    _lease_for(stage, index)
    refused(stage, "SUSPENDED", card_numbered(index))


def test_a_card_that_the_list_does_not_know(stage):
    _lease_for(stage, make_vectors.LIST_SIZE)
    refused(stage, "UNKNOWN_CARD", card_numbered(make_vectors.LIST_SIZE))


def _lease_for(stage, index, handover=0):
    """Adopt a lease whose one row is the card numbered *index*."""
    card_numbered(index)
    key_hash = _key_hash(f"card {index}")
    row = [
        make_vectors.card_no("01", index),
        key_hash,
        None,
        "Bawi",
        handover,
        [["E9", "BERAS10", "2026-3", 150_000]],
    ]
    return stage.adopt_lease(rows=[row])


def _key_hash(name):
    return signing.b64url(signing.sha256(pki.KEYS[name].spki)[:16])


def test_a_block_at_this_terminal_counts_at_once(stage):
    assert stage.terminal.block(pki.CARD, "lost", online=False) == "noted"
    refused(stage, "SUSPENDED", identity_seen=True)


def test_hand_over_and_first_claim_without_a_network(stage):
    shipped = 123_457
    lease = _lease_for(stage, shipped, handover=1)
    card = card_numbered(shipped)
    refused(stage, "NOT_ACTIVE", card)
    stage.terminal.activate(card)
    ev, d = stage.journal()[-1]
    assert ev == "activate"
    payload = jws.parse(d["jws"]).payload
    assert (payload["tid"], payload["op"]) == (pki.TID, "OP1")
    assert stage.terminal.serve(card).total == 150_000
    refused(stage, "NO_HANDOVER", card, act="activate")
    assert lease.rows[make_vectors.card_no("01", shipped)].handover


def test_the_older_card_ends_with_the_hand_over_of_the_newer(stage):
    shipped = 123_457
    card = card_numbered(shipped)
    line = ["E26A-000000001", "TUNAI", "2026-3", 600_000]
    rows = make_vectors.lease_payload()["rows"][:1]
    number = make_vectors.card_no("01", shipped)
    rows.append([number, _key_hash(f"card {shipped}"), None, "Mina", 1, [line]])
    stage.adopt_lease(rows=rows)
    stage.terminal.activate(card)
    refused(stage, "SUSPENDED", identity_seen=True)
    assert stage.terminal.serve(card, identity_seen=True).total == 600_000


def test_nothing_offline_after_the_end_of_lease_list_or_round(stage):
    stage.adopt_lease(rnd={"2026-3": pki.NOW + DAY})
    stage.clock.advance(2 * DAY)
    refused(stage, "ROUND_OVER", identity_seen=True)
    stage.clock.advance(12 * DAY)
    refused(stage, "LEASE_EXPIRED", identity_seen=True)
    stage.clock.advance(DAY)
    refused(stage, "STALE_LIST", identity_seen=True)


def test_the_last_synchronisation_is_not_too_long_ago(stage):
    stage.terminal._store.put("last_sync", stage.clock.now - 13 * DAY)
    stage.clock.advance(2 * DAY)
    refused(stage, "NO_SYNC", identity_seen=True)


def test_a_lease_newer_than_the_list_waits_for_the_list(stage):
    stage.adopt_lease(lst_min=413)
    refused(stage, "STALE_LIST", identity_seen=True)


def test_a_clock_two_days_back(stage):
    stage.clock.now -= 2 * DAY
    refused(stage, "CLOCK", identity_seen=True)


@pytest.mark.parametrize("limits", [{"claims": 0}, {"sum": 749_999}])
def test_limits_of_the_lease(stage, limits):
    stage.adopt_lease(lim={"claims": 9, "sum": 9_999_999, "lines": 6, **limits})
    refused(stage, "LIMIT", identity_seen=True)


def test_limits_of_one_tap(stage):
    lines = [[f"E-{i}", "BERAS10", "2026-3", 250_000] for i in range(8)]
    rows = make_vectors.lease_payload()["rows"][:1]
    rows[0][5] = lines
    stage.adopt_lease(rows=rows, lim={"claims": 9, "sum": 9_999_999, "lines": 6})
    # Four times 250,000 fit into 1,200,000.
    assert len(stage.terminal.serve(stage.card).lines) == 4
    assert len(stage.terminal.serve(stage.card).lines) == 4
    refused(stage, "ALREADY_GIVEN")


def test_a_terminal_that_was_suspended_serves_nobody(stage):
    stage.terminal._store.put("state", "SUSPENDED")
    refused(stage, "LOCKED", identity_seen=True)


def test_nobody_works_without_an_open_shift_or_with_a_wrong_password(stage):
    stage.terminal.close_shift()
    for op, password in (("OP1", "wrong"), ("OP2", "rahasia-1"), ("OP1", "")):
        with pytest.raises(Refusal):
            stage.terminal.open(op, password)
    with pytest.raises(Refusal):
        stage.terminal.serve(stage.card)
    stage.terminal.open("OP1", "rahasia-1")
    with pytest.raises(Refusal):
        stage.terminal.open("OP1", "rahasia-1")


def test_a_card_taken_away_leaves_an_answered_intent(stage):
    stage.card.faults = Faults(tear_at=SIGNATURE)
    with pytest.raises(CardError):
        stage.terminal.serve(stage.card, identity_seen=True)
    assert stage.events()[-2:] == ["intent", "deny"]
    stage.card.faults = Faults()
    assert stage.terminal.serve(stage.card, identity_seen=True).total == 750_000


def test_online_acts_without_a_network_change_nothing(stage):
    before = stage.events()
    with pytest.raises(NetworkError):
        stage.terminal.serve_online(stage.card, identity_seen=True)
    with pytest.raises(NetworkError):
        stage.terminal.sync_time()
    with pytest.raises(NetworkError):
        stage.terminal.push()
    assert stage.events() == before


def test_two_programs_cannot_work_one_terminal(stage):
    with pytest.raises(TerminalError):
        Stage(stage.folder)


def test_boots_are_counted(stage):
    boots = [entry.payload["boot"] for entry in stage.terminal.journal.entries()]
    stage.clock.boot = "second boot"
    stage.terminal.serve(stage.card)
    entries = list(stage.terminal.journal.entries())
    assert set(boots) == {1}
    assert entries[-1].payload["boot"] == 2
