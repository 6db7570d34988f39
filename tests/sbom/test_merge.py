"""One component for each purl."""

from itertools import permutations

import pytest

from assay.sbom.component import Component
from assay.sbom.merge import merge_components


def made(
    found_in: str = "a",
    *,
    purl: str = "pkg:npm/a@1",
    direct: bool | None = None,
    development: bool | None = None,
    hashes: tuple[str, ...] = (),
    depends_on: tuple[str, ...] = (),
) -> Component:
    return Component(
        purl=purl,
        name="a",
        version="1",
        found_in=(found_in,),
        hashes=hashes,
        depends_on=depends_on,
        direct=direct,
        development=development,
    )


SAID = {
    "direct-by-one": ((True, None), (False, None), (True, None)),
    "unknown-to-one": ((None, None), (False, True), (None, None)),
    "used-by-one": ((False, False), (False, True), (False, False)),
    "development-for-all": ((False, True), (True, True), (True, True)),
}


@pytest.mark.parametrize(("first", "second", "both"), SAID.values(), ids=SAID)
def test_flags(
    first: tuple[bool | None, ...], second: tuple[bool | None, ...], both: tuple[bool | None, ...]
) -> None:
    a = made("a", direct=first[0], development=first[1])
    b = made("b", direct=second[0], development=second[1])
    for order in permutations((a, b)):
        (merged,) = merge_components(order)
        assert (merged.direct, merged.development) == both
        assert merged.found_in == ("a", "b")


def test_the_order_does_not_matter() -> None:
    given = (
        made("a", hashes=("sha1-x", "h1:z"), depends_on=("pkg:npm/b@1",)),
        made("b", hashes=("h1:y", "h1:z"), depends_on=("pkg:npm/b@1", "pkg:npm/gone@1")),
        made("a", purl="pkg:npm/b@1"),
    )
    (merged,) = {merge_components(order) for order in permutations(given)}
    assert [item.purl for item in merged] == ["pkg:npm/a@1", "pkg:npm/b@1"]
    assert merged[0].hashes == ("h1:y", "h1:z", "sha1-x")
    assert merged[0].depends_on == ("pkg:npm/b@1",)


def test_hashes_are_written_one_way() -> None:
    npm = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
    (merged,) = merge_components(
        [made(hashes=(npm, "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"))]
    )
    assert merged.hashes == ("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",)
