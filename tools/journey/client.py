# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a station of the journey acts with: backend sessions and a folder."""

import base64
import itertools
from pathlib import Path

import requests


class ErpError(Exception):
    """The server refused a call; the text is what the user would read."""

    def __init__(self, error):
        data = error.get("data", {})
        self.name = data.get("name", "")
        super().__init__(data.get("message") or error.get("message"))


class Erp:
    """One user's session, calling what the web client calls.

    :param url: address of the server, as in ``http://127.0.0.1:8069``
    """

    def __init__(self, url, database, login, password, timeout=600):
        self.url = url
        self.timeout = timeout
        self._ids = itertools.count(1)
        self._http = requests.Session()
        session = self.rpc(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        self.uid = session["uid"]
        self.context = session["user_context"]

    def rpc(self, path, params):
        """Call a JSON-RPC route of the web client and return its result."""
        answer = self._http.post(
            self.url + path,
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "id": next(self._ids),
                "params": params,
            },
            timeout=self.timeout,
        )
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            raise ErpError(body["error"])
        return body.get("result")

    def call(self, model, method, *args, **kwargs):
        """Call a public method as the web client does and return its result."""
        kwargs.setdefault("context", self.context)
        return self.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def decide(self, model, method, record_id):
        """Press a button of decision on a record, as its form showed it."""
        shown = self.read_one(model, record_id, ["content_sha256"])
        seen = {**self.context, "khbs_seen": shown["content_sha256"]}
        return self.call(model, method, [record_id], context=seen)

    def create(self, model, values):
        """Create one record and return its id."""
        return self.call(model, "create", [values])[0]

    def write(self, model, ids, values):
        return self.call(model, "write", ids, values)

    def search(self, model, domain, **kwargs):
        return self.call(model, "search", domain, **kwargs)

    def search_read(self, model, domain, fields, **kwargs):
        return self.call(model, "search_read", domain, fields=fields, **kwargs)

    def read_one(self, model, record_id, fields):
        return self.call(model, "read", [record_id], fields)[0]

    def download(self, path):
        """Return the bytes at *path*, fetched in this user's session."""
        answer = self._http.get(self.url + path, timeout=self.timeout)
        answer.raise_for_status()
        return answer.content


class Journey:
    """The programme under way: who acts, where, and what the stations left.

    :param passwords: dict of login to password
    :param folder: where terminals, stations and files live during the journey
    :param use_pcsc: reach the virtual cards through pcscd; else in this process
    """

    def __init__(self, url, database, passwords, folder, use_pcsc=False):
        self.url = url
        self.database = database
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.facts = {}
        self.use_pcsc = use_pcsc
        self._passwords = passwords
        self._sessions = {}

    def password(self, login):
        """Return the password that *login* has or is to have."""
        return self._passwords[login]

    def erp(self, login):
        """Return the session of the demo user *login*, opened at first use."""
        if login not in self._sessions:
            self._sessions[login] = Erp(
                self.url, self.database, login, self.password(login)
            )
        return self._sessions[login]


def as_base64(content):
    """Return bytes or a file's content as the text that a Binary field takes."""
    if isinstance(content, Path):
        content = content.read_bytes()
    return base64.b64encode(content).decode()
