import pytest

from assay.vuln.releases import Applies, applies

YES = [
    ("Debian:12", "debian-12"),
    ("Debian:12", "debian-12.5"),
    ("Debian:12", "bookworm"),
    ("Debian", "debian-12"),
    ("Alpine:v3.18", "alpine-3.18.4"),
    ("Ubuntu:22.04:LTS", "ubuntu-22.04"),
    ("Ubuntu:22.04:LTS", "jammy"),
    ("Rocky Linux:9", "rocky-9.3"),
    ("Red Hat:enterprise_linux:9::appstream", "rhel-9.2"),
    ("openSUSE:Leap 15.5", "opensuse-leap-15.5"),
]
NO = [
    ("Debian:12", "debian-11"),
    ("Debian:12", "bullseye"),
    ("Alpine:v3.18", "alpine-3.19.0"),
    ("Alpine:v3.2", "alpine-3.20.0"),
    ("Ubuntu:Pro:18.04:LTS", "ubuntu-22.04"),
]
UNSURE = [
    ("Debian:12", ""),
    ("Debian:12", "debian"),
    ("Debian:sid", "debian-12"),
    ("Alpine:v3.18", "alpine-3"),
    ("Ubuntu:Pro:18.04:LTS", "ubuntu-18.04"),
    ("Red Hat:rhel_eus:9.2::baseos", "rhel-9.2"),
]


@pytest.mark.parametrize(
    ("ecosystem", "release", "answer"),
    [
        *((*pair, Applies.YES) for pair in YES),
        *((*pair, Applies.NO) for pair in NO),
        *((*pair, Applies.UNSURE) for pair in UNSURE),
    ],
)
def test_applies(ecosystem: str, release: str, answer: Applies) -> None:
    assert applies(ecosystem, release) is answer
