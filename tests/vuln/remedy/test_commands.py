"""Commands that somebody pastes into a shell: what is in them is only ever an argument."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.vuln.remedy.commands import upgrade_command, without_command
from assay.vuln.remedy.model import NPM, PYPI, Lock, Pin
from assay.vuln.remedy.overrides import override_hint

NODE = ["npm", "yarn", "yarn-berry", "pnpm", "bun"]
KINDS = [*NODE, "requirements", "uv", "poetry", "pdm", "pipenv"]


def lock_of(kind: str, path: str = "a b/$(x)/f.lock") -> Lock:
    ecosystem = NPM if kind in NODE else PYPI
    return Lock(path=path, ecosystem=ecosystem, kind=kind, pins={})


def pin_of(name: str, *, direct: bool = True) -> Pin:
    return Pin(key=name, name=name, version="1.0.0", purl="pkg:npm/x@1.0.0", direct=direct)


@pytest.mark.parametrize(
    ("kind", "direct", "expected"),
    [
        ("npm", True, "npm install shop@1.2.0 --package-lock-only --ignore-scripts"),
        ("npm", False, "npm update shop --package-lock-only --ignore-scripts"),
        ("uv", True, "uv lock --upgrade-package shop==1.2.0"),
        ("poetry", True, "poetry update --lock shop"),
        ("pdm", True, "pdm update --no-sync shop"),
        ("pdm", False, ""),
        ("pipenv", True, "pipenv upgrade --lock-only shop==1.2.0"),
        ("yarn", True, "yarn upgrade shop@1.2.0 --ignore-scripts"),
        ("yarn", False, ""),
        ("yarn-berry", True, "yarn up shop@1.2.0 --mode=update-lockfile"),
        ("yarn-berry", False, "yarn up --recursive shop --mode=update-lockfile"),
        ("pnpm", True, "pnpm update shop@1.2.0 --lockfile-only --ignore-scripts"),
        ("pnpm", False, "pnpm update shop --depth Infinity --lockfile-only --ignore-scripts"),
        ("bun", True, "bun update shop@1.2.0 --lockfile-only --ignore-scripts"),
        ("bun", False, "bun update shop --lockfile-only --ignore-scripts"),
        ("pylock", True, ""),
    ],
)
def test_each_tool(kind: str, expected: str, *, direct: bool) -> None:
    pin = pin_of("shop", direct=direct)
    assert upgrade_command(lock_of(kind, "f.lock"), pin, "1.2.0") == expected


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    name=st.text(max_size=12) | st.from_regex(r"@?[-$;`'\"a-z/]{1,8}", fullmatch=True),
    version=st.text(max_size=8) | st.just("1.2.0"),
    folder=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), max_size=8),
)
def test_no_text_gets_out_of_its_argument(kind: str, name: str, version: str, folder: str) -> None:
    command = upgrade_command(
        lock_of(kind, f"{folder}/f.lock" if folder else "f.lock"), pin_of(name), version
    )
    if not command:
        return
    words = shlex.split(command)
    if folder:
        assert words[:3] == ["cd", f"./{folder}", "&&"]
        words = words[3:]
    assert words[0] in {"pip-compile", *KINDS}
    options = [word for word in words if word.startswith("-")]
    assert not [word for word in options if name and name.startswith("-") and name in word]
    assert version == "1.2.0" or version.isascii()


@pytest.mark.parametrize("name", ["--global", "-g", "a b", "a;b", "../x", "@/x", "", "a\n"])
def test_what_is_no_name_gets_no_command(name: str) -> None:
    for kind in KINDS:
        assert upgrade_command(lock_of(kind), pin_of(name), "1.2.0") == ""


def test_where_a_tool_has_no_command_a_person_is_told_what_to_do() -> None:
    told = {kind: without_command(lock_of(kind), pin_of("shop", direct=False)) for kind in KINDS}
    assert {kind: text for kind, text in told.items() if text} == {
        "yarn": "take its block out of f.lock, then run yarn install --ignore-scripts",
        "pdm": "take its block out of f.lock, then run pdm lock --update-reuse",
    }
    assert without_command(lock_of("yarn"), pin_of("shop")) == ""
    assert without_command(lock_of("pylock", "a/pylock.toml"), pin_of("shop")) == (
        "make pylock.toml again with the tool that made it"
    )


def test_overrides_are_named_only() -> None:
    told = "as a last resort, against what its dependents say: "
    expected = {
        "npm": '"overrides": {"shop": "1.2.0"} in package.json',
        "pnpm": '"pnpm": {"overrides": {"shop": "1.2.0"}} in package.json',
        "yarn": '"resolutions": {"shop": "1.2.0"} in package.json',
        "uv": 'override-dependencies = ["shop==1.2.0"] under [tool.uv]',
    }
    for kind, words in expected.items():
        assert override_hint(lock_of(kind), pin_of("shop"), ["1.2.0", "2.0.0"]) == told + words
    assert override_hint(lock_of("poetry"), pin_of("shop"), ["1.2.0"]) == ""
    assert override_hint(lock_of("npm"), pin_of("shop"), []) == ""
