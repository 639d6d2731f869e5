# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import hashlib
import io
from datetime import timedelta

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user

from odoo.addons.khbs_cards.artwork.layout import grouped
from odoo.addons.khbs_cards.models import khbs_card_print

from .run_common import RunCase


class TestPrint(RunCase, HttpCase):
    def _made(self):
        """Return (run, part) of which the file is made."""
        run = self._ordered()
        self._make(run.card_ids)
        run.action_print_files()
        return run, run.print_ids

    def _bytes(self, part):
        return base64.b64decode(part.sudo().with_context(bin_size=False).file)

    def test_a_file_has_the_faces_and_no_number_of_a_person(self):
        run, part = self._made()
        self.assertEqual((part.state, part.card_count), ("made", 4))
        content = self._bytes(part)
        self.assertEqual(hashlib.sha256(content).hexdigest(), part.sha256)
        pages = PdfReader(io.BytesIO(content)).pages
        self.assertEqual(len(pages), 8)
        cards = run.card_ids.sorted("card_index")
        for number, card in enumerate(cards):
            front = pages[2 * number].extract_text()
            self.assertIn(grouped(card.card_no), front)
            self.assertIn(card.household_id.head_id.name, front)
            self.assertIn(card.area_id.name, front)
        text = "".join(page.extract_text() for page in pages)
        squeezed = "".join(text.split())
        for person in cards.household_id.person_ids.sudo():
            self.assertNotIn(person.nik, squeezed)
            self.assertNotIn(f"{person.birth_date:%Y}", squeezed)
        for household in cards.household_id.sudo():
            self.assertNotIn(household.kk_number, squeezed)

    def test_large_runs_are_made_in_parts_by_the_cron(self):
        run = self._ordered()
        self._make(run.card_ids)
        self.patch(khbs_card_print, "CARDS", 2)
        self.patch(khbs_card_print, "AT_ONCE", 2)
        run.action_print_files()
        self.assertEqual(run.print_ids.mapped("state"), ["waiting"] * 2)
        self.assertEqual((run.print_count, run.prints_made_count), (2, 0))
        first = run.print_ids.sorted("number")[0]
        # Killed after the first: what is made stays, the rest is made later.
        next(self.env["khbs.card.print"]._steps())
        self.assertEqual((run.print_count, run.prints_made_count), (2, 1))
        made = (first.sha256, first.made_at)
        self.assertEqual(list(self.env["khbs.card.print"]._steps()), [0])
        self.assertEqual(run.print_ids.mapped("state"), ["made"] * 2)
        self.assertEqual((first.sha256, first.made_at), made)
        self.assertEqual(sum(run.print_ids.mapped("card_count")), 4)
        self.assertEqual((run.to_draw_count, run.personalised_count), (0, 4))
        # Each card on one file only.
        with self._refused():
            run.action_print_files()

    def test_the_same_cards_give_the_same_bytes(self):
        _run, part = self._made()
        before = self._bytes(part)
        part.sudo().state = "waiting"
        part._make()
        self.assertEqual(self._bytes(part), before)

    def test_a_spoiled_card_is_left_out_of_the_file(self):
        run = self._ordered()
        self._make(run.card_ids)
        self.patch(khbs_card_print, "AT_ONCE", 0)
        run.action_print_files()
        spoiled = run.card_ids[0]
        spoiled.sudo()._spoil("misprint")
        list(self.env["khbs.card.print"]._steps())
        self.assertEqual(run.print_ids.card_count, 3)
        text = PdfReader(io.BytesIO(self._bytes(run.print_ids))).pages[0]
        self.assertNotIn(grouped(spoiled.card_no), text.extract_text())

    def test_a_card_at_the_press_is_made_anew_when_the_head_changes(self):
        run, part = self._made()
        card = run.card_ids[0].sudo()
        self.assertIn(card, part.sudo().card_ids)
        card.household_id._exchange_card("death", {})
        self.assertEqual(card.state, "destroyed")
        anew = card.household_id.card_ids - card
        self.assertEqual((anew.state, anew.run_id.id), ("allocated", run.id))
        self.assertEqual(run.replaced_count, 1)

    def test_only_cards_on_a_made_file_are_entered_as_printed(self):
        run = self._ordered()
        first = run.card_ids.sorted("card_index")[0]
        others = run.card_ids - first
        self._make(first)
        run.action_print_files()
        # The stations go on while the press works.
        self._make(others[:2])
        self.patch(khbs_card_print, "AT_ONCE", 0)
        run.action_print_files()
        self._make(others[2:])
        answer = run.action_print()
        self.assertEqual(answer["tag"], "display_notification")
        self.assertIn("3", answer["params"]["message"])
        self.assertEqual(first.state, "printed")
        self.assertEqual(set(others.mapped("state")), {"locked"})
        with self._refused():
            run.action_print()
        list(self.env["khbs.card.print"]._steps())
        self.assertEqual(run.to_print_count, 2)
        run.action_print()
        self.assertEqual((run.printed_count, run.to_draw_count), (3, 1))

    def test_printing_is_entered_file_by_file(self):
        run = self._ordered()
        self._make(run.card_ids)
        self.patch(khbs_card_print, "CARDS", 2)
        run.action_print_files()
        first, second = run.print_ids.sorted("number")
        self.assertEqual((first.to_print_count, second.to_print_count), (2, 2))
        first.with_user(self.officer).action_printed()
        self.env.invalidate_all()
        self.assertEqual(set(first.card_ids.mapped("state")), {"printed"})
        self.assertEqual(set(second.card_ids.mapped("state")), {"locked"})
        self.assertEqual((first.to_print_count, run.to_print_count), (0, 2))
        with self._refused():
            first.with_user(self.officer).action_printed()
        for role in ("auditor", "administrator"):
            user = self._role_user(role)
            for action in ("action_printed", "action_redraw"):
                with self.subTest(role=role), self._refused(AccessError):
                    getattr(second.with_user(user), action)()
        elsewhere = self._role_user(
            "card_officer", areas=self._area("62.06"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            second.with_user(elsewhere).action_printed()

    def test_cards_entered_as_printed_without_a_file_are_drawn_after_all(self):
        run = self._ordered()
        cards = run.card_ids.sorted("card_index")
        self._make(cards)
        cards[:2].with_user(self.officer).action_print()
        run.action_print_files()
        self.assertEqual((run.print_ids.card_count, run.undrawn_count), (2, 2))
        run.action_draw_printed()
        self.assertEqual(run.print_ids.mapped("card_count"), [2, 2])
        self.assertEqual((cards[:2].print_id.card_count, run.undrawn_count), (2, 0))
        with self._refused():
            run.action_draw_printed()

    def test_a_file_with_a_card_written_off_is_drawn_anew(self):
        run, part = self._made()
        part = part.with_user(self.officer)
        with self._refused():
            part.action_redraw()
        gone = run.card_ids.sorted("card_index")[1]
        gone.with_user(self.officer).action_spoil()
        self.assertEqual((part.gone_count, part.gone_numbers), (1, gone.card_no))
        for ask in (part.action_download, part._content):
            with self.assertRaises(UserError) as refusal:
                ask()
            self.assertIn(gone.card_no, str(refusal.exception))
        former = part.sha256
        part.action_redraw()
        self.assertNotEqual(part.sha256, former)
        self.assertEqual((part.card_count, part.gone_count), (3, 0))
        text = "".join(
            page.extract_text() for page in PdfReader(io.BytesIO(part._content())).pages
        )
        self.assertNotIn(grouped(gone.card_no), text)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "card_print.redraw"), ("res_id", "=", part.id)]
        )
        self.assertEqual(event.data["former"], former)
        self.assertEqual(event.data["left_out"], [gone.card_no])

    def test_card_officers_download_and_it_is_recorded(self):
        _run, part = self._made()
        self.officer.password = "petugas-kartu-1"
        self.authenticate("card_officer", "petugas-kartu-1")
        answer = self.url_open(f"/khbs/card-print/{part.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), part.sha256)
        event = self.env["khbs.audit.event"].search(
            [("act", "=", "card_print.download"), ("res_id", "=", part.id)]
        )
        self.assertEqual(event.user_id, self.officer)
        export = self.env["khbs.export"]._with_rows_of(part.card_ids.household_id[0])
        self.assertEqual((export.row_count, export.sha256), (4, part.sha256))

    def test_nobody_else_gets_the_file(self):
        _run, part = self._made()
        for role in ("auditor", "administrator", "field_officer"):
            new_test_user(
                self.env,
                login=f"other-{role}",
                password="kata-sandi-lain-1",
                groups=f"khbs_registry.group_{role}",
            ).khbs_area_ids = self.province
            self.authenticate(f"other-{role}", "kata-sandi-lain-1")
            for path in (
                f"/khbs/card-print/{part.id}",
                f"/web/content/khbs.card.print/{part.id}/file",
            ):
                with self.subTest(role=role, path=path):
                    answer = self.url_open(path)
                    self.assertNotEqual(answer.status_code, 200)
                    self.assertFalse(answer.content.startswith(b"%PDF"))
        elsewhere = self._role_user(
            "card_officer", areas=self._area("62.06"), login="elsewhere"
        )
        with self.assertRaises(AccessError):
            part.with_user(elsewhere)._content()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", part._name), ("res_field", "=", "file")]
        )
        with self.assertRaises(AccessError):
            attachment.with_user(self.officer).read(["raw"])

    def test_a_changed_file_is_not_handed_out(self):
        _run, part = self._made()
        part.sudo().write({"file": base64.b64encode(b"%PDF-1.4 another")})
        with self._refused(UserError):
            part.with_user(self.officer)._content()

    def test_files_are_deleted_some_time_after_the_run(self):
        run, part = self._made()
        run.action_print()
        run.action_ship()
        prints = self.env["khbs.card.print"]
        prints._gc_files()
        self.assertEqual(part.state, "made")
        run.action_done()
        prints._gc_files()
        self.assertEqual(part.state, "made")
        run.sudo().closed_at = fields.Datetime.now() - timedelta(days=31)
        digest = part.sha256
        prints._gc_files()
        self.assertEqual((part.state, part.sha256), ("deleted", digest))
        self.assertFalse(part.sudo().file)
        self.assertIsNone(part.with_user(self.officer)._content())

    def test_only_card_officers_make_files(self):
        run = self._ordered()
        self._make(run.card_ids)
        for role in ("auditor", "administrator"):
            with self.subTest(role=role), self._refused(AccessError):
                run.with_user(self._role_user(role)).action_print_files()

    def test_a_sample_is_of_a_real_design(self):
        neutral = self.env.ref("khbs_cards.template_neutral")
        campaign = self.env["khbs.card.template"].create(
            {"name": "Kartu kampanye", "version": "0", "kind": "campaign"}
        )
        self.officer.password = "petugas-kartu-1"
        self.authenticate("card_officer", "petugas-kartu-1")
        answer = self.url_open(f"/khbs/card-template/{neutral.id}/sample")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        answer = self.url_open(f"/khbs/card-template/{campaign.id}/sample")
        self.assertEqual(answer.status_code, 404)
