# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import format_date


class KhbsDecisionReason(models.AbstractModel):
    """The reasons of a decision as sentences, each with its source."""

    _name = "khbs.decision.reason"
    _description = "Decision: the reasons in words"

    def _sentences(self):
        """Return the reasons as a list of (sentence, source)."""
        self.ensure_one()
        return [
            (self._reason_text(reason), self._reason_source(reason))
            for reason in self.reasons
        ]

    def _reason_text(self, reason):
        """Return one reason as a sentence, in the reader's language."""
        code = reason["code"]
        if code in ("AID_RECEIVED", "MEMBER_FLAGGED", "FLAG_VERIFIED"):
            return self._fact_text(reason)
        if code.startswith("VISIT_"):
            return self._visit_text(reason)
        if code.startswith("DELIBERATION_") and code != "DELIBERATION_OBJECTION":
            return self._removal_text(code)
        templates = {
            "DECILE_WITHIN": self.env._(
                "Decile %(decile)s is within the limit of %(limit)s.",
                decile=reason.get("decile"),
                limit=reason.get("limit"),
            ),
            "DECILE_ABOVE": self.env._(
                "Decile %(decile)s is above the limit of %(limit)s.",
                decile=reason.get("decile"),
                limit=reason.get("limit"),
            ),
            "DECILE_MISSING": self.env._(
                "The family has no decile yet: propose it through the village "
                "deliberation and the quarterly update of DTSEN."
            ),
            "NO_OTHER_AID": self.env._(
                "No member and no KK number of the family stands in a list of an "
                "excluding programme (%(lists)s lists compared).",
                lists=reason.get("lists"),
            ),
            "NIK_MISSING": self.env._(
                "The head of the family has no NIK yet: refer the family to Dukcapil."
            ),
            "PLACE_MISSING": self.env._(
                "Neither a geotag nor the kind of dwelling is known: visit the family."
            ),
            "ADDRESS_MISSING": self.env._(
                "The address or the RT is missing: complete it from the KK."
            ),
            "BIRTH_MISSING": self.env._(
                "The birth date of the head is missing: complete it from the KK."
            ),
            "DTSEN_GONE": self.env._(
                "DTSEN no longer names the family since %(day)s: find out whether it "
                "moved, split or was dropped.",
                day=self._day(reason.get("on")),
            ),
            "DELIBERATION_OBJECTION": self.env._(
                "Somebody objected to what the village deliberation says of the "
                "family: settle the objection and have the family visited."
            ),
            "HOUSE_SHARED": self.env._(
                "Another family of the same house comes first: %(household)s.",
                household=reason.get("household"),
            ),
        }
        return templates.get(code, code)

    def _removal_text(self, code):
        """Return what the village said when it took the family off its list."""
        reasons = self.env["khbs.household"]._fields["removal_reason"]
        said = dict(reasons._description_selection(self.env))
        return self.env._(
            "The village deliberation took the family off the list: %(reason)s.",
            reason=said[code.removeprefix("DELIBERATION_").lower()].lower(),
        )

    def _visit_text(self, reason):
        """Return what the last visit met instead of the family."""
        results = dict(
            self.env["khbs.visit"]._fields["result"]._description_selection(self.env)
        )
        return self.env._(
            "The last visit, of %(day)s, did not find the family: %(result)s. Have it "
            "visited again.",
            day=self._day(reason.get("on")),
            result=results[reason["code"].removeprefix("VISIT_").lower()].lower(),
        )

    def _fact_text(self, reason):
        """Return what a list says of the family, and by which number it was met."""
        programme = self.env["khbs.aid.programme"].browse(reason["programme_id"])
        aid_list = self.env["khbs.aid.list"].sudo().browse(reason["list_id"])
        how = {
            "nik": self.env._("the NIK of a member"),
            "kk": self.env._("the present KK number"),
            "earlier_kk": self.env._("an earlier KK number"),
        }[reason["by"]]
        facts = {
            "programme": programme.name,
            "how": how,
            "list": aid_list.name,
            "keeper": aid_list.source,
            "letter": aid_list.letter_number,
        }
        if reason["code"] == "FLAG_VERIFIED":
            return self.env._(
                "%(programme)s: %(how)s stands in list %(list)s of %(keeper)s, letter "
                "%(letter)s; a visit since then verified the family.",
                **facts,
            )
        if reason["code"] == "MEMBER_FLAGGED":
            return self.env._(
                "%(programme)s: %(how)s stands in list %(list)s of %(keeper)s, letter "
                "%(letter)s; the family is to be verified on the spot.",
                **facts,
            )
        if programme.kind == "service":
            return self.env._(
                "A member is %(programme)s: %(how)s stands in list %(list)s of "
                "%(keeper)s, letter %(letter)s.",
                **facts,
            )
        return self.env._(
            "Receives %(programme)s: %(how)s stands in list %(list)s of %(keeper)s, "
            "letter %(letter)s.",
            **facts,
        )

    def _reason_source(self, reason):
        """Return where the fact behind a reason comes from: list or delivery, date."""
        if "list_id" in reason:
            aid_list = self.env["khbs.aid.list"].sudo().browse(reason["list_id"])
            return self.env._(
                "%(list)s, letter %(letter)s of %(day)s",
                list=aid_list.name,
                letter=aid_list.letter_number,
                day=self._day(aid_list.letter_date),
            )
        if reason["code"].startswith(("DECILE", "DTSEN")):
            return self._delivery_source()
        return self._registry_source()

    def _registry_source(self):
        day = self._day(self.decided_at.date())
        return self.env._("Registry, %(day)s", day=day)

    def _delivery_source(self):
        """Return the delivery of DTSEN that last named the family before this."""
        family = (
            self.env["khbs.dtsen.family"]
            .sudo()
            .search(
                [
                    ("household_id", "=", self.household_id.id),
                    ("import_id.state", "=", "applied"),
                    ("import_id.create_date", "<=", self.decided_at),
                ],
                order="import_id desc",
                limit=1,
            )
        )
        delivery = family.import_id
        if not delivery:
            return self._registry_source()
        return self.env._(
            "%(delivery)s, letter %(letter)s of %(day)s",
            delivery=delivery.name,
            letter=delivery.letter_number,
            day=self._day(delivery.letter_date),
        )

    def _day(self, day):
        return format_date(self.env, day) if day else "-"
