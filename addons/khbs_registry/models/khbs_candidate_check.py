# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

# Codes that a candidate cannot be proposed or accepted with.
BLOCKING = ("HEAD_NONE", "HEAD_TWO", "NIK_REGISTERED", "KK_REGISTERED")


class KhbsCandidateCheck(models.AbstractModel):
    """What the registry knows of a candidate's numbers, looked up as they are saved.

    The findings name codes and places in the family, never a number. They hold ids of
    any area, so nobody reads them as they are: the remarks name a household only as
    far as the reader may see it. Who enters a number that others have has searched.
    """

    _name = "khbs.candidate.check"
    _description = "Candidate: checks"

    findings = fields.Json(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="List of {code, person, household, ..}.",
    )
    finding_text = fields.Text(string="Remarks", compute="_compute_finding_text")
    blocked = fields.Boolean(compute="_compute_blocked")

    @api.depends("findings")
    def _compute_blocked(self):
        for candidate in self:
            codes = {finding["code"] for finding in candidate.sudo().findings or []}
            candidate.blocked = bool(codes & set(BLOCKING))

    @api.depends("findings", "person_ids.name")
    @api.depends_context("uid", "lang")
    def _compute_finding_text(self):
        for candidate in self:
            candidate.finding_text = "\n".join(
                f"• {candidate._finding_sentence(finding)}"
                for finding in candidate.sudo().findings or []
            )

    def _finding_sentence(self, finding):
        """Return one finding as a sentence, in the reader's language."""
        person = self.person_ids.filtered(lambda p: p.id == finding.get("person"))
        programme = self.env["khbs.aid.programme"].browse(finding.get("programme"))
        household = self._household_label(finding.get("household"))
        sentences = {
            "HEAD_NONE": self.env._("The family has no head."),
            "HEAD_TWO": self.env._("The family has two heads."),
            "NIK_MISSING": self.env._(
                "%(name)s has no NIK yet: refer the family to Dukcapil. Cash cannot be "
                "paid to a family whose head has no NIK.",
                name=person.name,
            ),
            "NIK_WARNING": self.env._(
                "%(name)s: the NIK differs from the date of birth or the sex. That "
                "may be so; compare it with the KK.",
                name=person.name,
            ),
            "NIK_REGISTERED": self.env._(
                "%(name)s is in the registry already: %(household)s.",
                name=person.name,
                household=household,
            ),
            "KK_MISSING": self.env._("The family has no KK number yet."),
            "KK_REGISTERED": self.env._(
                "This KK number belongs to a family of the registry: %(household)s.",
                household=household,
            ),
            "KK_EARLIER": self.env._(
                "A family of the registry had this KK number earlier: %(household)s.",
                household=household,
            ),
            "AID_RECEIVED": self.env._(
                "A list in force names the family for %(programme)s.",
                programme=programme.name,
            ),
        }
        return sentences.get(finding["code"], finding["code"])

    def _household_label(self, household_id):
        """Return the number of a household, or that it lies out of reach."""
        if not household_id:
            return ""
        return self.env["khbs.household"].browse(household_id)._label_in_reach()

    def _note_entered(self, number):
        """Count *number* as searched for: the findings tell who else has it."""
        self.household_id.sudo()._record_entered_number(number)

    def _note_findings(self):
        """Look the candidates' numbers up and keep what is found."""
        self.env.flush_all()
        for candidate in self.sudo().exists():
            found = candidate._find()
            if found != (candidate.findings or []):
                candidate.findings = found

    def _find(self):
        self.ensure_one()
        heads = self.person_ids.filtered(lambda p: p.relation == "1")
        found = []
        if self.person_ids and len(heads) != 1:
            found.append({"code": "HEAD_TWO" if heads else "HEAD_NONE"})
        for person in self.person_ids.sorted("id"):
            if person.nik_status != "valid":
                code = f"NIK_{person.nik_status.upper()}"
                found.append({"code": code, "person": person.id})
        found += self._known_persons() + self._known_kk() + self._aid()
        return found

    def _known_persons(self):
        """Return the members who are persons of the registry."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, p.household_id FROM khbs_candidate_person mine
                JOIN khbs_person p ON p.nik = mine.nik
                WHERE mine.candidate_id = %(id)s AND p.active AND p.state = 'alive'
                    AND p.household_id IS DISTINCT FROM %(own)s
                ORDER BY mine.id
                """,
                id=self.id,
                own=self.household_id.id or None,
            )
        )
        return [
            {"code": "NIK_REGISTERED", "person": person, "household": household}
            for person, household in rows
        ]

    def _known_kk(self):
        """Return the households that have, or had, the candidate's KK number."""
        if not self.kk_number:
            return [{"code": "KK_MISSING"}]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT h.id, true FROM khbs_household h
                WHERE h.kk_number = %(number)s AND h.present
                UNION
                SELECT kk.household_id, false FROM khbs_household_kk kk
                WHERE kk.kk_number = %(number)s AND kk.valid_to IS NOT NULL
                ORDER BY 2 DESC, 1
                """,
                number=self.kk_number,
            )
        )
        return [
            {
                "code": "KK_REGISTERED" if present else "KK_EARLIER",
                "household": household,
            }
            for household, present in rows
            if household != self.household_id.id
        ]

    def _aid(self):
        """Return the programmes of which a list in force names the family."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.programme_id FROM khbs_aid_list_line line
                JOIN khbs_aid_list list ON list.id = line.list_id
                WHERE list.state = 'loaded' AND list.date_from <= %(today)s
                    AND COALESCE(list.date_to, 'infinity') >= %(today)s
                    AND (line.kk_number = %(kk)s OR line.nik IN (
                        SELECT nik FROM khbs_candidate_person
                        WHERE candidate_id = %(id)s AND nik IS NOT NULL
                    ))
                ORDER BY 1
                """,
                today=fields.Date.context_today(self),
                kk=self.kk_number or None,
                id=self.id,
            )
        )
        return [{"code": "AID_RECEIVED", "programme": row[0]} for row in rows]

    def _refuse_blocking(self):
        """Refuse a candidate that the registry knows, or that has no single head."""
        for candidate in self:
            sentences = [
                candidate.sudo(False)._finding_sentence(finding)
                for finding in candidate.sudo().findings or []
                if finding["code"] in BLOCKING
            ]
            if sentences:
                raise UserError("\n".join(sentences))
