# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import binascii
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.khbs_registry.papers import fonts

from .. import life_cycle
from ..artwork import layout, picture, print_file

# A design of no card that is in use: what a sample shows.
SAMPLE = layout.Face("KH01000123456", "NAMA KEPALA KELUARGA", "Desa Contoh")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PLACES = ("text_left", "text_bottom", "text_width", "qr_left", "qr_bottom", "qr_size")
_LEAST_QR = 15.0


class KhbsCardTemplate(models.Model):
    """A version of the card's design; a released one never changes.

    The design changed once: which one a card bears is part of what is known of it.
    Cards of the campaign were never issued by the province. Their design is entered so
    that people can be shown it; no run can use it.
    """

    _name = "khbs.card.template"
    _inherit = "khbs.guarded"
    _description = "Card design"
    _order = "valid_from desc, id desc"

    _guarded_fields = ("state", "released_at", "withdrawn_at")
    _editable_states = ("draft", "void")

    name = fields.Char(required=True)
    version = fields.Char(required=True, help="As the design's file calls it: 2026-1.")
    kind = fields.Selection(
        selection=[("card", "Card"), ("campaign", "Campaign design (void)")],
        required=True,
        default="card",
        help="A campaign design is void: no card of it was ever issued.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("released", "Released"),
            ("withdrawn", "Withdrawn"),
            ("void", "Void"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    valid_to = fields.Date(help="Last day on which a run may be ordered in it.")
    bleed = fields.Float(
        string="Bleed (mm)",
        required=True,
        default=2.0,
        digits=(3, 1),
        help="What the pictures reach beyond the card on each side.",
    )
    front_image = fields.Binary(
        string="Front",
        attachment=False,
        copy=False,
        help="PNG or JPEG of card and bleed, 300 dpi or more. Without pictures "
        "the neutral design is drawn.",
    )
    back_image = fields.Binary(string="Back", attachment=False, copy=False)
    text_colour = fields.Char(
        required=True, default="#1b1b1b", help="Of name, village and number."
    )
    back_colour = fields.Char(
        string="Colour on the back", required=True, default="#1b1b1b"
    )
    text_left = fields.Float(
        string="Text from the left (mm)", required=True, default=6.0, digits=(5, 1)
    )
    text_bottom = fields.Float(
        string="Number from below (mm)", required=True, default=5.5, digits=(5, 1)
    )
    text_width = fields.Float(
        string="Width of the text (mm)", required=True, default=73.0, digits=(5, 1)
    )
    qr_left = fields.Float(
        string="QR from the left (mm)", required=True, default=6.0, digits=(5, 1)
    )
    qr_bottom = fields.Float(
        string="QR from below (mm)", required=True, default=10.0, digits=(5, 1)
    )
    qr_size = fields.Float(
        string="Size of the QR (mm)", required=True, default=22.0, digits=(5, 1)
    )
    shows_village = fields.Boolean(string="Village on the card", default=True)
    note = fields.Text()
    released_at = fields.Datetime(readonly=True, copy=False)
    withdrawn_at = fields.Datetime(readonly=True, copy=False)
    run_ids = fields.One2many(comodel_name="khbs.card.run", inverse_name="template_id")
    run_count = fields.Integer(
        string="Runs", compute="_compute_run_count", compute_sudo=True
    )

    _version_uniq = models.Constraint(
        "UNIQUE (name, version)", "This version of the design exists."
    )
    _campaign_is_void = models.Constraint(
        "CHECK ((kind = 'campaign') = (state = 'void'))",
        "A campaign design is void and a card's design is not.",
    )
    _period = models.Constraint(
        "CHECK (valid_to >= valid_from)", "A design ends after it begins."
    )
    _bleed_range = models.Constraint(
        "CHECK (bleed BETWEEN 0 AND 5)", "A bleed has 0 to 5 mm."
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION khbs_card_template_guard()
                RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.state = 'withdrawn' OR NOT (
                    NEW.state IN ('released', 'withdrawn') AND
                    to_jsonb(NEW) - '{state,withdrawn_at,write_uid,write_date}'::text[]
                  = to_jsonb(OLD) - '{state,withdrawn_at,write_uid,write_date}'::text[]
                ) THEN
                    RAISE EXCEPTION 'Design % is released: % refused', OLD.id, TG_OP
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER khbs_card_template_guard
                BEFORE UPDATE OR DELETE ON khbs_card_template
                FOR EACH ROW WHEN (OLD.state IN ('released', 'withdrawn'))
                EXECUTE FUNCTION khbs_card_template_guard();
            """
        )

    @api.depends("name", "version", "state")
    def _compute_display_name(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for template in self:
            if not template.name:
                template.display_name = self.env._("New design")
                continue
            label = f"{template.name} {template.version}"
            if template.state in ("void", "withdrawn"):
                label += f" ({labels[template.state]})"
            template.display_name = label

    @api.depends("run_ids")
    def _compute_run_count(self):
        counts = dict(
            self.env["khbs.card.run"]._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.run_count = counts.get(template, 0)

    @api.constrains("front_image", "back_image", "bleed")
    def _check_pictures(self):
        for template in self:
            for name in ("front_image", "back_image"):
                if template[name]:
                    template._check_picture(name)

    @api.constrains("text_colour", "back_colour")
    def _check_colours(self):
        for template in self:
            for colour in (template.text_colour, template.back_colour):
                if not _COLOUR.fullmatch(colour or ""):
                    raise ValidationError(
                        self.env._(
                            "%(colour)s is no colour. Write six hexadecimal digits "
                            "after a #, as in #1b1b1b.",
                            colour=colour,
                        )
                    )

    @api.constrains(*_PLACES)
    def _check_places(self):
        width, height = layout.WIDTH - layout.MARGIN, layout.HEIGHT - layout.MARGIN
        for template in self:
            inside = (
                min(template[name] for name in _PLACES) >= layout.MARGIN
                and template.text_left + template.text_width <= width
                and template.text_bottom <= height / 2
                and template.qr_left + template.qr_size <= width
                and template.qr_bottom + template.qr_size <= height
            )
            if not inside or template.qr_size < _LEAST_QR:
                raise ValidationError(
                    self.env._(
                        "Text and QR must stand on the card, %(margin)s mm from its "
                        "edges (%(width)s x %(height)s mm), the QR with at least "
                        "%(qr)s mm.",
                        margin=layout.MARGIN,
                        width=layout.WIDTH,
                        height=layout.HEIGHT,
                        qr=_LEAST_QR,
                    )
                )

    def action_release(self):
        """Let runs use these designs; from now on they stay as they are."""
        templates = self._checked(life_cycle.CARD_OFFICER, "card_template.release")
        templates._require_state("draft")
        for template in templates:
            if bool(template.front_image) != bool(template.back_image):
                raise UserError(
                    self.env._(
                        "%(design)s has a picture of one side only. Upload both, or "
                        "none to have the neutral design drawn.",
                        design=template.display_name,
                    )
                )
        templates.write({"state": "released", "released_at": fields.Datetime.now()})
        return self._record_act("card_template.release")

    def action_withdraw(self):
        """Let no further run use these designs; cards that bear them stay valid."""
        templates = self._checked(life_cycle.CARD_OFFICER, "card_template.withdraw")
        templates._require_state("released")
        templates.write({"state": "withdrawn", "withdrawn_at": fields.Datetime.now()})
        return self._record_act("card_template.withdraw")

    def action_sample(self):
        """Download both sides with a made-up name."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/card-template/{self.id}/sample",
            "target": "self",
        }

    def action_view_runs(self):
        """Open the runs in this design."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "khbs_cards.khbs_card_run_action"
        )
        return action | {"domain": [("template_id", "=", self.id)], "context": {}}

    @api.model
    def _own_vals(self, vals):
        result = super()._own_vals(vals)
        if vals.get("kind") == "campaign":
            result["state"] = "void"
        return result

    @api.model
    def _in_force(self, day=None):
        """Return the design for a run ordered on *day*, or none.

        :param day: default today
        """
        day = day or fields.Date.context_today(self)
        return self.sudo().search(
            [
                ("state", "=", "released"),
                ("valid_from", "<=", day),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", day),
            ],
            limit=1,
        )

    def _require_usable(self, day):
        """Raise unless a run of *day* may be ordered in this design."""
        self.ensure_one()
        if self.kind == "campaign":
            raise UserError(
                self.env._(
                    "%(design)s is a campaign design and void: no card is made of it.",
                    design=self.display_name,
                )
            )
        self._require_state("released")
        if self.valid_from > day or (self.valid_to and self.valid_to < day):
            raise UserError(
                self.env._(
                    "%(design)s is not in force on %(day)s. Choose another design.",
                    design=self.display_name,
                    day=fields.Date.to_string(day),
                )
            )

    def _render(self, faces, file):
        """Write the print file of *faces* in this design; return the cards in it."""
        self.ensure_one()
        return print_file.render(self._design(), faces, file, fonts.find("sans"))

    def _design(self):
        self.ensure_one()
        return layout.Design(
            bleed=self.bleed,
            front=_bytes(self.front_image),
            back=_bytes(self.back_image),
            text_colour=self.text_colour,
            back_colour=self.back_colour,
            shows_village=self.shows_village,
            **{name: self[name] for name in _PLACES},
        )

    def _check_picture(self, name):
        """Raise ValidationError that says what is wrong with a picture."""
        try:
            picture.check(_bytes(self[name]), self.bleed)
        except (picture.BadPicture, binascii.Error) as error:
            code = getattr(error, "code", "kind")
            facts = getattr(error, "facts", {})
            raise ValidationError(self._picture_sentence(name, code, facts)) from error

    def _picture_sentence(self, name, code, facts):
        side = self._fields[name]._description_string(self.env)
        sentences = {
            "kind": self.env._(
                "%(side)s: this file is no PNG or JPEG picture that can be read. Save "
                "it as one of them.",
                side=side,
            ),
            "bytes": self.env._(
                "%(side)s: the file is larger than %(most)s MiB. Save it smaller.",
                side=side,
                most=facts.get("most"),
            ),
            "huge": self.env._(
                "%(side)s: %(width)s x %(height)s pixels are more than a press needs. "
                "Save it with 300 to 1,200 dpi.",
                side=side,
                width=facts.get("width"),
                height=facts.get("height"),
            ),
            "colours": self.env._(
                "%(side)s: the picture has transparent or indexed colours (%(mode)s). "
                "Save it in RGB, CMYK or grey, without transparency.",
                side=side,
                mode=facts.get("mode"),
            ),
            "pixels": self.env._(
                "%(side)s: %(width)s x %(height)s pixels are too few for a sharp "
                "print. With its bleed the card needs %(least_width)s x "
                "%(least_height)s pixels (300 dpi) or more.",
                side=side,
                **_four(facts),
            ),
            "shape": self.env._(
                "%(side)s: %(width)s x %(height)s pixels have another shape than the "
                "card with its bleed (as %(least_width)s x %(least_height)s). Crop "
                "it.",
                side=side,
                **_four(facts),
            ),
        }
        return sentences[code]

    def _record_act(self, act):
        for template in self:
            self.env["khbs.audit.event"]._record(act, template)
        return True


def _four(facts):
    names = ("width", "height", "least_width", "least_height")
    return {name: facts.get(name) for name in names}


def _bytes(value):
    return base64.b64decode(value) if value else None
