# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib
import io
from html import escape

from odoo import fields, models
from odoo.tools import SQL

from ..identity_numbers import mask
from ..papers import prose, words

# What every table has and what says nothing about a person.
_TECHNICAL = {
    "id",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
    "display_name",
    "household_id",
    "person_id",
}
_STYLE = """
table { width: 100%; table-layout: fixed; border-collapse: collapse;
        font-size: 8.5pt; line-height: 1.25 }
th, td { border: 0.4pt solid #666; padding: 1mm 1.5mm; text-align: left;
         vertical-align: top; overflow-wrap: anywhere }
th { background: #eee }
thead { display: table-header-group }
tr { break-inside: avoid }
.looks th:nth-child(1) { width: 26mm } .looks th:nth-child(6) { width: 13mm }
.kop { text-align: center; border-bottom: 2.5pt double #000; padding-bottom: 2mm;
       margin-bottom: 6mm; font-size: 12pt }
.kop b { font-size: 14pt } .kop small { font-size: 9pt }
.person { margin: 3mm 0 1mm; break-after: avoid }
h1 { text-align: center; font-size: 13pt; margin-bottom: 4mm }
h2 { margin: 6mm 0 2mm }
dl { display: grid; grid-template-columns: 55mm 1fr; row-gap: 0.8mm; margin: 0 }
dt { color: #333 } dd { margin: 0 }
p { margin-bottom: 2mm; text-align: justify }
"""


class KhbsSubjectReport(models.AbstractModel):
    """The paper that answers a subject: all that is stored, and who looked.

    It asks the registry of models what hangs on a household or a person, so a model
    that comes with another addon is in the paper from its first row on. What would
    tell who complained is left out (the fields that ``_subject_hidden`` of a record
    names). The paper is
    unmasked, made for the reader who asks, and kept nowhere; its hash is.
    """

    _name = "khbs.subject.report"
    _description = "Report to a data subject"

    def _report_pdf(self):
        """Return the paper as bytes; who made it is on record before it leaves."""
        self.ensure_one()
        self._require_report()
        content = self._report_content()
        digest = hashlib.sha256(content).hexdigest()
        # Committed at once: whatever comes after, it was made.
        self.env["khbs.audit.event"]._record_seen(
            "subject.paper",
            self.household_id,
            {"purpose": "subject", "request": self.id, "sha256": digest},
        )
        self.sudo().write({"report_sha256": digest, "report_at": fields.Datetime.now()})
        return content

    def _report_content(self):
        self.env.flush_all()
        with io.BytesIO() as file:
            prose.render(self._report_html(), file, _STYLE)
            return file.getvalue()

    def _report_html(self):
        request = self.sudo().with_context(lang="id_ID", active_test=False)
        parts = [
            # First: a running element stands on the pages that come after it.
            request._report_footer(),
            request._report_letterhead(),
            "<h1>LAPORAN DATA PRIBADI SUBJEK</h1>",
            request._report_opening(),
            request._report_household(),
            request._report_members(),
            *request._report_linked(),
            request._report_looks(),
            request._report_close(),
        ]
        return f'<html lang="id"><body>{"".join(parts)}</body></html>'

    def _report_opening(self):
        kinds = dict(self._fields["identity_kind"]._description_selection(self.env))
        facts = [
            ("Nomor permohonan", self.name),
            ("Pemohon", self.applicant),
            ("Diterima", words.moment(self.received_at)),
            ("Dijawab sebelum", words.moment(self.due_at)),
            ("Identitas diperiksa", kinds.get(self.identity_kind, "")),
            ("Dicetak", words.moment(fields.Datetime.now())),
        ]
        return (
            "<p>Laporan ini memuat semua data yang disimpan program Kartu Huma Betang "
            "Sejahtera tentang subjek data, dan siapa yang membukanya, sebagaimana "
            "diatur Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data "
            "Pribadi.</p>" + _facts(facts)
        )

    def _report_household(self):
        household = self.household_id
        rows = [
            (one.kk_number, words.date(one.valid_from), _until(one), one.reason)
            for one in household.kk_ids
        ]
        return (
            "<h2>1. Keluarga</h2>"
            + _facts(self._stored(household))
            + "<h2>2. Nomor KK sekarang dan sebelumnya</h2>"
            + _table(["Nomor KK", "Sejak", "Sampai", "Sebab"], rows)
        )

    def _report_members(self):
        persons = self.person_id or self.household_id.person_ids
        blocks = [
            f"<p class='person'><b>{escape(person.name)}</b></p>"
            + _facts(self._stored(person))
            for person in persons
        ]
        return "<h2>3. Anggota keluarga</h2>" + "".join(blocks)

    def _report_linked(self):
        """Yield a part for each kind of record that hangs on the family or person."""
        number = 3
        for records in self._linked():
            number += 1
            label = self.env["ir.model"]._get(records._name).name
            blocks = [_facts(self._stored(record)) for record in records]
            yield (
                f"<h2>{number}. {escape(label)} ({len(records)})</h2>"
                + "<p></p>".join(blocks)
            )

    def _linked(self):
        """Return the records that hang on the family or person, a set per model."""
        found = []
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith("khbs.") or model._abstract or model._transient:
                continue
            if name in ("khbs.person", "khbs.household.kk", self._name):
                continue
            domain = self._link_domain(model)
            records = domain and model.search(domain, order="id")
            if records:
                found.append(records)
        return found

    def _link_domain(self, model):
        """Return the domain of the records of *model* about the subject, or None."""
        conditions = []
        for name, field in model._fields.items():
            if field.type != "many2one" or not field.store:
                continue
            if field.comodel_name == "khbs.person":
                persons = self.person_id or self.household_id.person_ids
                conditions.append((name, "in", persons.ids))
            elif field.comodel_name == "khbs.household" and not (
                self.person_id and "person_id" in model._fields
            ):
                conditions.append((name, "=", self.household_id.id))
        # Lists that others brought name numbers, no record.
        for name, numbers in (
            ("nik", self._numbers()["nik"]),
            ("kk_number", self._numbers()["kk"]),
        ):
            field = model._fields.get(name)
            if field and field.store and model._name != "khbs.household":
                conditions.append((name, "in", numbers))
        if not conditions:
            return None
        return ["|"] * (len(conditions) - 1) + conditions

    def _numbers(self):
        """Return all numbers of the subject: {"nik": [..], "kk": [..]}."""
        persons = self.person_id or self.household_id.person_ids
        household = self.household_id
        kk = {household.kk_number, *household.kk_ids.mapped("kk_number")} - {False}
        former = self.env["khbs.person.nik"].search([("person_id", "in", persons.ids)])
        nik = {*persons.mapped("nik"), *former.mapped("nik")} - {False}
        return {"nik": sorted(nik), "kk": sorted(kk)}

    def _stored(self, record):
        """Return [(label, text)] of all that a record stores."""
        hidden = _TECHNICAL.copy()
        if hasattr(record, "_subject_hidden"):
            hidden.update(record._subject_hidden())
        described = record.fields_get(attributes=["string"])
        facts = []
        for name, field in record._fields.items():
            if name in hidden or not field.store or field.type in _UNREADABLE:
                continue
            if (value := record[name]) in (False, None, ""):
                continue
            label = described.get(name, {}).get("string") or field.string or name
            facts.append((label, self._shown(record, field, value)))
        return facts

    def _shown(self, record, field, value):
        """Return a value as text; what is about another person is not told."""
        persons = self.person_id or self.household_id.person_ids
        own = {"khbs.person": persons, "khbs.household": self.household_id}
        if field.type == "many2one" and field.comodel_name in own:
            if value not in own[field.comodel_name]:
                return "(orang lain)"
        if field.name in ("nik", "kk_number"):
            numbers = self._numbers()
            if value not in numbers["nik"] + numbers["kk"]:
                return mask(value)
        return _text(record, field, value)

    # ------------------------------------------------------------------
    # Who looked
    # ------------------------------------------------------------------

    def _report_looks(self):
        rows = [
            (
                words.moment(event.at),
                event.user_id.name,
                event.role,
                event.act_label,
                _purpose(event),
                "Ditolak" if event.outcome == "refused" else "",
            )
            for event in self._looks()
        ]
        heads = ["Waktu", "Pengguna", "Peran", "Tindakan", "Tujuan", "Ket."]
        return (
            "<h2>Siapa yang membuka atau mengubah data ini</h2>"
            f"<div class='looks'>{_table(heads, rows)}</div>"
        )

    def _looks(self):
        """Return the audit events of everything that touched the subject, by time."""
        touched = {"khbs.household": self.household_id.ids}
        touched["khbs.person"] = (self.person_id or self.household_id.person_ids).ids
        touched[self._name] = self.ids
        exports = self.env["khbs.export"]
        exported = exports._with_rows_of(self.household_id)
        documents = {}
        for records in self._linked():
            touched[records._name] = records.ids
            exported |= exports._with_rows_of(records)
            for parent in _parents(records):
                documents.setdefault(parent._name, set()).update(parent.ids)
        exported |= exports._with_rows_of(
            self.env["khbs.person"].browse(touched["khbs.person"])
        )
        touched["khbs.export"] = exported.ids
        papers = self.env["khbs.paper"].search(
            _any([("model", "res_id", name, ids) for name, ids in documents.items()])
        )
        documents["khbs.paper"] = set(papers.ids)
        conditions = [
            SQL(
                "(model = %(model)s AND (res_id = ANY(%(ids)s)"
                " OR data -> 'ids' @> ANY(%(listed)s::jsonb[])))",
                model=name,
                ids=list(ids),
                listed=[str(number) for number in ids],
            )
            for name, ids in touched.items()
            if ids
        ]
        conditions += [
            SQL(
                "(model = %s AND res_id = ANY(%s) AND (act LIKE '%%.download'"
                " OR act LIKE '%%.rejects' OR act = 'data.export'))",
                name,
                list(ids),
            )
            for name, ids in documents.items()
            if ids
        ]
        conditions.append(
            SQL(
                "(act = 'household.find' AND data ->> 'number' = ANY(%s))",
                self._number_digests(),
            )
        )
        query = SQL(
            "SELECT id FROM khbs_audit_event WHERE %s ORDER BY at, id",
            SQL(" OR ").join(conditions),
        )
        ids = [event_id for [event_id] in self.env.execute_query(query)]
        return self.env["khbs.audit.event"].browse(ids)

    def _number_digests(self):
        find = self.env["khbs.find"]
        numbers = self._numbers()
        return [find._number_digest(one) for one in numbers["nik"] + numbers["kk"]]

    def _report_close(self):
        return (
            "<p style='margin-top: 6mm'>Bila ada data yang keliru, subjek data berhak "
            "meminta perbaikan; bila ada pembukaan yang tidak beralasan, subjek data "
            "berhak mengadu kepada Dinas Sosial atau Inspektorat.</p>"
        )

    def _report_footer(self):
        return (
            "<footer>Kartu Huma Betang Sejahtera, "
            f"{escape(self.name)}. Memuat data pribadi: hanya untuk pemohon.</footer>"
        )

    def _report_letterhead(self):
        letterhead = self.env["khbs.letterhead"]._resolve("opd")
        *lines, last = map(escape, letterhead.lines)
        address = map(escape, letterhead.address)
        return (
            f"<div class='kop'>{'<br>'.join([*lines, f'<b>{last}</b>'])}"
            f"<br><small>{'<br>'.join(address)}</small></div>"
        )


_UNREADABLE = ("one2many", "many2many", "binary", "json", "properties")


def _any(pairs):
    """Return the domain of what points at one of the documents."""
    conditions = [
        ["&", (model_name, "=", name), (id_name, "in", list(ids))]
        for model_name, id_name, name, ids in pairs
    ]
    if not conditions:
        return [("id", "=", 0)]
    domain = ["|"] * (len(conditions) - 1)
    for condition in conditions:
        domain += condition
    return domain


def _parents(records):
    """Yield the documents that *records* are lines of."""
    for field in records._fields.values():
        if field.type != "many2one" or not field.store or not field.required:
            continue
        if field.comodel_name in ("khbs.household", "khbs.person", "khbs.area"):
            continue
        if field.comodel_name.startswith("khbs."):
            yield records[field.name]


def _text(record, field, value):
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, value)
    if field.type == "boolean":
        return "ya"
    if field.type == "datetime":
        return words.moment(value)
    if field.type == "date":
        return words.date(value)
    if field.type == "many2one":
        return value.display_name
    return str(value)


def _until(one):
    return words.date(one.valid_to) if one.valid_to else "sekarang"


def _purpose(event):
    data = event.data or {}
    reference = data.get("reference")
    purposes = dict(event.env["khbs.reveal"]._fields["purpose"].selection)
    if data.get("purpose") not in purposes:
        return ""
    labels = (
        event.env["khbs.reveal"]._fields["purpose"]._description_selection(event.env)
    )
    label = dict(labels)[data["purpose"]]
    return f"{label} ({reference})" if reference else label


def _facts(facts):
    inner = "".join(
        f"<dt>{escape(str(label))}</dt><dd>{escape(str(text))}</dd>"
        for label, text in facts
        if text
    )
    return f"<dl>{inner}</dl>"


def _table(heads, rows):
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(one or ''))}</td>" for one in row) + "</tr>"
        for row in rows
    )
    if not rows:
        return "<p>Tidak ada.</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
