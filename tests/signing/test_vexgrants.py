"""The limits of a vex-author: written, read, told and refused like everything in a trust root."""

from dataclasses import replace

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.signing.principals import VEX_AUTHOR, Principal, RoleGrant, Window
from assay.signing.trust import TrustRoot, parse_authored, parse_trust_root, render_trust_root
from assay.signing.trusttoml import render_toml
from assay.signing.trustwords import name_changes, name_principal
from tests.fakes.trust import ALICE, EPOCH, GATE, ROOT, principal

OPEN = Window(valid_from=EPOCH)
LIMITED = RoleGrant(
    role=VEX_AUTHOR,
    window=OPEN,
    components=("pkg:rpm/redhat/*", "pkg:npm/%40acme/a"),
    authors=("Red Hat Product Security", 'a "quoted" name'),
)
GATES = principal("gate", GATE, roles=("gate",))


def root(*grants: RoleGrant) -> TrustRoot:
    vendor: Principal = replace(principal("redhat", ALICE), roles=grants)
    return replace(ROOT, principals=(vendor, GATES))


@pytest.mark.parametrize("grant", [LIMITED, replace(LIMITED, components=())])
def test_read_back_from_json_and_toml(grant: RoleGrant) -> None:
    whole = root(grant, replace(LIMITED, authors=()))
    assert parse_trust_root(render_trust_root(whole)) == whole
    assert parse_authored(render_toml(whole, version=1).encode(), after=None) == whole


def test_without_limits_nothing_is_written_of_them() -> None:
    """A trust root from before has the same digest."""
    text = render_trust_root(root(RoleGrant(role=VEX_AUTHOR, window=OPEN)))
    assert b"components" not in text
    assert b"authors" not in text


def test_a_change_of_limits_has_a_word() -> None:
    wider = replace(LIMITED, components=("pkg:rpm/*",), authors=LIMITED.authors[:1])
    assert name_changes(root(LIMITED), root(wider)) == (
        "~ 'redhat' as vex-author, only on: pkg:rpm/redhat/*, pkg:npm/%40acme/a -> pkg:rpm/*",
        (
            "~ 'redhat' as vex-author, speaks for: "
            'Red Hat Product Security, a "quoted" name -> Red Hat Product Security'
        ),
    )
    unlimited = root(RoleGrant(role=VEX_AUTHOR, window=OPEN))
    assert len(name_changes(root(LIMITED), unlimited)) == 2
    assert "'redhat' as vex-author, only on: pkg:rpm/redhat/*, pkg:npm/%40acme/a" in (
        name_principal(root(LIMITED).principals[0])
    )


REFUSED = {
    "another role": (
        {"role": "collector"},
        "limits that the role 'collector' does not have (only vex-author has)",
    ),
    "another role, speaking": (
        {"role": "owner", "components": ()},
        "limits that the role 'owner' does not have (only vex-author has)",
    ),
    "no pattern": (
        {"components": ("pkg:npm/a", "*")},
        "'*' is no purl, at components[1] (it starts with pkg:)",
    ),
    "no name": ({"authors": ("",)}, "empty, too long, or cannot be printed, at authors[0]"),
    "a name that writes": (
        {"authors": ("a", "b\x1b[2J")},
        "empty, too long, or cannot be printed, at authors[1]",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_cannot_be_made(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        replace(LIMITED, **change)  # type: ignore[arg-type]  # a row of the table
    assert str(caught.value) == f"[malformed] {message}"


WRITTEN = {
    "an empty list": (
        'components = ["pkg:rpm/redhat/*", "pkg:npm/%40acme/a"]', "components = []",
        "empty, at principals[0].roles[0].components (leave it out, or name what counts)",
    ),
    "no list": (
        'components = ["pkg:rpm/redhat/*", "pkg:npm/%40acme/a"]', 'components = "pkg:npm/a"',
        "str where an array is needed, at principals[0].roles[0].components",
    ),
    "a version": (
        "pkg:npm/%40acme/a", "pkg:npm/%40acme/a@1",
        ("'pkg:npm/%40acme/a@1' is no pattern of packages, at principals[0].roles[0].components[1] "
        "(a package URL without version, or all of a namespace: pkg:rpm/redhat/*)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRITTEN.values(), ids=WRITTEN)
def test_cannot_be_read(old: str, new: str, message: str) -> None:
    text = render_toml(root(LIMITED), version=1)
    assert old in text
    with pytest.raises(AssayError) as caught:
        parse_authored(text.replace(old, new).encode(), after=None)
    assert str(caught.value) == f"[malformed] {message}"
