# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import draw
from .lists_common import VILLAGES, ListsCase


@tagged("post_install", "-at_install")
class TestQuota(ListsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.families = [cls._eligible(place, 4 - place) for place in range(4)]

    def test_places_are_shared_out_in_proportion_and_sum_exactly(self):
        recipient_list = self._collected(5)
        recipient_list.action_propose_quotas()
        regencies = recipient_list.quota_ids.filtered(lambda q: q.level == "regency")
        self.assertEqual(
            {q.code: (q.eligible, q.places) for q in regencies},
            {"62.06": (9, 5), "62.71": (1, 0)},
        )
        self.assertEqual(
            self._places(recipient_list),
            dict(zip(VILLAGES, (2, 2, 1, 0), strict=True)),
        )
        self.assertEqual(recipient_list.quota_difference, 0)
        self.assertEqual(recipient_list.village_difference, 0)

    def test_rank_selects_the_first_of_each_village_and_the_others_wait(self):
        recipient_list = self._ranked(5)
        selected = recipient_list.line_ids.filtered(lambda x: x.status == "selected")
        self.assertEqual(len(selected), 5)
        self.assertEqual(recipient_list.selected_count, 5)
        self.assertEqual(recipient_list.waiting_count, 5)
        for code, places in self._places(recipient_list).items():
            lines = recipient_list.line_ids.filtered(
                lambda x, code=code: x.area_id.code == code
            ).sorted("rank")
            order = [draw.lot(recipient_list.seed, x.household_id.name) for x in lines]
            self.assertEqual(order, sorted(order))
            self.assertEqual(
                lines.mapped("status"),
                ["selected"] * places + ["waiting"] * (len(lines) - places),
            )
            waiting = lines.filtered(lambda x: x.status == "waiting")
            self.assertEqual(
                waiting.mapped("waiting_number"), list(range(1, len(waiting) + 1))
            )
            self.assertEqual(self._quota(recipient_list, code).taken, places)

    def test_a_quota_is_changed_with_a_reason_that_stays(self):
        recipient_list = self._ranked(5)
        quota = self._quota(recipient_list, VILLAGES[0])
        with self.assertRaisesRegex(UserError, "why the quota"):
            quota.places = 1
        with self.assertRaises(UserError):
            quota.write({"eligible": 9})
        quota.write({"places": 1, "reason": "Desa menerima program lain"})
        self.assertFalse(recipient_list.ranked_at)
        self.assertEqual(recipient_list.village_difference, 1)
        change = self.env["khbs.quota.change"].search([], limit=1)
        self.assertEqual(
            (change.area_id, change.places_before, change.places_after, change.reason),
            (self.villages[0], 2, 1, "Desa menerima program lain"),
        )
        self.assertEqual(change.user_id, self.operator)
        with self.assertRaisesRegex(UserError, "do not sum"):
            recipient_list.action_rank()
        with self.assertRaisesRegex(UserError, "do not sum"):
            recipient_list.action_propose()
        self._quota(recipient_list, VILLAGES[1]).write(
            {"places": 3, "reason": "Tempat dari desa tetangga"}
        )
        recipient_list.action_rank()
        recipient_list.action_propose()
        self.assertEqual(recipient_list.state, "proposed")

    def test_a_reason_changes_with_the_places_only(self):
        recipient_list = self._ranked(5)
        quota = self._quota(recipient_list, VILLAGES[0])
        quota.write({"places": 1, "reason": "Kesepakatan"})
        before = self.env["khbs.quota.change"].search_count([])
        for vals in ({"reason": "Lain"}, {"places": 1, "reason": "Lain"}):
            with self.assertRaisesRegex(UserError, "both together"):
                quota.write(vals)
        self.assertEqual(quota.reason, "Kesepakatan")
        self.assertEqual(self.env["khbs.quota.change"].search_count([]), before)

    def test_a_changed_regency_is_spread_over_its_villages(self):
        recipient_list = self._collected(5)
        recipient_list.action_propose_quotas()
        katingan = self._quota(recipient_list, "62.06", "regency")
        katingan.write({"places": 4, "reason": "Alokasi minimal untuk Palangka Raya"})
        self.assertEqual(recipient_list.quota_difference, 1)
        with self.assertRaisesRegex(UserError, "its regencies have 4"):
            recipient_list.action_rank()
        self._quota(recipient_list, "62.71", "regency").write(
            {"places": 1, "reason": "Alokasi minimal"}
        )
        recipient_list.action_spread_villages()
        self.assertEqual(recipient_list.village_difference, 0)
        self.assertEqual(sum(self._places(recipient_list).values()), 5)
        recipient_list.action_rank()
        self.assertEqual(recipient_list.selected_count, 5)

    def test_the_database_refuses_more_families_than_places(self):
        recipient_list = self._ranked(5)
        waiting = recipient_list.line_ids.filtered(lambda x: x.status == "waiting")[0]
        quota = self._quota(recipient_list, VILLAGES[0])
        self.env.flush_all()
        for statement in (
            "UPDATE khbs_recipient_line SET status = 'selected' "
            f"WHERE id = {waiting.id}",
            f"UPDATE khbs_quota SET places = 1 WHERE id = {quota.id}",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_decided_quotas_do_not_change(self):
        recipient_list = self._decided(5)
        quota = self._quota(recipient_list, VILLAGES[0])
        with self.assertRaises(UserError):
            quota.write({"places": 1, "reason": "Terlambat"})
        for statement in (
            f"UPDATE khbs_quota SET places = 9 WHERE id = {quota.id}",
            f"UPDATE khbs_quota SET reason = 'x' WHERE id = {quota.id}",
            f"DELETE FROM khbs_quota WHERE id = {quota.id}",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_only_selected_families_are_decided(self):
        recipient_list = self._decided(5)
        lines = recipient_list.line_ids
        for status, state in (("selected", "decided"), ("waiting", "eligible")):
            households = lines.filtered(
                lambda x, status=status: x.status == status
            ).household_id
            self.assertEqual(set(households.mapped("state")), {state})
            self.assertEqual(len(households), 5)

    def test_a_list_over_its_budget_is_not_decided(self):
        line = self.env["khbs.budget.line"].create(
            {
                "name": "Bantuan tunai",
                "year": 2026,
                "account_code": "5.1.06.99",
                "dpa_amount": 2_499_999,
            }
        )
        recipient_list = self._ranked(
            5,
            cash_amount=250_000,
            cash_rounds=2,
            cash_budget_line_id=line.id,
            food_amount=0,
        )
        self.assertEqual(recipient_list.year_cost, 2_500_000)
        with self.assertRaisesRegex(UserError, "more than what is free"):
            recipient_list.action_propose()
        line.dpa_amount = 2_500_000
        recipient_list.action_propose()
        self.reading(recipient_list, self.approver).action_decide()
        self.assertEqual(recipient_list.state, "decided")

    def test_two_lists_do_not_spend_the_same_money(self):
        line = self.env["khbs.budget.line"].create(
            {
                "name": "Bantuan tunai",
                "year": 2026,
                "account_code": "5.1.06.99",
                "dpa_amount": 3_000_000,
            }
        )
        money = {
            "cash_amount": 250_000,
            "cash_rounds": 2,
            "cash_budget_line_id": line.id,
            "food_amount": 0,
        }
        self._decided(5, **money)
        second = self._ranked(2, **money)
        with self.assertRaisesRegex(UserError, "free on budget line .*: Rp500.000"):
            second.action_propose()
        second.places = 1
        second.action_propose_quotas()
        second.action_rank()
        second.action_propose()
        self.reading(second, self.approver).action_decide()
        self.assertEqual(second.state, "decided")

    def test_places_need_quotas_and_quotas_need_families(self):
        recipient_list = self._collected(5)
        with self.assertRaisesRegex(UserError, "quotas proposed"):
            recipient_list.action_propose()
        recipient_list.action_propose_quotas()
        with self.assertRaisesRegex(UserError, "by rank"):
            recipient_list.action_propose()
        with self.assertRaises(AccessError):
            recipient_list.with_user(self.approver).action_rank()
        recipient_list.places = 0
        self.assertFalse(recipient_list.quota_ids)
        self.assertEqual(recipient_list.selected_count, 10)
        recipient_list.action_propose()

    def test_other_places_need_another_ranking(self):
        recipient_list = self._ranked(5)
        recipient_list.places = 6
        self.assertEqual(recipient_list.quota_difference, 1)
        self.assertEqual(recipient_list.selected_count, 0)
        recipient_list.action_propose_quotas()
        recipient_list.action_rank()
        self.assertEqual(recipient_list.selected_count, 6)

    def test_rows_of_the_papers_agree_with_the_list(self):
        recipient_list = self._ranked(5, cash_amount=250_000, food_amount=150_000)
        record = recipient_list.sudo()
        rows = list(record._annex_rows())
        self.assertEqual(len(rows), 5)
        self.assertEqual(sum(row["total"] for row in rows), recipient_list.round_cost)
        order = [(row["village_code"], row["name"]) for row in rows]
        self.assertEqual(order, sorted(order))
        recap = list(record._recap_rows())
        self.assertEqual([row["families"] for row in recap], [5])
        self.assertEqual(recap[0]["total"], recipient_list.round_cost)
        self.assertEqual(sum(q["places"] for q in record._quota_rows()), 5)
        for action in ("quotas", "recipients", "ranking"):
            shown = getattr(recipient_list, f"action_print_{action}")()
            paper = self.env["khbs.paper"].browse(shown["res_id"])
            self.assertTrue(paper.xlsx_sha256)
        with self.assertRaises(AccessError):
            recipient_list.with_user(
                self._role_user("card_officer")
            ).action_print_ranking()


@tagged("post_install", "-at_install")
class TestDraw(ListsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.families = cls._eligible(0, 4)

    def _list(self, **vals):
        values = {
            "title": "Daftar",
            "area_id": self.province.id,
            "criteria_id": self.criteria.id,
            **vals,
        }
        return self.env["khbs.recipient.list"].with_user(self.operator).create(values)

    def test_the_seed_is_drawn_by_the_system_and_shown_with_the_families(self):
        recipient_list = self._list()
        self.assertFalse(recipient_list.seed)
        recipient_list.action_announce_draw()
        committed = recipient_list.seed_sha256
        self.assertTrue(committed)
        papers = self.env["khbs.paper"].search(
            [("kind", "=", "recipient_list.draw"), ("res_id", "=", recipient_list.id)]
        )
        self.assertEqual(len(papers), 1)
        # Whoever may still change the families does not know who would be drawn.
        self.assertFalse(recipient_list.seed)
        with self.assertRaises(AccessError):
            recipient_list.read(["seed_drawn"])
        with self.assertRaises(AccessError):
            recipient_list.search([("seed_drawn", "like", "a%")])
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            recipient_list.seed = "lain"
        with self.assertRaisesRegex(UserError, "announced already"):
            recipient_list.action_announce_draw()
        for statement in ("seed = 'lain'", "seed_drawn = 'lain'"):
            self._refused_by_the_database(statement)
        recipient_list.action_collect()
        self.assertEqual(draw.commitment(recipient_list.seed), committed)
        seed = recipient_list.seed
        recipient_list.action_collect()
        self.assertEqual(recipient_list.seed, seed)
        self._refused_by_the_database("seed = 'lain'")

    def _refused_by_the_database(self, statement):
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(f"UPDATE khbs_recipient_list SET {statement}")

    def test_nobody_enters_a_seed_that_he_tried(self):
        with self.assertRaisesRegex(UserError, "nobody enters"):
            self._list(seed="yang saya coba")
        recipient_list = self._list()
        with self.assertRaisesRegex(UserError, "nobody enters"):
            recipient_list.seed = "yang saya coba"
        hidden = self.env["khbs.recipient.list"].with_user(self.operator)
        other = hidden.with_context(default_seed="coba", default_seed_drawn="coba")
        made = other.create({"title": "Daftar", "area_id": self.province.id})
        made.criteria_id = self.criteria
        made.action_collect()
        self.assertNotEqual(made.seed, "coba")

    def test_collecting_binds_the_seed_too(self):
        recipient_list = self._list()
        recipient_list.action_collect()
        self.assertTrue(recipient_list.seed_bound_at)
        with self.assertRaises(UserError):
            recipient_list.write({"seed": "yang lebih baik"})

    def test_a_public_event_gives_the_seed_on_its_day(self):
        recipient_list = self._list(seed_source="Undian contoh")
        with self.assertRaisesRegex(UserError, "public event"):
            recipient_list.action_announce_draw()
        recipient_list.seed_known_on = "2020-01-01"
        with self.assertRaisesRegex(UserError, "must lie ahead"):
            recipient_list.action_announce_draw()
        recipient_list.seed_known_on = "2999-01-01"
        recipient_list.action_announce_draw()
        with self.assertRaisesRegex(UserError, "Undian contoh"):
            recipient_list.action_collect()
        with self.assertRaisesRegex(UserError, "known on"):
            recipient_list.seed = "terlalu dini"

        due = recipient_list.sudo().create(
            {
                "title": "Daftar",
                "area_id": self.province.id,
                "criteria_id": self.criteria.id,
                "seed": False,
                "seed_source": "Undian contoh",
                "seed_known_on": "2026-01-02",
                "seed_bound_at": "2026-01-01 00:00:00",
            }
        )
        due.with_user(self.operator).seed = "271828"
        due.with_user(self.operator).action_collect()
        self.assertEqual(due.line_count, 4)
        with self.assertRaises(UserError):
            due.with_user(self.operator).seed = "314159"

    def test_earlier_draws_are_counted(self):
        first, second = self._list(), self._list()
        first.action_announce_draw()
        first.action_cancel()
        second.action_collect()
        self.assertEqual((first.earlier_draw_count, second.earlier_draw_count), (0, 1))
