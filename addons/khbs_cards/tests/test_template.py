# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import io

import psycopg2
from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, mute_logger

from odoo.addons.khbs_cards.artwork import layout

from .run_common import RunCase


def a_picture(width, height, kind="PNG", mode="RGB"):
    """Return a picture as a Binary field takes it."""
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, kind)
    return base64.b64encode(file.getvalue())


class TestTemplate(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.neutral = cls.env.ref("khbs_cards.template_neutral")
        cls.designs = cls.env["khbs.card.template"].with_user(cls.officer)

    def _design(self, **vals):
        return self.designs.create({"name": "Contoh", "version": "1", **vals})

    def test_a_released_design_never_changes(self):
        width, height = layout.least_pixels(2.0)
        picture = a_picture(width, height)
        design = self._design(front_image=picture, back_image=picture)
        design.action_release()
        with self._refused():
            design.text_colour = "#ffffff"
        with self._refused():
            design.front_image = a_picture(width, height, "JPEG")
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE khbs_card_template SET text_left = 9 WHERE id = %s",
                    design.id,
                )
            )
        design.action_withdraw()
        self.assertEqual(design.state, "withdrawn")
        with self._refused():
            design.action_release()
        acts = self.env["khbs.audit.event"].search(
            [("model", "=", design._name), ("res_id", "=", design.id)]
        )
        self.assertLessEqual(
            {"card_template.release", "card_template.withdraw"},
            set(acts.mapped("act")),
        )

    def test_pictures_are_checked(self):
        width, height = layout.least_pixels(2.0)
        whole = a_picture(width, height, "JPEG")
        self._design(front_image=whole)
        for number, bad in enumerate(
            (
                a_picture(width - 1, height),
                a_picture(width, height - 1),
                a_picture(2 * width, height),
                a_picture(width, height, mode="RGBA"),
                a_picture(width, height, "GIF"),
                base64.b64encode(b"%PDF-1.7 no picture"),
                base64.b64encode(base64.b64decode(whole)[: len(whole) // 2]),
            )
        ):
            with self.subTest(number=number), self.assertRaises(ValidationError):
                self._design(version=f"x{number}", back_image=bad)

    def test_a_design_without_a_name_is_a_new_one(self):
        self.assertEqual(
            self.env["khbs.card.template"].new().display_name, "New design"
        )

    def test_one_side_alone_is_not_released(self):
        design = self._design(front_image=a_picture(*layout.least_pixels(2.0)))
        with self._refused():
            design.action_release()

    def test_text_and_code_stand_on_the_card(self):
        for vals in (
            {"qr_left": 70.0},
            {"qr_size": 8.0},
            {"text_left": 1.0},
            {"text_width": 84.0},
            {"text_bottom": 40.0},
            {"qr_bottom": 40.0},
            {"text_colour": "red"},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._design(version=str(vals), **vals)

    def test_a_campaign_design_is_void(self):
        campaign = self._design(name="Kartu kampanye", kind="campaign")
        self.assertEqual(campaign.state, "void")
        self.assertNotEqual(campaign.display_name, "Kartu kampanye 1")
        with self._refused():
            campaign.action_release()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            campaign.sudo().state = "released"
            self.env.flush_all()
        campaign.invalidate_recordset()
        # No run can use it, by whatever road.
        for change in (
            lambda: self._run(template_id=campaign.id),
            lambda: self._run().sudo().write({"template_id": campaign.id}),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                change()
                self.env.flush_all()

    def test_two_runs_may_have_two_designs_and_keep_them(self):
        first = self._ordered(code="62.71.01")
        second = self._design(valid_from="2026-06-01")
        second.action_release()
        late = self._ordered(code="62.71.02")
        self.assertEqual(first.template_id, self.neutral)
        self.assertEqual(late.template_id, second)
        self.assertEqual(first.card_ids.template_id, self.neutral)
        self.assertEqual(late.card_ids.template_id, second)
        with self._refused():
            first.template_id = second
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            first.sudo().template_id = second
            self.env.flush_all()

    def test_a_card_without_a_run_bears_the_design_in_force(self):
        newest = self._design(valid_from="2026-06-01")
        newest.action_release()
        card = self._allocated()
        self.assertEqual(card.template_id, newest)

    def test_a_run_takes_a_design_in_force_only(self):
        draft = self._design()
        with self._refused():
            self._run(template_id=draft.id).action_order()
        future = self._design(version="2", valid_from="2999-01-01")
        future.action_release()
        with self._refused():
            self._run(template_id=future.id).action_order()
        past = self._design(version="3", valid_from="2020-01-01", valid_to="2020-12-31")
        past.action_release()
        with self._refused():
            self._run(template_id=past.id).action_order()
        with self._refused():
            self._run(template_id=False).action_order()

    def test_only_card_officers_release(self):
        design = self._design()
        for role in ("field_officer", "auditor", "administrator"):
            user = self._role_user(role, login=f"no-{role}")
            with self.subTest(role=role), self._refused(AccessError):
                design.with_user(user).action_release()
        with self.assertRaises(AccessError):
            self._design(version="9", state="released")
        with self.assertRaises(UserError):
            self.neutral.with_user(self.officer).unlink()
