from collections.abc import Mapping

import pytest

from assay.core.jsonvalue import JsonValue
from assay.vuln.cpe.configuration import (
    Installed,
    judge_configurations,
    parse_configuration,
    render_configuration,
)
from assay.vuln.cpe.name import parse_cpe
from assay.vuln.products import names_around
from assay.vuln.releases import Applies
from tests.vuln.foreign.records import criterion, node

YES, NO, UNSURE = Applies.YES, Applies.NO, Applies.UNSURE
WINDOWS = "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"
CART = "cpe:2.3:a:shop:cart:*:*:*:*:*:*:*:*"


def shop(version: str = "*", update: str = "*") -> str:
    return f"cpe:2.3:a:shop:shop:{version}:{update}:*:*:*:*:*:*"


def judge(tree: Mapping[str, object], *own: str, around: tuple[str, ...] = ()) -> Applies:
    parsed = parse_configuration(JsonValue(dict(tree)))
    assert parse_configuration(JsonValue(render_configuration(parsed))) == parsed
    names = tuple(map(parse_cpe, own))
    return judge_configurations([parsed], Installed(own=names, around=names_around(around)))


BOUNDS = {
    "before-the-end": ({"versionEndExcluding": "2.0"}, "1.9", YES),
    "the-end": ({"versionEndExcluding": "2.0"}, "2.0", NO),
    "the-end-inside": ({"versionEndIncluding": "2.0"}, "2.0.0", YES),
    "after-it": ({"versionEndIncluding": "2.0"}, "2.0.1", NO),
    "the-start": ({"versionStartIncluding": "2.0"}, "2.0", YES),
    "before-the-start": ({"versionStartIncluding": "2.0"}, "1.9", NO),
    "not-the-start": ({"versionStartExcluding": "2.0"}, "2.0", NO),
    "after-the-start": ({"versionStartExcluding": "2.0"}, "2.0.1", YES),
    "no-version-of-ours": ({"versionEndExcluding": "2.0"}, "trunk", UNSURE),
    "not-said": ({"versionEndExcluding": "2.0"}, "*", UNSURE),
    "no-version-of-theirs": ({"versionEndExcluding": "second"}, "1.9", UNSURE),
    "escaped": ({"versionEndIncluding": "1+2"}, r"1\+2", YES),
    "escaped-start": ({"versionStartIncluding": "1+2"}, r"1\+2", YES),
    "outside-for-sure": ({"versionStartIncluding": "2", "versionEndExcluding": "x"}, "1.9", NO),
}


@pytest.mark.parametrize(("bounds", "version", "answer"), BOUNDS.values(), ids=BOUNDS)
def test_bounds(bounds: Mapping[str, str], version: str, answer: Applies) -> None:
    assert judge(node(criterion(shop(), **bounds)), shop(version)) is answer


VERSIONS = {
    "any": (shop(), shop("1.0"), YES),
    "the-same": (shop("1.0"), shop("1.0"), YES),
    "another": (shop("1.0"), shop("1.1"), NO),
    "in-other-words": (shop("1.0"), shop("1.0.0"), YES),
    "a-pattern": (shop("1.*"), shop("1.5"), YES),
    "not-said": (shop("1.0"), shop(), UNSURE),
    "any-update": (shop("1.0"), shop("1.0", "rc1"), YES),
    "the-update": (shop("1.0", "rc1"), shop("1.0", "rc1"), YES),
    "update-in-the-version": (shop("1.0", "rc1"), shop("1.0rc1"), YES),
    "escaped-update": (shop("1.0", r"rc\+1"), shop(r"1.0rc\+1"), YES),
    "another-update": (shop("1.0", "rc1"), shop("1.0", "rc2"), NO),
    "the-release": (shop("1.0", "-"), shop("1.0"), YES),
    "not-the-release": (shop("1.0", "-"), shop("1.0", "rc1"), NO),
    "words": (shop("first"), shop("second"), NO),
    "same-word": (shop("first", "a"), shop("first"), UNSURE),
}


@pytest.mark.parametrize(("source", "target", "answer"), VERSIONS.values(), ids=VERSIONS)
def test_versions(source: str, target: str, answer: Applies) -> None:
    assert judge(node(criterion(source)), target) is answer


ON_WINDOWS = {
    "operator": "AND",
    "nodes": [node(criterion(shop())), node(criterion(WINDOWS, vulnerable=False))],
}
TWO = {"operator": "AND", "nodes": [node(criterion(shop())), node(criterion(CART))]}
ANY_OF_TWO = node(criterion(shop("1.0")), criterion(CART))
NOT_ON = {
    "operator": "AND",
    "nodes": [node(criterion(shop())), node(criterion(WINDOWS, vulnerable=False), negate=True)],
}
BESIDE_NOTHING = {
    "operator": "AND",
    "nodes": [node(criterion(shop())), {"operator": "AND", "nodes": []}],
}
BESIDE_NOBODY = {"operator": "AND", "nodes": [node(criterion(shop())), node()]}
TREES = {
    "beside-nobody": (BESIDE_NOBODY, (), UNSURE),
    "any-of-two": (node(criterion(shop("2.0")), criterion(CART)), (), YES),
    "any-of-two-the-second": (node(criterion(CART), criterion(shop("2.0"))), (), YES),
    "beside-nothing": (BESIDE_NOTHING, (), UNSURE),
    "platform-here": (ON_WINDOWS, (WINDOWS,), YES),
    "platform-not-known": (ON_WINDOWS, (), UNSURE),
    "another-platform-is-no-answer": (ON_WINDOWS, ("cpe:/o:debian:debian_linux:12",), UNSURE),
    "the-other-here": (TWO, (CART.replace(":cart:*", ":cart:3"),), YES),
    "the-other-not-known": (TWO, (), UNSURE),
    "not-this-one": (ANY_OF_TWO, (CART,), NO),
    "not-on-a-platform": (NOT_ON, (WINDOWS,), UNSURE),
    "negated": (node(criterion(shop("1.0")), negate=True), (), UNSURE),
    "of-nothing": ({"operator": "AND", "nodes": []}, (), NO),
}


@pytest.mark.parametrize(("tree", "around", "answer"), TREES.values(), ids=TREES)
def test_trees(tree: Mapping[str, object], around: tuple[str, ...], answer: Applies) -> None:
    assert judge(tree, shop("2.0"), around=around) is answer


def test_a_platform_is_not_what_is_vulnerable() -> None:
    assert judge(ON_WINDOWS, WINDOWS, around=(shop("2.0"),)) is NO


def test_negated_elsewhere_says_nothing_about_others() -> None:
    assert judge(node(criterion(CART), negate=True), shop("1.0")) is NO


def test_any_name_of_a_component_counts() -> None:
    assert judge(node(criterion(shop("1.0"))), CART, shop("1.0")) is YES
    assert judge(node(criterion(shop("1.0")))) is NO


def test_what_the_component_does_not_say_is_not_settled_by_what_is_asked_for() -> None:
    """A plug-in of one platform is not that of each, and one for any is also that of one."""
    any_, wordpress = (f"cpe:2.3:a:shop:cart:*:*:*:*:*:{one}:*:*" for one in ("*", "wordpress"))
    assert judge(node(criterion(wordpress)), any_) is UNSURE
    assert judge(node(criterion(any_)), wordpress) is YES


def test_only_what_is_said_is_written() -> None:
    """The records of the NVD are many: what is empty would be most of their file."""
    tree = node(criterion(shop("1.0"), versionEndExcluding="2.0"))
    written = render_configuration(parse_configuration(JsonValue(dict(tree))))
    assert written == {
        "operator": "OR",
        "cpeMatch": [
            {"criteria": shop("1.0"), "vulnerable": True, "versionEndExcluding": "2.0"},
        ],
    }
    outer = {"operator": "AND", "negate": True, "nodes": [dict(tree)]}
    assert render_configuration(parse_configuration(JsonValue(outer))) == {
        "operator": "AND",
        "negate": True,
        "nodes": [written],
    }
