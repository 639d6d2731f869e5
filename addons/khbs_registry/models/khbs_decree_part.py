# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# In the order of a decree. They have no English names: they are terms of the law.
SECTIONS = [
    ("menimbang", "Menimbang"),
    ("mengingat", "Mengingat"),
    ("memperhatikan", "Memperhatikan"),
    ("diktum", "Diktum"),
    ("tembusan", "Tembusan"),
]


def _keep_with_decree(cr, table):
    """Refuse any change of a part of a decree that is no draft any more.

    The decree's row is updated and not only locked: under REPEATABLE READ whoever
    freezes it in a snapshot from before must fail, and is retried in one that has the
    new words.
    """
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION khbs_decree_part_frozen() RETURNS trigger AS $$
        DECLARE
            part record;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                RAISE EXCEPTION 'Table %: TRUNCATE refused', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            FOR part IN
                UPDATE khbs_decree d SET write_date = d.write_date
                WHERE d.id = CASE WHEN TG_OP <> 'INSERT' THEN OLD.decree_id END
                   OR d.id = CASE WHEN TG_OP <> 'DELETE' THEN NEW.decree_id END
                RETURNING d.id, d.state
            LOOP
                IF part.state <> 'draft' THEN
                    RAISE EXCEPTION 'Decree % is %: % of % refused',
                        part.id, part.state, TG_OP, TG_TABLE_NAME
                        USING ERRCODE = 'restrict_violation';
                END IF;
            END LOOP;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END
        $$ LANGUAGE plpgsql
        """
    )
    name = SQL.identifier(table)
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE INSERT OR UPDATE OR DELETE ON %s
                FOR EACH ROW EXECUTE FUNCTION khbs_decree_part_frozen()
            """,
            SQL.identifier(f"{table}_frozen"),
            name,
        )
    )
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %s BEFORE TRUNCATE ON %s
                FOR EACH STATEMENT EXECUTE FUNCTION khbs_decree_part_frozen()
            """,
            SQL.identifier(f"{table}_frozen_truncate"),
            name,
        )
    )


class KhbsDecreeClause(models.Model):
    """One sentence of a decree; it is part of what is decided on."""

    _name = "khbs.decree.clause"
    _description = "Clause of a decree"
    _order = "decree_id, sequence, id"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, index=True, ondelete="cascade"
    )
    section = fields.Selection(selection=SECTIONS, required=True)
    sequence = fields.Integer(
        required=True, help="Thousands: the section; below: the place in it."
    )
    text = fields.Text(required=True)

    def init(self):
        _keep_with_decree(self.env.cr, self._table)

    @api.depends("section", "sequence")
    def _compute_display_name(self):
        labels = dict(self._fields["section"]._description_selection(self.env))
        for clause in self:
            place = (clause.sequence or 0) % 1000
            clause.display_name = f"{labels.get(clause.section, '')} {place}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["sequence"] = self._place(vals["section"], vals.get("sequence") or 999)
        clauses = super().create(vals_list)
        clauses._note_writer()
        return clauses

    def write(self, vals):
        self._note_writer()
        result = super().write(vals)
        self._note_writer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_noted(self):
        self._note_writer()

    def _note_writer(self):
        if not self.env.su:
            for decree in self.decree_id:
                decree._note_writer()

    @api.model
    def _place(self, section, sequence):
        """Return the number that sorts a clause in its section of the decree."""
        sections = [name for name, _label in SECTIONS]
        return (sections.index(section) + 1) * 1000 + sequence % 1000


class KhbsDecreeAnnex(models.Model):
    """One annex: rendered with the draft, then kept by its SHA-256."""

    _name = "khbs.decree.annex"
    _description = "Annex of a decree"
    _order = "decree_id, sequence"

    decree_id = fields.Many2one(
        comodel_name="khbs.decree", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(string="Annex", required=True)
    name = fields.Char(string="Title", required=True)
    row_count = fields.Integer(required=True)
    totals = fields.Json()
    content_sha256 = fields.Char(string="SHA-256 of the content", required=True)
    pdf_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="PDF", required=True, ondelete="restrict"
    )
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", required=True)
    xlsx_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="XLSX", required=True, ondelete="restrict"
    )
    xlsx_sha256 = fields.Char(string="SHA-256 of the XLSX", required=True)
    source_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Rows",
        ondelete="restrict",
        help="What the files are drawn from, once more with number and date.",
    )

    _sequence_uniq = models.Constraint(
        "UNIQUE (decree_id, sequence)", "The decree has an annex of this number."
    )

    def init(self):
        _keep_with_decree(self.env.cr, self._table)

    def action_pdf(self):
        """Download the annex as it is part of the decree."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/decree/annex/{self.id}/pdf",
        }

    def action_xlsx(self):
        """Download the annex as workbook."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/khbs/decree/annex/{self.id}/xlsx",
        }

    def _files(self):
        return (
            self.pdf_attachment_id | self.xlsx_attachment_id | self.source_attachment_id
        )

    def _source(self):
        """Return the bytes that the annex is drawn from."""
        self.ensure_one()
        if not self.source_attachment_id:
            raise UserError(
                self.env._(
                    "Annex %(number)s was drafted before its rows were kept. Draft the "
                    "decree anew.",
                    number=self.sequence,
                )
            )
        return self.sudo().source_attachment_id.raw

    def _file(self, form):
        """Return the bytes of the ``pdf`` or ``xlsx`` of the annex."""
        self.ensure_one()
        attachment = self[f"{form}_attachment_id"]
        return attachment._khbs_content(self.decree_id, self[f"{form}_sha256"])
