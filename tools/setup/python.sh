#!/usr/bin/env bash
# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# Make sure that Debian's python3 is there: everything after this is Python.
set -euo pipefail
[ -x /usr/bin/python3 ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "python3 is missing: ask the administrator for 'apt-get install python3'." >&2
    exit 1
fi
echo "[0] python3"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -q && apt-get install -q -y --no-install-recommends python3; } >/dev/null || {
    echo "python3 could not be installed: check the network and /etc/apt, then start again." >&2
    exit 1
}
