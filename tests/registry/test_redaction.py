# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import logging

import pytest
from khbs_registry import redaction

NIK = "6206014506919012"
GAPS = ["6206014506919012", "6206 0145 0691 9012", "62.06.01.450691-9012"]


@pytest.fixture
def logged():
    """Return (logger, stream): what the logger writes through a redacting factory."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("khbs.test.redaction")
    logger.propagate = False
    logger.addHandler(handler)
    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(redaction.redacting(factory))
    yield logger, stream
    logging.setLogRecordFactory(factory)
    logger.removeHandler(handler)


@pytest.mark.parametrize("number", GAPS)
def test_numbers_go_with_and_without_gaps(number):
    assert redaction.redact(f"NIK {number} ada") == "NIK [number withheld] ada"


def test_what_goes_on_after_an_account_code_is_none():
    text = redaction.redact("5.4.02.03.02.0001 6206014506919012")
    assert text == "[number withheld]"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 07:20:57,123 4711 INFO khbs odoo.http: 127.0.0.1 - - 200",
        "KHBS-62.06.01-000123",
        "62.06.01.2005",
        "KH01012345642",
        "Rp 1.234.567.890",
        "5.4.02.05.02.0003",
        "2026 5.4.02.03.02.0001 Belanja Bantuan Keuangan Khusus",
    ],
)
def test_what_names_nobody_stays(text):
    assert redaction.redact(text) == text


def test_a_message_its_arguments_and_its_traceback(logged):
    logger, stream = logged
    logger.warning("NIK %s", NIK)
    logger.warning({"nik": NIK})
    try:
        raise ValueError(f"no such person: {NIK}")
    except ValueError:
        logger.exception("100%% failed for %s", NIK)
    logger.error("GET /web?nik=%s HTTP/1.1", NIK, stack_info=True)
    # Arguments that do not fit the message.
    logger.error("%d of %s", NIK)
    assert NIK not in stream.getvalue()
    assert "ValueError: no such person: [number withheld]" in stream.getvalue()
    assert "100% failed" in stream.getvalue()


def test_a_failed_statement_is_shown_without_its_values(logged):
    logger, stream = logged
    query = b"INSERT INTO p (name, nik) VALUES ('SITI \\' O''NEIL', '" + (
        NIK.encode() + b"')"
    )
    logger.error("bad query: %s\nERROR: %s", query, ValueError("no"))
    assert "SITI" not in stream.getvalue()
    assert "VALUES ('..', '..')" in stream.getvalue()


def test_what_postgresql_quotes_of_a_row_goes():
    text = (
        "duplicate key value violates unique constraint\n"
        "DETAIL:  Key (name)=(SITI) already exists.\n"
        "CONTEXT:  COPY khbs_dtsen_row, line 3: SITI"
    )
    assert "SITI" not in redaction.redact(text)
    assert redaction.redact(text).startswith("duplicate key value")


def test_values_of_an_error_as_rpc_sends_it():
    error = {
        "message": f"no {NIK}",
        "arguments": [NIK, int(NIK), 7, True, None],
        "context": {NIK: {"deep": [NIK]}},
    }
    shown = redaction.redact_values(error)
    assert NIK not in str(shown)
    assert shown["arguments"][2:] == [7, True, None]


def test_an_exception_that_nobody_caught(capsys):
    try:
        raise KeyError(NIK)
    except KeyError as error:
        redaction.report_uncaught(type(error), error, error.__traceback__)
    shown = capsys.readouterr().err
    assert "KeyError: '[number withheld]'" in shown
    assert "Traceback" in shown
