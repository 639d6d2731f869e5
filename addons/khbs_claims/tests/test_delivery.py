# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

import psycopg2
import pypdf

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ClaimsCase


class TestDelivery(ClaimsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._decided_round()
        cls.point = cls.env["khbs.point"].create(
            {
                "code": "TB-01",
                "name": "Balai desa",
                "area_id": cls.village.id,
                "village_ids": cls.village.ids,
            }
        )

    def _delivery(self, do_number="DO-1", **values):
        return (
            self.env["khbs.delivery"]
            .with_user(self.distribution)
            .create(
                {
                    "round_id": self.round.id,
                    "benefit_id": self.food.id,
                    "point_id": self.point.id,
                    "spa_number": "SPA-1",
                    "spa_date": "2026-03-01",
                    "do_number": do_number,
                    "do_date": "2026-03-02",
                    "transport": "boat",
                    **values,
                }
            )
        )

    def _sent(self, **values):
        delivery = self._delivery(**values)
        delivery.action_order()
        delivery.action_send()
        return delivery

    def _receive(self, delivery, damaged=0, short=0, number="BAST-1"):
        """Note what arrived; *damaged* and *short* are of the first commodity."""
        for line in delivery.line_ids:
            line.write({"good": line.sent - damaged - short})
            line.write({"damaged": damaged, "short": short})
            damaged = short = 0
        delivery.write({"bast_number": number, "bast_date": "2026-03-03"})
        delivery.action_receive()

    def _quantities(self, delivery, name):
        return {line.benefit_line_id.code: line[name] for line in delivery.line_ids}

    def test_quantities_follow_from_the_open_packages(self):
        delivery = self._delivery()
        delivery.action_order()
        self.assertEqual(delivery.package_count, 3)
        self.assertEqual(
            self._quantities(delivery, "planned"), {"RICE": 15, "OIL": 3, "SUGAR": 3}
        )

    def test_bast_counts_what_was_sent_and_is_a_paper(self):
        delivery = self._sent()
        self._receive(delivery, damaged=2, short=1)
        self.assertEqual(delivery.state, "received")
        paper = delivery.paper_id
        pdf = pypdf.PdfReader(io.BytesIO(paper.pdf_attachment_id.raw))
        text = " ".join(page.extract_text() for page in pdf.pages)
        for words in ("BERITA ACARA", "DO-1", "BAST-1", "Beras premium", "Kelotok"):
            self.assertIn(words, text)

    def test_a_bast_that_does_not_add_up_is_not_closed(self):
        delivery = self._sent()
        delivery.write({"bast_number": "B", "bast_date": "2026-03-03"})
        with self.assertRaises(UserError):
            delivery.action_receive()
        line = delivery.line_ids[0]
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_delivery_line SET received = true WHERE id = %s", [line.id]
            )

    def test_a_closed_bast_stays(self):
        delivery = self._sent()
        self._receive(delivery)
        with self.assertRaises(UserError):
            delivery.write({"witness": "Lain"})
        with self.assertRaises(UserError):
            delivery.line_ids[0].write({"good": 1})
        with (
            self.assertRaises(psycopg2.errors.RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE khbs_delivery_line SET good = 0, short = sent WHERE id = %s",
                [delivery.line_ids[0].id],
            )

    def test_order_needs_its_papers_and_a_decided_round(self):
        with self.assertRaises(UserError):
            self._delivery(spa_number=False).action_order()
        undecided = self._round(code="R-2")
        with self.assertRaises(UserError):
            self._delivery(round_id=undecided.id).action_order()

    def test_a_do_number_is_used_once(self):
        self._delivery().action_order()
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._delivery()

    def test_quantities_are_entered_at_their_time_only(self):
        delivery = self._delivery()
        delivery.action_order()
        with self.assertRaises(UserError):
            delivery.line_ids[0].write({"good": 1})
        with self.assertRaises(UserError):
            delivery.line_ids[0].write({"planned": 1})
        with self.assertRaises(UserError):
            delivery.write({"point_id": self.point.copy({"code": "X"}).id})
        with self.assertRaises(AccessError):
            delivery.write({"state": "received"})

    def test_other_roles_do_not_deliver(self):
        delivery = self._delivery()
        for user in (self.operator, self.auditor, self.maker):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                delivery.with_user(user).action_order()

    def test_stock_is_good_less_handed_over(self):
        self._receive(self._sent(), damaged=2)
        self.assertEqual(self.point._stock()["RICE"], (13, 0, 13))
        food = self._entitlements(self.round, self.food)
        self._judge(self._claim(food[0], point=self.point).line_ids)
        held = self._claim(food[1], point=self.point).line_ids
        self._judge(held, "HELD_GAP", pay="hold", stock="hold")
        self.assertEqual(self.point._stock()["RICE"], (13, 5, 8))
        self._judge(held, version=2)
        self.assertEqual(
            self.point._stock(),
            {"RICE": (13, 10, 3), "OIL": (3, 2, 1), "SUGAR": (3, 2, 1)},
        )

    def test_a_second_order_asks_only_for_what_did_not_arrive(self):
        first = self._sent()
        with self.assertRaisesRegex(UserError, "not ordered yet"):
            self._delivery(do_number="DO-2").action_order()
        commodity = first.line_ids[0].benefit_line_id
        self._receive(first, damaged=1, short=1)
        second = self._delivery(do_number="DO-3")
        second.action_order()
        planned = {line.benefit_line_id: line.planned for line in second.line_ids}
        self.assertEqual(planned.pop(commodity), 2)
        self.assertEqual(set(planned.values()), {0})
        self.assertEqual(second.package_count, 1)
