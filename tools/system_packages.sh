#!/bin/sh
# Install the Debian packages whose real servers and tools the tests start on loopback.
# Without root or apt-get it only says what is missing: the tests that need it then say so too.
set -eu
missing=""
for package in bubblewrap git openssh-client gnupg postgresql softhsm2; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed:$missing (some tests will be skipped)" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of names
apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
  echo "could not install:$missing (some tests will be skipped)" >&2
