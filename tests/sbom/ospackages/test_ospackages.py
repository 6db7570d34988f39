"""dpkg, apk and RPM, and the distribution that they belong to."""

from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.sbom.ospackages.osrelease import parse_os_release
from assay.sbom.ospackages.rpmheader import parse_rpm_header
from tests.fakes.programs import elf
from tests.fakes.trees import purls, rpm_database, rpm_header, survey, whys

DEBIAN = b'PRETTY_NAME="Debian 12"\nID=debian\nVERSION_ID="12"\n# a word\n\nCPE_NAME=\'cpe:/o:x\'\n'
ALPINE = b"ID=alpine\nVERSION_ID=3.19.1\n"
STATUS = b"""\
Package: bash
Status: install ok installed
Maintainer: Somebody <a@example.org>
Architecture: amd64
Source: bash-src (5.2-1)
Version: 5.2-1+b2
Pre-Depends: libc6 (>= 2.36)
Depends: base-files (>= 2.1), default-mta | mail-transport-agent
Description: a shell
 with a second line

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9

Package: exim4
Status: install ok half-configured
Architecture: amd64
Version: 4.96
Provides: mail-transport-agent (= 1), x

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""
APK = b"""\
C:Q1abc0123456789abcdefghijk=
P:musl
V:1.2.4-r4
A:x86_64
L:MIT
o:musl
m:Somebody <a@example.org>
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld.so
Z:Q1x

P:busybox-binsh
V:1.36-r1
A:x86_64
o:busybox
D:so:libc.musl-x86_64.so.1 !other /bin/x>1
L:GPL-2.0-only

"""
Q = "arch=amd64&distro=debian-12"


def debian(status: bytes) -> dict[str, bytes]:
    return {"etc/os-release": DEBIAN, "var/lib/dpkg/status": status}


def test_packages_of_dpkg() -> None:
    inventory = survey(debian(STATUS))
    bash, exim, libc = inventory.components[:3]
    assert purls(inventory) == [
        f"pkg:deb/debian/bash@5.2-1%2Bb2?{Q}&upstream=bash-src%405.2-1",
        f"pkg:deb/debian/exim4@4.96?{Q}",
        f"pkg:deb/debian/libc6@2.36-9?{Q}",
        "",
    ]
    assert bash.depends_on == (exim.purl, libc.purl)
    assert bash.supplier == "Somebody <a@example.org>"
    assert bash.found_in == ("var/lib/dpkg/status",)
    assert inventory.not_checked == ()
    assert inventory.examined == {
        "Debian packages": 3,
        "Debian packages whose copyright file no machine reads": 3,
        "distributions": 1,
    }


def test_the_distribution_is_a_component() -> None:
    system = survey(debian(STATUS)).components[-1]
    assert (system.name, system.version, system.kind, system.cpes) == (
        *("debian", "12", "operating-system"),
        ("cpe:/o:x",),
    )


def test_packages_of_a_distroless_image() -> None:
    stanza = b"Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n"
    files = {
        "usr/lib/os-release": DEBIAN,
        "var/lib/dpkg/status.d/tzdata": stanza,
        "var/lib/dpkg/status.d/tzdata.md5sums": b"x  usr/share/y\n",
    }
    inventory = survey(files)
    assert purls(inventory)[:1] == ["pkg:deb/debian/tzdata@2024a-0?arch=all&distro=debian-12"]
    assert inventory.not_checked == ()


def test_a_root_folder_further_down_has_its_own_distribution() -> None:
    files = {f"rootfs/{path}": data for path, data in debian(STATUS).items()}
    files |= {"etc/os-release": ALPINE, "lib/apk/db/installed": APK}
    found = purls(survey(files))
    assert f"pkg:deb/debian/exim4@4.96?{Q}" in found
    assert "pkg:apk/alpine/musl@1.2.4-r4?arch=x86_64&distro=alpine-3.19.1" in found


def test_without_os_release_the_packages_are_of_no_distribution() -> None:
    inventory = survey({"lib/apk/db/installed": APK})
    assert "pkg:apk/linux/musl@1.2.4-r4?arch=x86_64&distro=linux" in purls(inventory)
    assert whys(inventory) == [
        "distribution, lib/apk/db/installed: no os-release says of which distribution its packages are"
    ]


def test_packages_of_apk() -> None:
    inventory = survey({"etc/os-release": ALPINE, "usr/lib/apk/db/installed": APK})
    shell, musl = inventory.components[:2]
    query = "arch=x86_64&distro=alpine-3.19.1"
    assert shell.purl == f"pkg:apk/alpine/busybox-binsh@1.36-r1?{query}&upstream=busybox"
    assert musl.purl == f"pkg:apk/alpine/musl@1.2.4-r4?{query}"
    assert shell.depends_on == (musl.purl,)
    assert (musl.hashes, musl.licences) == (("apk:Q1abc0123456789abcdefghijk=",), ("MIT",))
    assert inventory.not_checked == ()


NOTED = {
    "dpkg-status": (
        debian(b"Package: a\nVersion: 1\nStatus: odd\n\n" + STATUS),
        "Debian package, var/lib/dpkg/status: line 1: 'odd' is no status of a package",
    ),
    "dpkg-version": (
        debian(STATUS + b"\nPackage: a\nStatus: install ok installed\n"),
        "Debian package, var/lib/dpkg/status: line 29: '' is no name or version",
    ),
    "dpkg-source": (
        debian(b"Package: a\nVersion: 1\nSource: a b c\n\n" + STATUS),
        "Debian package, var/lib/dpkg/status: line 1: 'a b c' is no source package",
    ),
    "dpkg-line": (
        debian(STATUS + b"\nodd line\n"),
        "Debian package, var/lib/dpkg/status: line 29: 'odd line' is no field",
    ),
    "apk-line": (
        {"etc/os-release": ALPINE, "lib/apk/db/installed": APK + b"odd\n"},
        "Alpine package, lib/apk/db/installed: line 20: 'odd' is no field",
    ),
    "apk-version": (
        {"etc/os-release": ALPINE, "lib/apk/db/installed": APK + b"P:a\n"},
        "Alpine package, lib/apk/db/installed: line 20: '' is no name or version",
    ),
    "apk-checksum": (
        {"etc/os-release": ALPINE, "lib/apk/db/installed": APK + b"P:a\nV:1\nC:x\n"},
        "Alpine package, lib/apk/db/installed: line 20: 'x' is no checksum",
    ),
    "no-text": (
        debian(b"\xff"),
        "Debian package, var/lib/dpkg/status: not text: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "rpm-berkeley": (
        {"etc/os-release": DEBIAN, "var/lib/rpm/Packages": b"x"},
        "RPM database, var/lib/rpm/Packages: no hash file of Berkeley DB",
    ),
    "rpm-ndb": (
        {"etc/os-release": DEBIAN, "usr/lib/sysimage/rpm/Packages.db": b"x"},
        "RPM database, usr/lib/sysimage/rpm/Packages.db: no database of the form ndb",
    ),
    "rpm-no-database": (
        {"etc/os-release": DEBIAN, "var/lib/rpm/rpmdb.sqlite": b"x" * 5000},
        "RPM database, var/lib/rpm/rpmdb.sqlite: not an intact SQLite database: file is not a database",
    ),
    "rpm-empty": (
        {"etc/os-release": DEBIAN, "var/lib/rpm/rpmdb.sqlite": b""},
        "RPM database, var/lib/rpm/rpmdb.sqlite: another kind of database: no such table: Packages",
    ),
    "os-release": (
        {"etc/os-release": b"ID"},
        "distribution, etc/os-release: no KEY=VALUE (at line 1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "note"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_read_is_noted(files: dict[str, bytes], note: str) -> None:
    assert whys(survey(files)) == [note]


RELEASES = {
    "quotes": (b'ID="debian\n', "'\"debian' is not quoted as a shell would read it"),
    "id": (b"ID='a b'\n", "'a b ' is no ID and VERSION_ID"),
    "version": (b"ID=a\nVERSION_ID='1/2'\n", "'a 1/2' is no ID and VERSION_ID"),
}


@pytest.mark.parametrize(("data", "what"), RELEASES.values(), ids=RELEASES)
def test_refused_releases(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_os_release(data)
    assert str(caught.value) == f"[malformed] {what}"


OPENSSL = {
    1000: "openssl",
    1001: "3.0.7",
    1002: "27.el9",
    1011: "Somebody",
    1014: "ASL 2.0",
    1022: "x86_64",
    1044: "openssl-3.0.7-27.el9.src.rpm",
    273: "ab" * 32,
}
LIBS = {1000: "openssl-libs", 1001: "3.0.7", 1002: "27.el9", 1014: "Apache-2.0", 1022: "x86_64"}


def rpm(tmp_path: Path, *headers: bytes) -> dict[str, bytes]:
    data = rpm_database(tmp_path / "made.sqlite", headers)
    return {"etc/os-release": b"ID=rhel\nVERSION_ID=9.3\n", "var/lib/rpm/rpmdb.sqlite": data}


def test_packages_of_rpm(tmp_path: Path) -> None:
    files = rpm(
        tmp_path,
        rpm_header(OPENSSL, {1049: ("libssl.so.3()(64bit)", "rpmlib(x)")}, 1),
        rpm_header(LIBS, {1047: ("libssl.so.3()(64bit)",)}, 0),
        rpm_header({1000: "gpg-pubkey", 1001: "a", 1002: "b"}, {}, 0),
    )
    inventory = survey(files)
    libs, openssl, _ = inventory.components
    query = "arch=x86_64&distro=rhel-9.3"
    assert libs.purl == f"pkg:rpm/rhel/openssl-libs@3.0.7-27.el9?{query}"
    assert openssl.purl == (
        "pkg:rpm/rhel/openssl@3.0.7-27.el9?arch=x86_64&distro=rhel-9.3&epoch=1"
        "&upstream=openssl-3.0.7-27.el9.src.rpm"
    )
    assert openssl.version == "1:3.0.7-27.el9"
    assert openssl.depends_on == (libs.purl,)
    assert openssl.hashes == (f"rpm-header-sha256:{'ab' * 32}",)
    assert (openssl.licences, openssl.raw_licences) == ((), ("ASL 2.0",))
    assert libs.licences == ("Apache-2.0",)
    assert inventory.not_checked == ()


def test_one_broken_package_does_not_hide_the_others(tmp_path: Path) -> None:
    files = rpm(tmp_path, b"x", rpm_header(LIBS, {}, 0), rpm_header({1000: "a"}, {}, 0))
    inventory = survey(files)
    assert [part.name for part in inventory.components] == ["openssl-libs", "rhel"]
    assert whys(inventory) == [
        "RPM package, var/lib/rpm/rpmdb.sqlite: row 1: the header is cut off",
        "RPM package, var/lib/rpm/rpmdb.sqlite: row 3: 'a' has no version or release",
    ]


def test_a_program_that_a_package_of_rpm_brought_needs_not_say_more(tmp_path: Path) -> None:
    header = rpm_header(LIBS, {1117: ("a", "b"), 1118: ("/etc/", "/usr/bin/")}, 0, (0, 1))
    files = rpm(tmp_path, header) | {"usr/bin/b": elf({".text": b"x" * 600})}
    assert whys(survey(files)) == []


def test_a_list_of_files_that_does_not_fit(tmp_path: Path) -> None:
    for places in ((0,), (0, 2)):
        with pytest.raises(MalformedError) as caught:
            parse_rpm_header(rpm_header(LIBS, {1117: ("a", "b"), 1118: ("/", "/x/")}, 0, places))
        assert str(caught.value) == "[malformed] a list of files that does not fit"


HEADERS = {
    "short": (b"1234567", "the header is cut off"),
    "store": (b"\0\0\0\0\0\0\0\x09", "the header is cut off, or too large"),
    "entries": (
        b"\0\x01\0\0\0\0\0\0" + b"\0" * 16 * 0x10000,
        "the header is cut off, or too large",
    ),
    "text": (
        b"\0\0\0\x01\0\0\0\x01" + b"\0\0\x03\xe8\0\0\0\x06\0\0\0\0\0\0\0\x01" + b"a",
        "a text that leads out of the header",
    ),
    "number": (
        b"\0\0\0\x01\0\0\0\x01" + b"\0\0\x03\xeb\0\0\0\x04\0\0\0\0\0\0\0\x01" + b"a",
        "a number that leads out of the header",
    ),
}


@pytest.mark.parametrize(("data", "what"), HEADERS.values(), ids=HEADERS)
def test_refused_headers(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_rpm_header(data)
    assert str(caught.value) == f"[malformed] {what}"
