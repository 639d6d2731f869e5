# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The commands of tools/keys; docs/operations.md, "Key ceremony", plays them."""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from protocol import certificate, keystore
from protocol.keystore import KeyStoreError, ceremony, status
from protocol.keystore.base import MASTER, SERVER_USES
from protocol.keystore.bundle import Bundle, spki_hex
from protocol.keystore.files import write
from protocol.keystore.keyring import TRUST_FILE
from protocol.keystore.root import RootFolder
from protocol.keystore.settings import write_settings

from . import prompt

# Exit code when all works and something has to be done soon.
SOON = 3
MINUTES_FILE = "minutes.txt"


def create(options):
    """Make all keys in an empty folder (development)."""
    show_programme(keystore.create(options.folder, options.prg))


def show(options):
    """Print what the folder is for."""
    show_programme(keystore.open_keyring(options.folder))


def show_programme(keyring):
    print(f"programme {keyring.prg()}")
    print(f"root      {keyring.root_sha256()}")


def show_status(options):
    """Print every key and what has to be done soon."""
    keyring = keystore.open_keyring(options.folder)
    bundle = keyring.bundle()
    print(
        f"programme {bundle.prg}, trust bundle {bundle.ver} until "
        f"{ceremony.day(bundle.exp)}, keys in {keyring.store.kind}"
    )
    for row in status.rows(keyring):
        place = "here" if row.is_here else "-"
        print(
            f"{row.kid}  {row.use:<6} {ceremony.day(row.nbf)} .. "
            f"{ceremony.day(row.exp)}  {row.state:<9} {place:<4}  {row.sha256[:16]}"
        )
    warnings = status.warnings(keyring, days=options.days)
    for warning in warnings:
        print(f"! {warning}")
    return SOON if warnings else 0


def folder(options):
    """Make the folder of a server, with or without a token."""
    target = options.folder
    if target.exists() and any(target.iterdir()):
        raise KeyStoreError(f"{target} is not empty.", "settings")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(target, 0o700)
    if options.token:
        write_settings(target, options.module, options.token, options.pin_file)
    print(f"{target}: keys will lie in {keystore.open_store(target).kind}")


def make(options):
    """Make the next keys, in the token or the folder."""
    keyring = keystore.open_keyring(options.folder)
    for use in options.use:
        if use == MASTER:
            keyring.store.make_master()
            print("master  made")
            continue
        name = ceremony.next_name(keyring, use)
        print(f"{name}     {spki_hex(keyring.store.make(name))}")


def request(options):
    """Write the request that is carried to the root's machine."""
    keyring = keystore.open_keyring(options.folder)
    text = ceremony.request(
        keyring, options.prg or keyring.prg(), options.start, options.list_version
    )
    write(options.file, text.encode("ascii"))
    _request, wanted = ceremony.read_request(text, options.prg or keyring.prg())
    for name, key in sorted(wanted.items()):
        print(f"{name}  {spki_hex(key)}")
    print(f"{options.file}: {len(wanted)} new keys")


def root(options):
    """Make a root on its own machine."""
    token = (options.module, options.token) if options.token else None
    secret = prompt.pin_halves() if token else prompt.new_secret()
    made = RootFolder.make(options.root, options.prg, options.number, secret, token)
    public = made.certificate().public_key()
    print(f"{made.name}  {spki_hex(public)}")


def sign(options):
    """Sign the next trust bundle at the root's machine."""
    signing = RootFolder(options.root)
    following = RootFolder(options.new_root) if options.new_root else None
    asked, wanted = ceremony.read_request(options.file.read_text(), signing.prg)
    held = max(
        filter(None, [each.last_bundle() for each in (signing, following) if each]),
        key=lambda bundle: bundle.ver,
        default=None,
    )
    print(
        f"Asked on {ceremony.day(asked['at'])}, to begin {ceremony.day(asked['start'])}"
    )
    for name, key in sorted(wanted.items()):
        print(f"{name}  {spki_hex(key)}")
    for name, version in sorted(asked["min"].items()):
        print(f"No list {name} before version {version}")
    for name in options.revoke:
        print(f"{name}  REVOKED from now on")
    print(f"This machine says that today is {ceremony.day(time.time())}")
    prompt.confirm("Are these the digests of the minutes, and is that the day?")
    print(f"Root {signing.name}")
    signers = [(signing.name, signing.key(_secret_of(signing)))]
    if following:
        print(f"Root {following.name}")
        signers.append((following.name, following.key(_secret_of(following))))
    payload = ceremony.next_payload(
        signing, signers[0][1], held, asked, wanted, options.revoke, following
    )
    bundle = ceremony.sign(payload, signers)
    roots = [signing, following]
    options.out.mkdir(parents=True, mode=0o700)
    # Kept before it travels: never are there two bundles of one version.
    for each in filter(None, roots):
        each.keep(bundle)
    print("\n".join(_hand_out(options.out, bundle, roots)))


def _hand_out(out, bundle, roots):
    """Write what is carried back into the folder *out*; return the minutes."""
    for each in filter(None, roots):
        write(out / f"{each.name}.crt", certificate.to_pem(each.certificate()))
    for name, issued in bundle.authorities.items():
        write(out / f"{name}.crt", certificate.to_pem(issued))
    write(out / TRUST_FILE, "\n".join(bundle.texts).encode() + b"\n")
    lines = ceremony.describe(bundle)
    write(out / MINUTES_FILE, "\n".join(lines).encode() + b"\n")
    return lines


def _secret_of(each):
    return prompt.pin_halves() if each.is_token else prompt.secret()


def install(options):
    """Put a signed bundle in force on the server."""
    keyring = keystore.open_keyring(options.folder)
    try:
        texts = (options.signed / TRUST_FILE).read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyStoreError(f"{options.signed} holds no {TRUST_FILE}.") from error
    bundle = Bundle(texts)
    ceremony.check_before_install(keyring, bundle, options.root)
    for path in options.signed.glob("R[0-9][0-9].crt"):
        if not (options.folder / path.name).exists():
            write(options.folder / path.name, path.read_bytes())
    keyring.install(bundle)
    print("\n".join(ceremony.describe(bundle)))


def leave(options):
    """Leave the line of a lost root; keys that it revoked stay revoked."""
    keystore.open_keyring(options.folder).leave()
    print(f"{options.folder}: the next bundle begins a new line. Restart the server.")


def new_halves(options):
    """Put the root under new halves: a custodian changes."""
    found = RootFolder(options.root)
    if found.is_token:
        raise KeyStoreError(
            "This root lies in a token: change its PIN with the token's own tool.",
            "settings",
        )
    print("The halves in force:")
    old = prompt.secret()
    found.key(old)
    print("The new halves:")
    found.change_secret(old, prompt.new_secret())
    print(f"{found.name} opens with the new halves only. Destroy every older copy.")


def _day(text):
    """Return the Unix time of the beginning (UTC) of a day as 2027-01-01."""
    moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    return int(moment.timestamp())


def parser():
    found = argparse.ArgumentParser(prog="tools/keys", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True)

    def command(name, function, *places):
        added = commands.add_parser(name, help=function.__doc__)
        added.set_defaults(run=function)
        for place in places:
            added.add_argument(place, type=Path)
        return added

    def prg(added, required=True):
        added.add_argument(
            "--prg",
            required=required,
            help="name of the programme: KHBS or KHBS-<name>",
        )

    def token(added):
        added.add_argument("--module", help="PKCS#11 library of the token's maker")
        added.add_argument("--token", help="label of the token")

    prg(command("create", create, "folder"))
    command("show", show, "folder")
    added = command("status", show_status, "folder")
    added.add_argument("--days", type=int, default=status.WARN_DAYS)
    added = command("folder", folder, "folder")
    token(added)
    added.add_argument("--pin-file", type=Path, help="mode 0600, of the server alone")
    added = command("make", make, "folder")
    added.add_argument("use", nargs="+", choices=[*SERVER_USES, MASTER])
    added = command("request", request, "folder", "file")
    prg(added, required=False)
    added.add_argument(
        "--from", dest="start", type=_day, help="day on which the new keys begin"
    )
    added.add_argument(
        "--list-version", type=int, help="version in force of the status list"
    )
    added = command("root", root, "root")
    prg(added)
    added.add_argument("--number", type=int, default=1)
    token(added)
    added = command("sign", sign, "root", "file", "out")
    added.add_argument("--revoke", action="append", default=[], metavar="KID")
    added.add_argument("--new-root", type=Path, help="folder of the root to come")
    added = command("install", install, "folder", "signed")
    added.add_argument("--root", help="SHA-256 of the root, at the first time")
    command("leave", leave, "folder")
    command("halves", new_halves, "root")
    return found


def main(arguments=None):
    """Run one command and return the exit code."""
    options = parser().parse_args(arguments)
    if bool(getattr(options, "module", None)) != bool(getattr(options, "token", None)):
        print("--module and --token belong together.", file=sys.stderr)
        return 2
    try:
        return options.run(options) or 0
    except KeyStoreError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return 1
