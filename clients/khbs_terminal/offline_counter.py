# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The counter without a network: what the terminal checks by itself."""

from .card import verify_certificate
from .errors import CertificateError, Refusal
from .held import LIST_NO
from .offer import REFUSED_STATUS, Offer, commodity, cvm
from .status_list import SHIPPED, SUSPENDED, VALID

_DAY = 86400


class OfflineCounter:
    """What may be given without a network: the lease, the status list, the limits."""

    def _offline_offer(self, _card, identity, identity_seen):
        lease = self._valid_lease()
        # What is wrong with the card itself comes first: a signal would not mend it.
        self._check_certificate(identity)
        self._check_status(identity)
        row = self._known_row(lease, identity)
        open_lines = self._open_lines(lease, row)
        lines = self._within_tap(
            [
                line
                for line in open_lines
                if lease.benefits[line.b]["cvm"] == "none"
                or (lease.benefits[line.b]["cvm"] == "id" and identity_seen)
            ],
            lease.max_lines,
        )
        if not lines:
            self._refuse_cvm({lease.benefits[line.b]["cvm"] for line in open_lines})
        self._check_lease_limits(lease, lines)
        labels = {
            b: (benefit["label"], [commodity(row) for row in benefit["goods"]])
            for b, benefit in lease.benefits.items()
        }
        return Offer(row.name, lines, labels, cvm(identity_seen), online=False)

    def _valid_lease(self):
        """Return the lease if list, lease and last synchronisation still hold."""
        now = self._journal.now()
        status_list, lease = self._held.status_list(), self._held.lease()
        if lease is None or status_list is None:
            raise Refusal("NO_LEASE", "Belum ada sewa dan daftar kartu. Perlu sinyal.")
        if now > status_list.exp or status_list.ver < lease.lst_min:
            raise Refusal("STALE_LIST", "Daftar kartu terlalu lama. Perlu sinyal.")
        if not lease.nbf <= now <= lease.exp:
            raise Refusal("LEASE_EXPIRED", "Masa sewa terminal berakhir. Perlu sinyal.")
        days = self._held.limits()["offline_days"]
        if now > (self._held.last_sync() or 0) + days * _DAY:
            raise Refusal("NO_SYNC", f"Lebih dari {days} hari tanpa server.")
        return lease

    def _known_row(self, lease, identity):
        row = lease.rows.get(identity.card_no)
        if row is None:
            raise Refusal("NOT_IN_LEASE", "Kartu ini perlu sinyal.")
        if row.kh9e != identity.key_hash:
            told = "Kunci kartu bukan kunci nomor ini: sertifikatnya milik kartu lain."
            raise Refusal("WRONG_KEY", f"{told} Tahan kartu ini.")
        return row

    def _check_status(self, identity):
        """Raise Refusal unless list and own journal say that the card is good."""
        status = None
        if identity.list_no == LIST_NO:
            status = self._held.status_list().status(identity.index)
        if status is None:
            told = "Nomor kartu tidak ada di daftar terminal ini. Perlu sinyal."
            raise Refusal("UNKNOWN_CARD", told)
        notes = self._notes(identity.card_no)
        if "blocked" in notes:
            raise Refusal(*REFUSED_STATUS[SUSPENDED])
        if status == SHIPPED and "activated" in notes:
            return
        if status != VALID:
            raise Refusal(*REFUSED_STATUS[status])

    def _check_certificate(self, identity):
        try:
            verify_certificate(
                identity, self._held.trust().authorities, self._journal.now()
            )
        except CertificateError as error:
            raise Refusal(error.why, f"Kartu ditolak: {error}.") from error

    def _open_lines(self, lease, row):
        """Return the lines of the row that are not yet given and not yet over."""
        now = self._journal.now()
        left = [
            line
            for line in row.lines
            if not self._store.one("SELECT 1 FROM given WHERE e = ?", line.e)
        ]
        if not left:
            raise Refusal("ALREADY_GIVEN", "Bantuan kartu ini sudah diambil di sini.")
        left = [line for line in left if now <= lease.rounds[line.p]]
        if not left:
            raise Refusal("ROUND_OVER", "Masa penyaluran sudah berakhir.")
        return left

    def _within_tap(self, lines, most):
        """Return the first *lines* that fit the limits of one tap."""
        limits = self._held.limits()
        most = min(most, limits["tap_lines"], 6)
        chosen, total = [], 0
        for line in lines:
            if len(chosen) < most and total + line.a <= limits["tap_sum"]:
                chosen.append(line)
                total += line.a
        if lines and not chosen:
            raise Refusal("TAP_LIMIT", "Jumlah bantuan melebihi batas sekali tap.")
        return tuple(chosen)

    def _refuse_cvm(self, methods):
        if "id" in methods:
            raise Refusal("IDENTITY", "Periksa KTP atau KK penerima dahulu.")
        raise Refusal("PIN", "Bantuan ini perlu EDC dengan PIN.")

    def _check_lease_limits(self, lease, lines):
        count, total = self._store.execute(
            "SELECT count(*), coalesce(sum(total), 0) FROM claim WHERE lease = ?",
            lease.id,
        ).fetchone()
        total += sum(line.a for line in lines)
        if count + 1 > lease.max_claims or total > lease.max_sum:
            raise Refusal("LIMIT", "Batas sewa terminal tercapai. Perlu sinyal.")
        unsent = self.unsent_claims()
        limits = self._held.limits()
        if unsent >= (limits["unsent"] or lease.max_claims + 50):
            raise Refusal("UNSENT", "Terlalu banyak klaim belum terkirim.")
