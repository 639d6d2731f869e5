# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Personal numbers stay out of logs and error messages: the last line of defence.

Nothing of KHBS writes a NIK or KK into a log. But Odoo logs a statement that fails with
the values in it, PostgreSQL tells which key existed already, and a traceback repeats
what it was told. Every log record of the process and every error that leaves by RPC
therefore passes here; the statement is shown without its values.

``post_load`` of the manifest puts it in place, once for a process.
"""

import logging
import re
import sys
import traceback

# NIK, KK and the tax number; also with the gaps that people type.
LONG_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9]){14,}")
# A budget account, after its year or not, is nobody's number.
_ACCOUNT_CODE = re.compile(r"(?:20[0-9]{2} )?[0-9]\.[0-9](?:\.[0-9]{2}){3}\.[0-9]{4}")
# A literal of SQL, as psycopg2 writes it into the statement.
_LITERAL = re.compile(r"'(?:[^'\\]|''|\\.)*'")
# How odoo.sql_db logs a statement that failed.
_BAD_QUERY = "bad query: %s\nERROR: %s"
# What PostgreSQL quotes of the rows, in the text of an error.
_QUOTED = re.compile(r"^(DETAIL|CONTEXT): .*$", re.MULTILINE)


def redact(text):
    """Return *text* with every run of fifteen or more digits replaced."""
    return LONG_NUMBER.sub(_withhold, _QUOTED.sub(r"\1: withheld", text))


def _withhold(match):
    return match[0] if _ACCOUNT_CODE.fullmatch(match[0]) else "[number withheld]"


def redact_values(value):
    """Return *value* (of JSON) with the texts in it redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10**14:
        return redact(str(value))
    if isinstance(value, (list, tuple)):
        return [redact_values(one) for one in value]
    if isinstance(value, dict):
        return {redact_values(key): redact_values(one) for key, one in value.items()}
    return value


def without_details(error):
    """Return what PostgreSQL says of an *error*, without the rows that it quotes."""
    diag = getattr(error, "diag", None)
    if not diag or not diag.message_primary:
        return str(error)
    where = diag.constraint_name or diag.table_name
    return f"{diag.message_primary} [{diag.sqlstate}{f', {where}' if where else ''}]"


def without_literals(query):
    """Return a statement without the values in it."""
    if isinstance(query, bytes):
        query = query.decode(errors="replace")
    return _LITERAL.sub("'..'", str(query))


def redacting(factory):
    """Return a factory of log records like *factory*, without personal numbers."""
    formatter = logging.Formatter()

    def make(*args, **kwargs):
        record = factory(*args, **kwargs)
        if record.msg == _BAD_QUERY and len(record.args) == 2:
            query, error = record.args
            record.args = (without_literals(query), without_details(error))
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # Arguments that do not fit: logging would repeat them in its complaint.
            record.msg, record.args = redact(str(record.msg)), None
            message = record.msg
        shown = redact(message)
        if shown != message:
            # Without arguments the text is taken as it is.
            record.msg, record.args = shown, ()
        if record.exc_info and record.exc_info[0]:
            # A formatter takes the text that is there already.
            record.exc_text = redact(formatter.formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return record

    make.redacting = True
    return make


def report_uncaught(kind, value, trace):
    """Write an exception that nobody caught, as Python does, without the numbers."""
    sys.stderr.write(redact("".join(traceback.format_exception(kind, value, trace))))
