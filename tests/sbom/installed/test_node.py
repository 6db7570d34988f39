"""npm packages in `node_modules`."""

import json

import pytest

from tests.fakes.trees import purls, survey, whys


def package(name: str, version: str = "1.0.0", **more: object) -> bytes:
    return json.dumps({"name": name, "version": version, **more}).encode()


NESTED = {
    "node_modules/a/package.json": package("a", dependencies={"b": "^1", "@s/c": "*", "no": "*"}),
    "node_modules/a/node_modules/b/package.json": package("b", "1.5.0", dependencies={"@s/c": "*"}),
    "node_modules/b/package.json": package("b", "2.0.0", peerDependencies={"a": "*"}),
    "node_modules/@s/c/package.json": package("@s/c", license="MIT", author="Ann <a@example.org>"),
    "node_modules/a/lib/package.json": b'{"type": "module"}',
    "node_modules/.package-lock.json": b"{}",
    "node_modules/a/package-lock.json": b"{}",
}


def test_nested_packages_see_the_nearest() -> None:
    inventory = survey(NESTED, with_locks=True)
    assert {part.purl: part.depends_on for part in inventory.components} == {
        "pkg:npm/%40s/c@1.0.0": (),
        "pkg:npm/a@1.0.0": ("pkg:npm/%40s/c@1.0.0", "pkg:npm/b@1.5.0"),
        "pkg:npm/b@1.5.0": ("pkg:npm/%40s/c@1.0.0",),
        "pkg:npm/b@2.0.0": ("pkg:npm/a@1.0.0",),
    }
    first = inventory.components[0]
    assert (first.licences, first.supplier) == (("MIT",), "Ann <a@example.org>")
    assert whys(inventory) == []
    assert inventory.examined == {"installed npm packages": 4}


def test_below_another_folder() -> None:
    moved = {f"app/web/{path}": data for path, data in NESTED.items()}
    moved["app/node_modules/b/package.json"] = package("b", "9.0.0")
    found = {part.purl: part.depends_on for part in survey(moved).components}
    assert found["pkg:npm/b@1.5.0"] == ("pkg:npm/%40s/c@1.0.0",)


Expected = tuple[tuple[str, ...], tuple[str, ...]]
LICENCES: dict[str, tuple[dict[str, object], Expected]] = {
    "object": ({"license": {"type": "MIT", "url": "x"}}, (("MIT",), ())),
    "list": ({"licenses": [{"type": "MIT"}, {"type": "My own"}]}, (("MIT",), ("My own",))),
    "odd": ({"license": 1}, ((), ())),
}


@pytest.mark.parametrize("case", LICENCES)
def test_licences(case: str) -> None:
    more, expected = LICENCES[case]
    document = json.dumps({"name": "a", "version": "1", **more})
    (part,) = survey({"node_modules/a/package.json": document.encode()}).components
    assert (part.licences, part.raw_licences) == expected


NOTED = {
    "version": (b'{"name": "x"}', "no version (at version)"),
    "name": (b'{"version": "1"}', "no name (at name)"),
    "json": (b"{", "not strict JSON: Expecting property name enclosed in double quotes"),
    "folder": (package("x", "file:../x"), "a folder, not a version (at version)"),
}


@pytest.mark.parametrize(("data", "why"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_read_is_noted(data: bytes, why: str) -> None:
    inventory = survey({**NESTED, "node_modules/x/package.json": data})
    assert len(purls(inventory)) == 4
    (found,) = whys(inventory)
    assert found.startswith(f"installed npm package, node_modules/x/package.json: {why}")


def test_a_terminal_escape_in_a_name_does_not_reach_the_report() -> None:
    inventory = survey({"node_modules/x/package.json": package("\x1b[2J", author="\x1b[2J")})
    assert "\x1b" not in repr(inventory).replace("\\x1b", "")
