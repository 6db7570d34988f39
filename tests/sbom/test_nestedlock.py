"""package-lock.json of version 1."""

import json

from assay.sbom.lockfiles.packagelock import parse_package_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, only, purls

COMMIT = "0123456789" * 4


def read(dependencies: object) -> Reading:
    lock = {"lockfileVersion": 1, "dependencies": dependencies}
    return parse_package_lock(json.dumps(lock).encode(), "package-lock.json")


def test_tree() -> None:
    reading = read(
        {
            "a": {
                "version": "1.0.0",
                "integrity": "sha512-x",
                "requires": {"b": "2", "lodash.merge": "1"},
                "dependencies": {"b": {"version": "2.0.0", "requires": {"a": "1"}}},
            },
            "b": {"version": "1.0.0", "dev": True},
            "lodash.merge": {"version": "1.0.0", "requires": {"b": "1", "absent": "1"}},
        }
    )
    found = {item.purl: (item.depends_on, item.development) for item in reading.components}
    assert found == {
        "pkg:npm/a@1.0.0": (("pkg:npm/b@2.0.0", "pkg:npm/lodash.merge@1.0.0"), False),
        "pkg:npm/b@2.0.0": (("pkg:npm/a@1.0.0",), False),
        "pkg:npm/b@1.0.0": ((), True),
        "pkg:npm/lodash.merge@1.0.0": (("pkg:npm/b@1.0.0",), False),
    }
    assert {item.direct for item in reading.components} == {None}
    assert not reading.not_checked


def test_alias_git_and_folder() -> None:
    assert only(read({"a": {"version": "npm:@s/real@1.0.0"}})).purl == "pkg:npm/%40s/real@1.0.0"
    git = only(read({"a": {"version": f"git+https://host.example/o/a.git#{COMMIT}"}}))
    assert git.version == COMMIT
    assert git.purl.startswith(f"pkg:generic/a@{COMMIT}?vcs_url=git%2Bhttps:")
    assert only(read({"a": {"version": f"github:o/a#{COMMIT}"}})).version == COMMIT
    own = read({"a": {"version": "file:../a", "requires": {"b": "1"}}})
    assert not own.components
    assert not own.not_checked


def test_entry_that_cannot_be_read_keeps_what_is_below_it() -> None:
    reading = read({"a": {"dependencies": {"b": {"version": "1.0.0"}}}, "c": 1})
    assert purls(reading) == ["pkg:npm/b@1.0.0"]
    assert notes(reading) == [
        "lock file entry, package-lock.json: dependencies.a.version: no version",
        "lock file entry, package-lock.json: dependencies.c: int where an object is needed",
    ]


def test_as_deep_as_json_may_be() -> None:
    entry: dict[str, object] = {"version": "1.0.0"}
    for _ in range(28):  # strict JSON itself ends at 64 levels, two for each nesting
        entry = {"version": "1.0.0", "dependencies": {"a": entry}}
    assert len(read({"a": entry}).components) == 29
