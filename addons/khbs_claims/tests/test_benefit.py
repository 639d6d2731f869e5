# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, mute_logger

from .common import ClaimsCase


class TestBenefit(ClaimsCase):
    def test_shipped_benefits_are_those_of_the_programme(self):
        self.assertEqual((self.cash.amount, self.cash.channel), (250000, "account"))
        self.assertEqual((self.food.amount, self.food.channel), (150000, "goods"))
        package = [(line.code, line.quantity, line.unit) for line in self.food.line_ids]
        self.assertEqual(
            package, [("RICE", 5, "kg"), ("OIL", 1, "l"), ("SUGAR", 1, "kg")]
        )
        self.assertEqual(sum(self.food.line_ids.mapped("price")), self.food.amount)

    def _new_food(self, price):
        return self.env["khbs.benefit"].create(
            {
                "code": "FOOD2",
                "name": "Paket",
                "kind": "food",
                "channel": "goods",
                "amount": 100000,
                "valid_from": "2026-01-01",
                "line_ids": [
                    Command.create(
                        {
                            "code": "RICE",
                            "name": "Beras",
                            "unit": "kg",
                            "quantity": 5,
                            "unit_price": price,
                        }
                    )
                ],
            }
        )

    def test_commodities_sum_to_the_package(self):
        with self.assertRaises(ValidationError):
            self._new_food(20001)
        self.assertTrue(self._new_food(20000))

    def test_database_refuses_a_package_that_does_not_sum(self):
        benefit = self._new_food(20000)
        self.env.flush_all()
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_benefit_line SET unit_price = 1 WHERE benefit_id = %s",
                [benefit.id],
            )
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_versions_of_a_benefit_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self.cash.copy({"valid_from": "2026-06-01", "valid_to": "2026-06-30"})
        self.cash.valid_to = "2026-05-31"
        later = self.cash.copy({"valid_from": "2026-06-01", "amount": 300000})
        both = self.cash + later
        self.assertEqual(both._valid_on(later.valid_from), later)

    def test_a_benefit_in_use_keeps_its_amount(self):
        self._decided_round()
        for record, values in (
            (self.cash, {"amount": 1}),
            (self.food.line_ids[0], {"unit_price": 1}),
        ):
            with (
                self.subTest(record=record),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                [[name, value]] = values.items()
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = %s",
                        SQL.identifier(record._table),
                        SQL.identifier(name),
                        value,
                        record.id,
                    )
                )
        with self.assertRaises(UserError):
            self.cash.amount = 1
