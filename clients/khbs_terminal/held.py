# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the terminal holds from the server: trust, configuration, list and lease.

Everything is verified before it is kept, and each adoption stands in the journal
in the same transaction.
"""

from . import jws, shape, trust
from .errors import Refusal, TerminalError
from .lease import Lease
from .status_list import StatusList, apply_message

LIST_NO = "01"
# No terminal works with a clock before this program's release (Unix seconds).
RELEASED_AT = 1_735_689_600
_SYNC_MARGIN = 300
DEFAULT_LIMITS = {
    "offline_days": 14,
    "tap_lines": 6,
    "tap_sum": 1_200_000,
    "unsent": None,
}


class Held:
    """Documents held, read from the store once and then kept parsed."""

    def __init__(self, store, journal, sheet):
        self._store = store
        self._journal = journal
        self._sheet = sheet
        self._parsed = {}

    def forget(self):
        """Erase lease, list and every name, as a lost terminal must."""
        with self._store.transaction():
            self._store.drop("lease", "list", "config")
        self._store.scrub()
        self._parsed.clear()

    def trust(self):
        """Return the TrustBundle, None before enrolment is approved."""
        return self._load("trust", self._open_trust)

    def require_trust(self):
        """Return the TrustBundle; without one the terminal is not enrolled yet."""
        bundle = self.trust()
        if bundle is None:
            raise TerminalError("Terminal belum menerima berkas kepercayaan.")
        return bundle

    def config(self):
        """Return the payload of the configuration, {} before there is one."""
        return self._load("config", self._open_config) or {}

    def limits(self):
        return {**DEFAULT_LIMITS, **self.config().get("limits", {})}

    def status_list(self):
        return self._load("list", StatusList.from_setting)

    def lease(self):
        return self._load("lease", self._open_lease)

    def last_sync(self):
        """Return the server's time at the last synchronisation, or None."""
        return self._store.get("last_sync")

    def adopt_trust(self, value):
        """Verify and keep a trust bundle; True if it is new."""
        held = self.trust()
        bundle = self._open_trust(value, held.ver if held else 0)
        if held and held.ver == bundle.ver:
            return False
        with self._store.transaction():
            self._store.put("trust", value)
            self._store.put("root_sha256", bundle.root_sha256)
            self._drop_disbelieved(bundle)
        self._parsed["trust"] = bundle
        return True

    def _drop_disbelieved(self, bundle):
        """Drop what a key signed that *bundle* has revoked: who knows by whom it is."""
        signed_by = {
            key: jws.parse(text).kid
            for key in ("lease", "config")
            if (text := self._store.get(key))
        }
        if status_list := self.status_list():
            signed_by["list"] = status_list.kid
        for key, kid in signed_by.items():
            if kid in bundle.revoked:
                self._store.drop(key)
                self._parsed.pop(key, None)

    def adopt_config(self, text):
        """Verify and keep a configuration; True if it is new."""
        config = self._open_config(text)
        ver = shape.integer(config, "ver", "konfigurasi")
        held_ver = self.config().get("ver", 0)
        if ver == held_ver:
            return False
        shape.require(ver > held_ver, "konfigurasi lebih lama")
        with self._store.transaction():
            self._journal.append("cfg", {"ver": ver})
            self._store.put("config", text)
        self._parsed["config"] = config
        return True

    def adopt_list(self, text):
        """Verify and apply a full list or a change; return the new version."""
        bundle = self.require_trust()
        shape.require(isinstance(text, str), "daftar status tidak terbaca")
        kind = jws.parse(text).typ
        shape.require(
            kind in ("statuslist+jwt", "khbs-listdelta+jwt"), "bukan daftar status"
        )
        message = bundle.verify(text, kind, self._sheet.prg)
        updated = apply_message(
            self.status_list(), message, LIST_NO, self._lowest_list(bundle, message)
        )
        with self._store.transaction():
            self._journal.append("lists", {"sub": updated.sub, "ver": updated.ver})
            self._store.put("list", updated.to_setting())
            self._store.put("lst", updated.ver)
            self._store.put("list_ratchet", [updated.kid, updated.ver])
        self._parsed["list"] = updated
        return updated.ver

    def _lowest_list(self, bundle, message):
        """Return the lowest version to take; it outlives a list that was erased."""
        kid, ver = self._store.get("list_ratchet", [None, 0])
        return max(bundle.minimum.get(LIST_NO, 0), ver if kid == message.kid else 0)

    def adopt_lease(self, text):
        """Verify and adopt a lease in place of the one held; return it."""
        lease = self._open_lease(text)
        held = self.lease()
        if held and held.id == lease.id:
            return held
        shape.require(not held or lease.iat >= held.iat, "sewa lebih lama")
        shape.require(lease.exp > self._journal.now(), "sewa sudah berakhir")
        with self._store.transaction():
            self._journal.append(
                "lease", {"id": lease.id, "prev": self._store.get("lse")}
            )
            self._store.put("lease", text)
            self._store.put("lse", lease.id)
        self._parsed["lease"] = lease
        return lease

    def check_clock(self):
        """Raise Refusal when the clock is certainly behind."""
        known = [RELEASED_AT]
        if status_list := self.status_list():
            known.append(status_list.iat)
        if lease := self.lease():
            known.append(lease.nbf)
        if self.last_sync():
            known.append(self.last_sync() - _SYNC_MARGIN)
        if self._journal.now() < max(known):
            raise Refusal("CLOCK", "Jam terminal mundur. Sambungkan ke server dahulu.")

    def warnings(self):
        """Return what the operator should know although the work goes on."""
        found = []
        bundle = self.trust()
        if bundle and bundle.exp < self._journal.now():
            found.append("Berkas kepercayaan kedaluwarsa. Sambungkan ke server.")
        return found

    def _load(self, key, opener):
        if key not in self._parsed:
            value = self._store.get(key)
            if value is None:
                return None
            self._parsed[key] = opener(value)
        return self._parsed[key]

    def _open_trust(self, value, held_ver=0):
        root = self._store.get("root_sha256", self._sheet.root_sha256)
        return trust.open_bundle(value, root, self._sheet.prg, held_ver)

    def _open_config(self, text):
        payload = self._message(text, "khbs-config+jwt").payload
        shape.require(
            payload.get("tid") == self._sheet.tid, "konfigurasi terminal lain"
        )
        limits, operators = payload.get("limits"), payload.get("ops")
        shape.require(
            isinstance(limits, dict)
            and all(map(shape.is_integer, limits.values()))
            and isinstance(operators, list)
            and all(isinstance(row, dict) for row in operators),
            "konfigurasi tidak sah",
        )
        return payload

    def _open_lease(self, text):
        message = self._message(text, "khbs-lease+jwt")
        return Lease.from_message(message, self._sheet.tid)

    def _message(self, text, typ):
        shape.require(isinstance(text, str), "dokumen server tidak terbaca")
        return self.require_trust().verify(text, typ, self._sheet.prg)
