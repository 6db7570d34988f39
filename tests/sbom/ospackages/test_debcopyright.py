"""Licences of Debian packages: the short names of their copyright files, and what they mean."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.ospackages.debcopyright import parse_debian_copyright, spdx_of
from tests.fakes.trees import survey

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
FILES = f"""{FORMAT}Upstream-Name: a

Files: *
Copyright: 2001 Somebody
License: GPL-2+
 This program is free software.
 .
 It comes without a warranty.

Files: debian/*
Copyright: 2002 Somebody
License: Expat

License: Not-Of-A-File
 A text.
"""
NAMES = {
    "GPL-2": "GPL-2.0-only",
    "GPL-2+": "GPL-2.0-or-later",
    "GPL-2.0+": "GPL-2.0-or-later",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "AGPL-3": "AGPL-3.0-only",
    "GFDL-1.3+": "GFDL-1.3-or-later",
    "Apache-2": "Apache-2.0",
    "BSD-3-clause": "BSD-3-Clause",
    "Perl": "(GPL-1.0-or-later OR Artistic-1.0)",
    "GPL-1+ or Artistic": "GPL-1.0-or-later OR Artistic-1.0",
    "BSL-1.0 and MIT and ISC": "BSL-1.0 AND MIT AND ISC",
    "GPL-2+ or Artistic, and BSD-3-clause": "(GPL-2.0-or-later OR Artistic-1.0) AND BSD-3-Clause",
    "Expat, or GPL-2 and ISC": "(MIT) OR (GPL-2.0-only AND ISC)",
    # These mean what their text says, and nothing that SPDX knows.
    "BSD-3": "BSD-3",
    "GPL": "GPL",
    "GPL-2+ with OpenSSL exception": "GPL-2+ with OpenSSL exception",
    "GPL-2 or BSD-3": "GPL-2 or BSD-3",
    "GPL-2 or MIT and ISC": "GPL-2 or MIT and ISC",  # which of the two binds first?
    "public-domain": "public-domain",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=NAMES)
def test_names(name: str, expected: str) -> None:
    assert spdx_of(name) == expected


def test_the_licences_of_the_files_count() -> None:
    assert parse_debian_copyright(FILES.encode()) == ("GPL-2.0-or-later", "MIT")


def test_one_licence_for_all_may_stand_at_the_top() -> None:
    assert parse_debian_copyright(f"{FORMAT}License: ISC\n".encode()) == ("ISC",)


REFUSED = {
    "prose": (b"This is free software.\n", "not machine-readable"),
    "empty": (b"", "not machine-readable"),
    "other-format": (b"Format: http://x.example/\nLicense: ISC\n", "not machine-readable"),
    "silent": (FORMAT.encode(), "it names no licence"),
    "long": (
        f"{FORMAT}\nFiles: *\nLicense: {'x' * 501}\n".encode(),
        "a licence without a short name",
    ),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_debian_copyright(data)
    assert caught.value.what == why


def test_of_packages_that_are_installed() -> None:
    status = b"Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n"
    found = survey(
        {
            "etc/os-release": b"ID=debian\nVERSION_ID=12\n",
            "var/lib/dpkg/status": status.replace(
                b"Version", b"Status: install ok installed\nVersion"
            ),
            "usr/share/doc/a/copyright": FILES.replace("Expat", "BSD-3").encode(),
            "usr/share/doc/b/copyright": b"prose",
        }
    )
    said = {item.name: (item.licences, item.raw_licences) for item in found.components}
    assert said["a"] == (("GPL-2.0-or-later",), ("BSD-3",))
    assert said["b"] == ((), ())
    assert found.examined["Debian packages whose copyright file no machine reads"] == 1
    assert found.not_checked == ()
