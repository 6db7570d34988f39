"""The lock files of PHP, .NET, Java, Ruby, Swift, Dart, Elixir, CocoaPods, Conda and Bun.

One example of each, as its own tool writes it; what it must not say; and what cannot be read.
"""

from collections.abc import Callable

import pytest

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.bunlock import parse_bun_lock
from assay.sbom.lockfiles.composerlock import parse_composer_lock
from assay.sbom.lockfiles.condalock import parse_conda_explicit, parse_conda_lock
from assay.sbom.lockfiles.gemfilelock import parse_gemfile_lock
from assay.sbom.lockfiles.gradlelock import parse_gradle_lock
from assay.sbom.lockfiles.mixlock import parse_mix_lock
from assay.sbom.lockfiles.nugetlock import parse_nuget_lock
from assay.sbom.lockfiles.podfilelock import parse_podfile_lock
from assay.sbom.lockfiles.pubspeclock import parse_pubspec_lock
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.swiftresolved import parse_package_resolved
from tests.sbom.otherlocks import (
    BUN,
    COMMIT,
    COMPOSER,
    CONDA,
    EXPLICIT,
    GEMFILE,
    GRADLE,
    MIX,
    NUGET,
    PODFILE,
    PUBSPEC,
    SHA256,
    SHA512,
    SWIFT_1,
    SWIFT_3,
)
from tests.sbom.reading import notes, text

Parse = Callable[[bytes, str], Reading]


def facts(component: Component) -> tuple[object, ...]:
    return (component.purl, component.hashes, component.direct, component.development)


def edges(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {part.purl: part.depends_on for part in reading.components if part.depends_on}


CONDA_FORGE = "channel=conda.anaconda.org%2Fconda-forge"
FORGE_LINUX = f"&{CONDA_FORGE}&subdir=linux-64&type=conda"
PYTHON = (
    f"pkg:conda/python@3.12.1?build=hab00c5b_1_cpython&{CONDA_FORGE}&subdir=linux-64&type=conda"
)
OPENSSL = f"pkg:conda/openssl@3.2.0?build=hd590300_1&{CONDA_FORGE}&subdir=linux-64&type=tar.bz2"
GIT = f"vcs_url=git%2Bhttps:%2F%2Fhost.example%2F{{}}.git%40{COMMIT}"
READ: dict[str, tuple[Parse, str, list[tuple[object, ...]], dict[str, tuple[str, ...]]]] = {
    "composer": (
        parse_composer_lock,
        COMPOSER,
        [
            ("pkg:composer/monolog/monolog@3.5.0", (f"sha1:{COMMIT}",), None, False),
            (f"pkg:composer/psr/log@3.0.0?{GIT.format('l')}", (), None, False),
            ("pkg:composer/phpunit/phpunit@11.0.0", (), None, True),
        ],
        {"pkg:composer/monolog/monolog@3.5.0": (f"pkg:composer/psr/log@3.0.0?{GIT.format('l')}",)},
    ),
    "nuget": (
        parse_nuget_lock,
        NUGET,
        [
            ("pkg:nuget/Newtonsoft.Json@13.0.3", (f"nuget:{SHA512}",), True, None),
            ("pkg:nuget/Microsoft.CSharp@4.7.0", (), False, None),
        ],
        {"pkg:nuget/Newtonsoft.Json@13.0.3": ("pkg:nuget/Microsoft.CSharp@4.7.0",)},
    ),
    "gradle": (
        parse_gradle_lock,
        GRADLE,
        [
            ("pkg:maven/com.google.guava/guava@33.0.0-jre", (), None, False),
            ("pkg:maven/org.junit/junit-bom@5.10.1", (), None, True),
        ],
        {},
    ),
    "gemfile": (
        parse_gemfile_lock,
        GEMFILE,
        [
            (f"pkg:gem/rack@3.0.0?{GIT.format('o%2Frack')}", (), True, None),
            ("pkg:gem/nokogiri@1.16.0", (), True, None),
            ("pkg:gem/nokogiri@1.16.0?platform=x86_64-linux", (), True, None),
            ("pkg:gem/racc@1.7.3", (f"sha256:{SHA256}",), False, None),
        ],
        {
            "pkg:gem/nokogiri@1.16.0": ("pkg:gem/racc@1.7.3",),
            "pkg:gem/nokogiri@1.16.0?platform=x86_64-linux": ("pkg:gem/racc@1.7.3",),
        },
    ),
    "swift-1": (
        parse_package_resolved,
        SWIFT_1,
        [("pkg:swift/github.com/Alamofire/Alamofire@5.8.1", (), None, None)],
        {},
    ),
    "swift-3": (
        parse_package_resolved,
        SWIFT_3,
        [
            ("pkg:swift/github.com/Alamofire/Alamofire@5.8.1", (), None, None),
            (f"pkg:swift/host.example/apple/nio@{COMMIT}", (), None, None),
            ("pkg:swift/mona/linked@1.0.0", (), None, None),
        ],
        {},
    ),
    "pubspec": (
        parse_pubspec_lock,
        PUBSPEC,
        [
            ("pkg:pub/http@1.2.0", (f"sha256:{SHA256}",), True, False),
            (
                "pkg:pub/inner@1.0.0?repository_url=https:%2F%2Fpackages.example",
                (),
                False,
                None,
            ),
            (f"pkg:pub/tool@0.1.0?{GIT.format('t')}", (), True, True),
        ],
        {},
    ),
    "mix": (
        parse_mix_lock,
        MIX,
        [
            ("pkg:hex/jason@1.4.1", (f"sha256:{SHA256[::-1]}",), None, None),
            ("pkg:hex/decimal@2.1.1", (f"sha256:{SHA256}",), None, None),
            ("pkg:hex/own@1.0.0?repository_url=company", (), None, None),
            (f"pkg:generic/plug@{COMMIT}?{GIT.format('plug')}", (), None, None),
        ],
        {"pkg:hex/jason@1.4.1": ("pkg:hex/decimal@2.1.1",)},
    ),
    "podfile": (
        parse_podfile_lock,
        PODFILE,
        [
            ("pkg:cocoapods/Alamofire@5.8.1", (f"podspec:{COMMIT}",), False, None),
            ("pkg:cocoapods/Firebase@10.0.0", (), True, None),
            ("pkg:cocoapods/Firebase@10.0.0", (), True, None),
            (f"pkg:cocoapods/Forked@1.0.0?{GIT.format('forked')}", (), False, None),
        ],
        {"pkg:cocoapods/Firebase@10.0.0": ("pkg:cocoapods/Alamofire@5.8.1",)},
    ),
    "conda": (
        parse_conda_lock,
        CONDA,
        [
            (PYTHON, (f"md5:{'a' * 32}", f"sha256:{SHA256}"), None, False),
            (OPENSSL, (f"sha256:{SHA256}",), None, True),
            ("pkg:pypi/flask@3.0.0", (f"sha256:{SHA256}",), None, False),
        ],
        {PYTHON: (OPENSSL,)},
    ),
    "conda-explicit": (
        parse_conda_explicit,
        EXPLICIT,
        [
            (
                f"pkg:conda/tzdata@2023d?build=h0c530f3_0&{CONDA_FORGE}&subdir=noarch&type=conda",
                (f"md5:{'a' * 32}",),
                None,
                None,
            ),
            (
                f"pkg:conda/ca-certificates@2023.11.17?build=hbcca054_0{FORGE_LINUX}",
                (),
                None,
                None,
            ),
        ],
        {},
    ),
    "bun": (
        parse_bun_lock,
        BUN,
        [
            ("pkg:npm/a@1.0.0", ("sha512-x==",), True, False),
            ("pkg:npm/c@1.5.0", ("sha512-y",), False, False),
            ("pkg:npm/%40s/b@2.0.0", ("sha512-z",), True, True),
            ("pkg:npm/c@1.0.0", ("sha512-w",), True, False),
        ],
        {
            "pkg:npm/a@1.0.0": ("pkg:npm/c@1.5.0",),
            "pkg:npm/%40s/b@2.0.0": ("pkg:npm/c@1.0.0",),
        },
    ),
}


@pytest.mark.parametrize(("parse", "content", "expected", "graph"), READ.values(), ids=READ)
def test_read(
    parse: Parse,
    content: str,
    expected: list[tuple[object, ...]],
    graph: dict[str, tuple[str, ...]],
) -> None:
    reading = parse(text(content), "lock")
    assert notes(reading) == []
    assert [facts(component) for component in reading.components] == expected
    assert edges(reading) == graph
    assert all(component.found_in == ("lock",) for component in reading.components)


def test_licences_of_composer() -> None:
    assert parse_composer_lock(text(COMPOSER), "lock").components[0].licences == ("MIT",)


def test_a_credential_in_a_url_is_not_kept() -> None:
    assert "secret" not in repr(parse_conda_explicit(text(EXPLICIT), "lock"))


REFUSED: dict[str, tuple[Parse, str, str]] = {
    "composer": (parse_composer_lock, '{"packages": [], "plugin-api-version": "9"}', "version '9' is not known, at plugin-api-version"),
    "composer-no-list": (parse_composer_lock, "{}", "no packages, at packages"),
    "nuget": (parse_nuget_lock, '{"version": 3}', "version 3 is not known, at version"),
    "gradle": (parse_gradle_lock, "a:b:1=c\n", "no line empty=, with which Gradle ends such a file"),
    "gemfile": (parse_gemfile_lock, "GEM\n  specs:\n", "no section DEPENDENCIES"),
    "swift": (parse_package_resolved, '{"version": 4}', "version 4 is not known, at version"),
    "pubspec": (parse_pubspec_lock, "sdks: {}\n", "no packages, at packages"),
    "mix": (parse_mix_lock, "[]\n", "no map of Elixir, or one that is cut off"),
    "mix-cut-off": (parse_mix_lock, "%{\n", "no map of Elixir, or one that is cut off"),
    "podfile": (parse_podfile_lock, "COCOAPODS: 2.0.0\n", "version '2.0.0' is not known, at COCOAPODS"),
    "conda": (parse_conda_lock, "version: 2\n", "version '2' is not known, at version"),
    "conda-explicit": (parse_conda_explicit, "numpy=1\n", "no line @EXPLICIT"),
    "bun": (parse_bun_lock, '{"lockfileVersion": 3}', "version 3 is not known, at lockfileVersion"),
}  # fmt: skip


@pytest.mark.parametrize(("parse", "content", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(parse: Parse, content: str, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(content.encode(), "lock")
    assert str(caught.value) == f"[malformed] {what}"


COMPOSER_ONE = '{"packages": [%s, {"name": "z/z", "version": "1"}]}'
NUGET_ONE = (
    '{"version": 2, "dependencies": {"n": {"A": %s, "z": {"type": "Direct", "resolved": "1"}}}}'
)
SWIFT_ONE = (
    '{"version": 2, "pins": [%s, {"location": "https://h.example/z/z", "state": {"revision": "'
    + COMMIT
    + '"}}]}'
)
PUB_ONE = (
    'packages:\n  a: {%s}\n  z: {dependency: transitive, source: git, version: "1", description: {url: "https://h.example/z", resolved-ref: "'
    + COMMIT
    + '"}}\n'
)
MIX_ONE = '%%{\n%s\n  "z": {:hex, :z, "1.0", "", [:mix], [], "hexpm"},\n}\n'
POD_ONE = "PODS:\n  - %s\n  - z (1)\nCOCOAPODS: 1.0.0\n"
CONDA_ONE = """version: 1
package:
- {%s}
- {name: z, version: '1', manager: pip, platform: p}
"""
EXPLICIT_ONE = "@EXPLICIT\n%s\nhttps://h.example/c/noarch/z-1-0.conda\n"
BUN_ONE = (
    '{"lockfileVersion": 1, "workspaces": {}, "packages": {"a": %s, "z": ["z@1", "", {}, ""]}}'
)
GEM_ONE = "GEM\n  remote: x\n  specs:\n    z (1)\n%s\n\nDEPENDENCIES\n"
NOTED: dict[str, tuple[Parse, str, str]] = {
    "composer-name": (parse_composer_lock, COMPOSER_ONE % '{"version": "1"}', "packages[0].name: no name"),
    "composer-sum": (parse_composer_lock, COMPOSER_ONE % '{"name": "a/a", "version": "1", "dist": {"shasum": "x"}}', "packages[0]: 'x' is no checksum"),
    "composer-source": (parse_composer_lock, COMPOSER_ONE % '{"name": "a/a", "version": "1", "source": {"type": "hg", "reference": "x"}}', "packages[0].source: a source that is no commit of Git"),
    "nuget-type": (parse_nuget_lock, NUGET_ONE % '{"type": "Odd", "resolved": "1"}', "dependencies.n.A.type: 'Odd' is not known"),
    "nuget-version": (parse_nuget_lock, NUGET_ONE % '{"type": "Direct"}', "dependencies.n.A.resolved: no resolved"),
    "nuget-hash": (parse_nuget_lock, NUGET_ONE % '{"type": "Direct", "resolved": "1", "contentHash": "x"}', "dependencies.n.A: 'x' is no hash"),
    "gradle": (parse_gradle_lock, "a:b=c\nz:z:1=c\nempty=\n", "line 1: 'a:b=c' is not group:artifact:version=configurations"),
    "gem-line": (parse_gemfile_lock, GEM_ONE % "    a", "line 5: 'a' cannot be read"),
    "gem-need": (parse_gemfile_lock, GEM_ONE % "      a b c", "line 5: 'a b c' cannot be read"),
    "gem-section": (parse_gemfile_lock, GEM_ONE % "ODD", "line 5: the section 'ODD' is not known"),
    "gem-bundler": (parse_gemfile_lock, GEM_ONE % "" + "\nBUNDLED WITH\n  9.0\n", "line 10: Bundler '9.0' is not known"),
    "gem-commit": (parse_gemfile_lock, GEM_ONE % "\nGIT\n  revision: main\n  specs:\n    a (1)", "a: 'main' is no full commit id"),
    "gem-plugin": (parse_gemfile_lock, GEM_ONE % "\nPLUGIN SOURCE\n  specs:\n    a (1)", "a: from a source of the kind 'PLUGIN SOURCE', which is not known"),
    "swift-commit": (parse_package_resolved, SWIFT_ONE % '{"location": "https://h.example/a/a", "state": {"revision": "main"}}', "pins[0].state: 'main' is no full commit id"),
    "swift-place": (parse_package_resolved, SWIFT_ONE % ('{"location": "odd", "state": {"revision": "' + COMMIT + '"}}'), "pins[0]: 'odd' is no URL of a repository"),
    "pub-kind": (parse_pubspec_lock, PUB_ONE % 'dependency: odd, source: hosted, version: "1"', "packages.a.dependency: 'odd' is not known"),
    "pub-source": (parse_pubspec_lock, PUB_ONE % 'dependency: transitive, source: odd, version: "1", description: {x: y}', "packages.a: the source 'odd' is not known"),
    "pub-sum": (parse_pubspec_lock, PUB_ONE % 'dependency: transitive, source: hosted, version: "1", description: {sha256: x}', "packages.a.description: 'x' is no checksum"),
    "pub-commit": (parse_pubspec_lock, PUB_ONE % 'dependency: transitive, source: git, version: "1", description: {resolved-ref: main}', "packages.a.description: 'main' is no full commit id"),
    "mix": (parse_mix_lock, MIX_ONE % '  "a": {:odd}', "line 2: '\"a\": {:odd}' cannot be read"),
    "mix-long": (parse_mix_lock, MIX_ONE % ("a" * 20_001), "line 2: over 20000 characters"),
    "mix-commit": (parse_mix_lock, MIX_ONE % '  "a": {:git, "https://h.example/a", "main", []},', "line 2: 'main' is no full commit id"),
    "pod": (parse_podfile_lock, POD_ONE % "a b c", "PODS[0]: 'a b c' is no pod"),
    "pod-version": (parse_podfile_lock, POD_ONE % "a", "PODS[0]: '' is no name or version"),
    "pod-two": (parse_podfile_lock, POD_ONE % "{a (1): [b], c (1): [b]}", "PODS[0]: several pods where one is listed"),
    "pod-none": (parse_podfile_lock, POD_ONE % "{}", "PODS[0]: no pod"),
    "pod-commit": (parse_podfile_lock, POD_ONE % "a (1)" + "EXTERNAL SOURCES:\n  a:\n    :git: https://h.example/a\n", "PODS[0]: a is of no full commit id"),
    "conda-manager": (parse_conda_lock, CONDA_ONE % "name: a, version: '1', manager: odd", "package[0]: the manager 'odd' is not known"),
    "conda-other": (parse_conda_lock, CONDA_ONE % "name: a, version: '1', manager: conda, url: 'https://h.example/c/noarch/b-1-0.conda'", "package[0]: a 1 from the URL of another package"),
    "conda-hash": (parse_conda_lock, CONDA_ONE % "name: a, version: '1', manager: pip, hash: {sha256: x}", "package[0]: 'sha256:x' is no hash"),
    "conda-url": (parse_conda_explicit, EXPLICIT_ONE % "odd", "line 2: 'odd' is no URL of a package of conda"),
    "conda-url-hash": (parse_conda_explicit, EXPLICIT_ONE % "https://h.example/c/noarch/b-1-0.conda#x", "line 2: 'x' is no hash"),
    "bun-empty": (parse_bun_lock, BUN_ONE % "[]", "packages.a: '' has no @ after the name"),
    "bun-kind": (parse_bun_lock, BUN_ONE % "1", "packages.a: int where an array is needed"),
}  # fmt: skip


@pytest.mark.parametrize(("parse", "content", "note"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_read_is_noted_and_the_rest_is_read(
    parse: Parse, content: str, note: str
) -> None:
    reading = parse(content.encode(), "lock")
    assert notes(reading) == [f"lock file entry, lock: {note}"]
    assert [part.name.rpartition("/")[2] for part in reading.components] == ["z"]


def test_unfinished_text_in_a_bun_lock_is_refused_quickly() -> None:
    with pytest.raises(MalformedError):
        parse_bun_lock(b'{"' + b'\\"/*' * 200_000 + b"\\", "lock")


def test_version_2_of_a_bun_lock_is_read_as_version_1() -> None:
    one = BUN_ONE % '["a@1", "", {}, "sha512-x"]'
    two = one.replace('"lockfileVersion": 1', '"lockfileVersion": 2')
    assert parse_bun_lock(two.encode(), "bun.lock") == parse_bun_lock(one.encode(), "bun.lock")
