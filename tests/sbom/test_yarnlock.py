"""yarn.lock of Yarn 2 to 4."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.yarnlock import parse_yarn_lock
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4


def read(content: str, *, version: str = "8") -> Reading:
    head = f"__metadata:\n  version: {version}\n  cacheKey: 10c0\n\n"
    return parse_yarn_lock(head.encode() + text(content), "yarn.lock")


def test_workspace_and_packages() -> None:
    reading = read(
        """
        "a@npm:^1.0.0, a@npm:^1.2.0":
          version: 1.2.3
          resolution: "a@npm:1.2.3"
          dependencies:
            "@s/b": "npm:^2.0.0"
          checksum: 10c0/0a0b
          languageName: node
          linkType: hard

        "@s/b@npm:^2.0.0":
          version: 2.0.0
          resolution: "@s/b@npm:2.0.0"
          languageName: node
          linkType: hard

        "shop@workspace:.":
          version: 0.0.0-use.local
          resolution: "shop@workspace:."
          dependencies:
            a: "npm:^1.0.0"
          linkType: soft

        "web@workspace:packages/web":
          version: 0.0.0-use.local
          resolution: "web@workspace:packages/web"
          linkType: soft
        """
    )
    first, second = reading.components
    assert first.purl == "pkg:npm/a@1.2.3"
    assert first.hashes == ("yarn:10c0/0a0b",)
    assert first.depends_on == ("pkg:npm/%40s/b@2.0.0",)
    assert (first.direct, second.direct) == (True, False)
    assert reading.covers == frozenset({"", "packages/web"})
    assert not reading.not_checked


@pytest.mark.parametrize("version", [str(number) for number in range(4, 11)])
def test_ranges_without_protocol(version: str) -> None:
    """Yarn 2 and 3 write `b: ^2` where the key says `b@npm:^2`."""
    reading = read(
        """
        "a@npm:^1":
          version: 1.0.0
          resolution: "a@npm:1.0.0"
          dependencies:
            b: ^2
        "b@npm:^2":
          version: 2.0.0
          resolution: "b@npm:2.0.0"
        """,
        version=version,
    )
    assert reading.components[0].depends_on == ("pkg:npm/b@2.0.0",)


ONE = {
    "patch": ("a@patch:a@npm%3A1.0.0#./fix.patch::version=1.0.0", "pkg:npm/a@1.0.0"),
    "git": (
        f"a@https://host.example/o/a.git#commit={COMMIT}",
        f"pkg:npm/a@1.0.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
    ),
    "tarball": ("a@https://packages.example/a.tgz", "pkg:npm/a@1.0.0"),
}


@pytest.mark.parametrize(("resolution", "purl"), ONE.values(), ids=ONE)
def test_resolution(resolution: str, purl: str) -> None:
    reading = read(f'"a@x":\n  version: 1.0.0\n  resolution: "{resolution}"\n')
    assert purls(reading) == [purl]


NOTED = {
    "no-resolution": ("version: 1.0.0", "a@x.resolution: no resolution"),
    "no-version": ('resolution: "a@npm:1"', "a@x.version: no version"),
    "no-at": ("resolution: a", "a@x: 'a' has no @ after the name"),
}


@pytest.mark.parametrize(("member", "note"), NOTED.values(), ids=NOTED)
def test_noted(member: str, note: str) -> None:
    assert notes(read(f'"a@x":\n  {member}\n')) == [f"lock file entry, yarn.lock: {note}"]


@pytest.mark.parametrize("version", ["3", "11", "next"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read("", version=version)
    assert str(caught.value) == (
        f"[malformed] version {version!r} is not known, at __metadata.version"
    )
