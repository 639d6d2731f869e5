# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a screen reads, its PDF and its workbook say the same."""

import io
import re

import openpyxl
from pypdf import PdfReader

from odoo.tests import tagged

from .deliberation_common import DeliberationCase
from .delivery_common import DeliveryCase
from .lists_common import ListsCase

MONTH_YEAR = "Triwulan IV 2026"


class FiguresMixin:
    """A paper as text and as rows, and the rows that a screen reads."""

    def printed(self, paper):
        """Return the text of a paper and the rows of its workbook."""
        pages = PdfReader(io.BytesIO(paper._file("pdf"))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        if not paper.xlsx_attachment_id:
            return text, []
        book = openpyxl.load_workbook(io.BytesIO(paper._file("xlsx")), read_only=True)
        return text, list(book["Data"].values)

    def pressed(self, record, button):
        """Return the paper that a button of the screen issues, as `printed`."""
        action = getattr(record, button)()
        return self.printed(self.env["khbs.paper"].browse(action["res_id"]))

    def shown(self, records, *names):
        """Return what the list on the screen reads of the records, row by row."""
        specification = {
            name: {"fields": {"display_name": {}}}
            if records._fields[name].relational
            else {}
            for name in names
        }
        return [
            tuple(
                row[name].get("display_name")
                if isinstance(row[name], dict)
                else row[name]
                for name in names
            )
            for row in records.web_read(specification)
        ]

    def in_text(self, text, *words):
        """Check that the paper has the words one behind the other, as a row does."""
        row = r"\s*".join(re.escape("".join(str(word).split())) for word in words)
        self.assertRegex("".join(text.split()), row)


@tagged("post_install", "-at_install")
class TestListFigures(FiguresMixin, ListsCase):
    """Papers 3 and 4, the ranking and the quota table of one list."""

    def setUp(self):
        super().setUp()
        for village, number in enumerate((3, 2, 1, 4)):
            self._eligible(village, number, address="Jl. Tambun", rt="001")
        self.list = self._decided(7, cash_amount=250_001, food_amount=149_998)
        self.list = self.list.with_user(self._role_user("auditor"))

    def lines(self, action):
        """Return the lines that the screen behind a button of the list shows."""
        shown = getattr(self.list, action)()
        return self.list.env[shown["res_model"]].search(shown["domain"])

    def test_paper_3_family_by_family(self):
        text, rows = self.pressed(self.list, "action_print_recipients")
        selected = self.lines("action_view_lines").filtered(
            lambda line: line.status == "selected"
        )
        families = selected.household_id
        on_screen = {
            (number, name)
            for number, name in zip(
                families.mapped("name"), families.mapped("head_id.name"), strict=True
            )
        }
        in_book = {(row[2], row[1]) for row in rows if isinstance(row[0], int)}
        self.assertEqual(len(on_screen), 7)
        self.assertEqual(in_book, on_screen)
        for number, name in on_screen:
            self.in_text(text, name, number)
        total = rows[-1][-2:]
        [(cost,)] = self.shown(self.list, "round_cost")
        self.assertEqual(sum(total), cost)
        self.assertEqual(total, (7 * 250_001, 7 * 149_998))
        for amount in total:
            self.assertIn(f"{amount:,}".replace(",", "."), text)

    def test_paper_4_regency_by_regency(self):
        text, rows = self.pressed(self.list, "action_print_recap")
        quotas = self.list.quota_ids.filtered(lambda quota: quota.level == "regency")
        on_screen = {
            regency: places
            for regency, places in self.shown(quotas, "area_id", "places")
            if places
        }
        in_book = {row[1]: row for row in rows if isinstance(row[0], int)}
        self.assertEqual(len(in_book), len(on_screen))
        for regency, places in on_screen.items():
            [name] = [one for one in in_book if one.split(" ", 1)[1] in regency]
            families, cash, food, total = in_book[name][4:8]
            self.assertEqual(families, places)
            self.assertEqual((cash, food), (places * 250_001, places * 149_998))
            self.in_text(
                text,
                name,
                *(
                    f"{figure:,}".replace(",", ".")
                    for figure in (*in_book[name][2:5], cash, food, total)
                ),
            )
        [(cost, selected)] = self.shown(self.list, "round_cost", "selected_count")
        self.assertEqual(rows[-1][4], selected)
        self.assertEqual(rows[-1][7], cost)
        self.assertIn(f"{cost:,}".replace(",", "."), text)

    def test_the_list_of_recipients_line_by_line(self):
        text, rows = self.pressed(self.list, "action_print_ranking")
        names = ("household_id", "decile", "member_count", "rank", "status")
        said = {"selected": "terpilih", "waiting": "daftar tunggu"}
        on_screen = {
            (
                line.household_id.name,
                int(decile),
                members,
                rank,
                said[status],
            )
            for line, (_family, decile, members, rank, status) in zip(
                self.lines("action_view_lines"),
                self.shown(self.lines("action_view_lines"), *names),
                strict=True,
            )
        }
        in_book = {
            (row[0], row[1], row[3], row[5], row[6])
            for row in rows
            if isinstance(row[1], int)
        }
        self.assertEqual(len(on_screen), 10)
        self.assertEqual(in_book, on_screen)
        lots = {row[0]: row[4] for row in rows if isinstance(row[1], int)}
        for number, decile, members, rank, status in on_screen:
            self.in_text(
                text, number, decile, "belum", members, lots[number], rank, status
            )

    def test_the_quota_table_village_by_village(self):
        text, rows = self.pressed(self.list, "action_print_quotas")
        villages = self.lines("action_view_quotas").filtered(
            lambda quota: quota.level == "village"
        )
        figures = ("eligible", "proposed", "places")
        on_screen = {row[0]: row[1:] for row in self.shown(villages, "code", *figures)}
        in_book = {row[1]: row[4:7] for row in rows if isinstance(row[0], int)}
        self.assertEqual(len(on_screen), 4)
        self.assertEqual(in_book, on_screen)
        for quota in villages:
            self.in_text(
                text,
                quota.code,
                quota.area_id.parent_id.name,
                quota.area_id.name,
                *on_screen[quota.code],
            )
        [(places,)] = self.shown(self.list, "places")
        self.assertEqual(rows[-1][6], places)


@tagged("post_install", "-at_install")
class TestVillageFigures(FiguresMixin, DeliberationCase):
    """Papers 1 and 2 of a deliberation, 11 and 12 of a family."""

    def setUp(self):
        super().setUp()
        self.households = self.env["khbs.household"].union(
            *(
                self._household(
                    self.village,
                    state="eligible",
                    members=members,
                    rt=f"00{members}",
                    dwelling_kind="floating",
                )
                for members in (1, 2, 3)
            )
        )

    def paper(self, record, kind):
        return self.env["khbs.paper"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("kind", "=", kind),
            ]
        )

    def held(self):
        """Return a deliberation that confirmed two families, removed one, added one."""
        deliberation = self._deliberation(self.households)
        self._line(deliberation, self.households[1]).write(
            {"result": "removed", "reason": "better_off"}
        )
        self._candidate(origin="deliberation", deliberation_id=deliberation.id)
        return self._held(deliberation).with_user(self.validator)

    def test_paper_1_family_by_family(self):
        deliberation = self.held()
        text, rows = self.printed(self.paper(deliberation, "deliberation.list"))
        said = {"confirmed": "Layak", "removed": "Tidak layak"}
        on_screen = {
            (
                line.household_id.head_id.nik_masked,
                line.household_id.head_id.name,
                members,
                decile,
                said[result],
                "Sudah mampu" if reason == "better_off" else None,
            )
            for line, (members, decile, result, reason) in zip(
                deliberation.line_ids,
                self.shown(
                    deliberation.line_ids, "member_count", "decile", "result", "reason"
                ),
                strict=True,
            )
        }
        [candidate] = deliberation.candidate_ids
        [(name, members)] = self.shown(candidate, "head_name", "member_count")
        proposed = (name, members, "Diusulkan")
        families = [row for row in rows if isinstance(row[0], int)]
        in_book = {(row[2], row[3], *row[6:8], *row[9:11]) for row in families[:3]}
        self.assertEqual(len(on_screen), 3)
        self.assertEqual(in_book, on_screen)
        last = families[3]
        self.assertEqual((last[3], last[6], last[9]), proposed)
        for nik, name, members, decile, result, reason in on_screen:
            self.in_text(text, nik, name)
            self.in_text(text, members, decile, "Rumah lanting", result, reason or "")
        self.assertEqual(rows[-1][6], 1 + 2 + 3 + members_of(candidate))

    def test_paper_2_says_the_counts_of_the_form(self):
        deliberation = self.held()
        text, _rows = self.printed(self.paper(deliberation, "deliberation.minutes"))
        [counts] = self.shown(
            deliberation,
            "attendee_count",
            "invited_count",
            "line_count",
            "confirmed_count",
            "removed_count",
        )
        self.assertEqual(counts, (42, 60, 3, 2, 1))
        present, invited, considered, confirmed, removed = counts
        self.assertRegex(text, rf"\b{present} \([a-z ]+\) orang dari {invited} \(")
        self.assertRegex(
            text,
            rf"Dari {considered} \(tiga\) keluarga yang dibahas, {confirmed} \(dua\) "
            rf"keluarga dinyatakan layak dan {removed} \(satu\) keluarga",
        )
        self.assertRegex(text, rf"Sudah mampu {removed} Jumlah {removed}\b")
        self.assertRegex(text, r"Mengusulkan 1 \(satu\) keluarga")

    def letter(self, **values):
        wizard = (
            self.env["khbs.household.letter"].with_user(self.operator).create(values)
        )
        return self.printed(
            self.env["khbs.paper"].browse(wizard.action_print()["res_id"])
        )[0]

    def person(self, person):
        """Return name and NIK of a person as his family's screen shows them."""
        [shown] = self.shown(person.with_user(self.operator), "name", "nik_masked")
        return shown

    def test_paper_11_names_both_as_the_screen_does(self):
        household = self.households[1]
        head, child = household.person_ids.sorted("relation")
        text = self.letter(
            kind="replacement",
            household_id=household.id,
            reason="deceased",
            successor_id=child.id,
        )
        [shown] = self.shown(household.with_user(self.operator), "name", "kk_masked")
        for word in (*self.person(head), *self.person(child), *shown):
            self.in_text(text, word)

    def test_paper_12_names_both_as_the_screen_does(self):
        household = self.households[0]
        agent = self.env["khbs.representative"].create(
            {
                "household_id": household.id,
                "name": "SUTINAH BINTI H. UDIN",
                "nik": "6206014101809998",
                "relation": "neighbour",
                "letter_number": "1",
                "letter_date": "2026-01-01",
                "valid_to": "2099-12-31",
            }
        )
        text = self.letter(
            kind="proxy",
            household_id=household.id,
            representative_id=agent.id,
            period=MONTH_YEAR,
        )
        [shown] = self.shown(household.with_user(self.operator), "name", "kk_masked")
        for word in (
            *self.person(household.head_id),
            *self.person(agent),
            *shown,
            MONTH_YEAR,
        ):
            self.in_text(text, word)


def members_of(candidate):
    return len(candidate.person_ids)


@tagged("post_install", "-at_install")
class TestPreviewFigures(FiguresMixin, DeliveryCase):
    """The preview of a delivery on the screen, on its paper and in its rejects."""

    def test_the_preview_regency_by_regency(self):
        known, risen, gone = self._family(), self._family(), self._family()
        self._applied(known, risen, gone)
        for row in risen:
            row["desil"] = "6"
        wrong = self._family()
        wrong[1]["nama"] = ""
        elsewhere = self._family(kode_wilayah="62.71.01.1001")
        delivery = self._staged(
            known, risen, wrong, elsewhere, scope="full", quarter="2"
        )
        names = (
            "new_count",
            "changed_count",
            "unchanged_count",
            "gone_count",
            "rejected_count",
            "decile_moved_count",
            "village_moved_count",
            "excluded_count",
            "held_count",
        )
        on_screen = {
            row[0]: row[1:]
            for row in self.shown(delivery.count_ids, "regency_id", *names)
        }
        text, rows = self.pressed(delivery, "action_print_preview")
        in_book = {row[1]: row[2:11] for row in rows if isinstance(row[0], int)}
        self.assertEqual(len(on_screen), 2)
        self.assertEqual(
            sorted(in_book.values()),
            sorted(on_screen.values()),
        )
        for regency, figures in in_book.items():
            self.in_text(text, regency, *figures)
        [totals] = self.shown(delivery, *names)
        self.assertEqual(totals, (1, 1, 1, 1, 1, 1, 0, 0, 0))
        self.assertEqual(rows[-1][2:11], totals)
        self.in_text(text, *totals)
        file = io.BytesIO()
        delivery._write_rejects(file)
        sheet = openpyxl.load_workbook(file, read_only=True).active
        refused = list(sheet.iter_rows(min_row=2, values_only=True))
        [(rejected,)] = self.shown(delivery, "rejected_row_count")
        reasons = delivery.reason_ids.filtered(lambda reason: reason.kind == "refused")
        self.assertEqual(sum(reasons.mapped("row_count")), rejected)
        self.assertEqual(len(refused), len(wrong))
