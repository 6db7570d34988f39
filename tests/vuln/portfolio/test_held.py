"""What is held: by its purl, and by CPE names where nobody has advisories about its kind."""

from dataclasses import replace

import pytest

from assay.sbom.component import Component
from assay.vuln.portfolio.held import Held, found_by, held_in, is_named

CPE = "cpe:2.3:a:openbsd:openssh:8.4:*:*:*:*:*:*:*"
OTHER = "cpe:2.3:a:other:openssh:8.4:*:*:*:*:*:*:*"
UNNAMED = Component(purl="", name="openssh", version="8.4", found_in=(), cpes=(CPE,))
GENERIC = replace(UNNAMED, purl="pkg:generic/openssh@8.4")
PYPI = replace(UNNAMED, purl="pkg:pypi/openssh@8.4")


@pytest.mark.parametrize(
    ("component", "cpes", "by", "named"),
    [
        (UNNAMED, (CPE,), ("cpe", "urn:assay:component:openssh@8.4"), True),
        (GENERIC, (CPE,), ("pkg:generic", "openssh"), True),
        (PYPI, (), ("PyPI", "openssh"), True),
        (replace(UNNAMED, cpes=()), (), ("", ""), False),
        (replace(UNNAMED, cpes=("cpe:2.3:a:*:*:1:*:*:*:*:*:*:*",)), (), ("", ""), False),
        (replace(UNNAMED, cpes=("cpe:/a:openbsd:openssh:8.4",)), (CPE,), None, True),
        (replace(UNNAMED, purl="pkg:generic"), (CPE,), ("cpe", "pkg:generic"), True),
    ],
    ids=[
        "no purl",
        "no advisories",
        "advisories",
        "no name",
        "no product",
        "a URI",
        "no such purl",
    ],
)
def test_by_what_it_is_known(
    component: Component, cpes: tuple[str, ...], by: tuple[str, str] | None, *, named: bool
) -> None:
    held = held_in((component,))[component.identity]
    assert held == Held(purl=component.identity, cpes=cpes)
    assert by is None or found_by(held) == by
    assert is_named(component) is named


def test_names_of_one_thing_are_joined() -> None:
    found = held_in((UNNAMED, replace(UNNAMED, cpes=(OTHER, CPE), found_in=("b",))))
    assert [*found.values()] == [Held(purl=UNNAMED.identity, cpes=(CPE, OTHER))]


@pytest.mark.parametrize("component", [UNNAMED, GENERIC], ids=["no purl", "purl"])
def test_a_component_comes_back_as_it_was_found(component: Component) -> None:
    """With an odd name too, because its advisories are looked for by it."""
    odd = replace(component, name="a@b c/é") if not component.purl else component
    back = held_in((odd,))[odd.identity].component
    assert (back.purl, back.cpes, back.identity) == (odd.purl, odd.cpes, odd.identity)
