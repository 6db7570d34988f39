#!/usr/bin/env bash
# Install Assay from the folder of this action into a virtual environment: hash-checked dependencies,
# no build, nothing else. Usage: install.sh VENV
set -euo pipefail
venv="${1:?the folder of the virtual environment}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
python3 -c 'import sys; sys.exit("Assay needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --require-hashes --only-binary=:all: -r "$here/requirements/run.txt"
packages="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
printf '%s\n' "$here/src" > "$packages/assay.pth"
printf '#!/bin/sh\nexec "$(dirname "$0")/python" -I -m assay "$@"\n' > "$venv/bin/assay"
chmod 755 "$venv/bin/assay"
