# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import logging
import re
from contextlib import contextmanager

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import authority
from ..exceptions import ProtocolError
from .common import CardsCase, Chip


class _Kept(logging.Handler):
    """Keeps all that is logged, with its tracebacks."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record):
        self.lines.append(self.format(record))


class TestSecrets(CardsCase):
    """No key is in the database, nor in what is logged, however much is logged."""

    @contextmanager
    def _all_logged(self):
        kept = _Kept()
        loggers = [logging.getLogger(name) for name in ("odoo", "odoo.sql_db")]
        levels = [logger.level for logger in loggers]
        loggers[0].addHandler(kept)
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        try:
            yield kept
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            loggers[0].removeHandler(kept)

    def _secrets(self, answer):
        """Return {what: texts of which none may be found}."""
        found = {"master": (self.keys.path / "master").read_text()}
        for name in self.keys.store.names():
            key = self.keys.store.private_key(name)
            number = key.private_numbers().private_value.to_bytes(32, "big")
            der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            # Not only whole: the scalar lies in the middle of the DER.
            found[name] = number.hex()
            found[f"{name} base64"] = base64.b64encode(number[:30]).decode()
            found[f"{name} PEM"] = base64.b64encode(der).decode()[48:88]
        found["9B"] = answer["k9b"]
        found["9B base64"] = base64.b64encode(bytes.fromhex(answer["k9b"])).decode()
        return {what: re.escape(text) for what, text in found.items()} | {
            "PUK": rf"(?<![0-9a-f.]){answer['puk']}(?![0-9a-f.])",
            "PIN": rf"[\"',(]{answer['pin']}[\"',)]",
        }

    def test_no_key_is_in_the_database_or_in_a_log(self):
        with self._all_logged() as kept:
            card = self._allocated(profile="pin")
            job = self.jobs._station_next("S0001")
            chip = Chip(("9E", "9C"))
            answer = self._certify(job, chip)
            self.jobs._station_done("S0001", self._done_params(job, chip, answer))
            self.cards._status_list(None)
            self._fail_in_every_way(card)
            self.env.flush_all()
        log = "\n".join(kept.lines)
        self.assertIn("INSERT INTO", log, "the statements were logged")
        secrets = self._secrets(answer)
        self.assertRegex(answer["pin"], r"^\d{6}$")
        for what, pattern in secrets.items():
            self.assertIsNone(re.search(pattern, log), f"{what} in a log")
        for table, text in self._tables():
            for what, pattern in secrets.items():
                self.assertIsNone(re.search(pattern, text), f"{what} in {table}")

    def _fail_in_every_way(self, card):
        """Errors with a key in the hand of the code that raises."""
        self._allocated()
        job = self.jobs._station_next("S0002")
        with self._refused(ProtocolError):
            self._certify(job, Chip(), device="S0002", perso=["x"])
        path = self.keys.path / "L01.pem"
        content = path.read_bytes()
        try:
            path.write_bytes(content[:60])
            with self._refused(UserError):
                authority.signer(self.env, "list", "card.list")
            path.chmod(0o644)
            with self._refused(UserError):
                authority.signer(self.env, "list", "card.list")
        finally:
            path.chmod(0o600)
            path.write_bytes(content)

    def _tables(self):
        """Yield (table, all its rows as text) of every table with rows."""
        self.env.cr.execute(
            """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
               AND table_name NOT IN ('ir_model_fields', 'ir_ui_view', 'khbs_area')
            """
        )
        for [table] in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL("SELECT string_agg(t::text, ' ') FROM %s t", SQL.identifier(table))
            )
            [text] = self.env.cr.fetchone()
            if text:
                yield table, text
