"""What a statement covers: the same product, the same component, the same version, no more."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.vex.matching import Coverage, covers, is_about, target_covers
from assay.vuln.vex.statement import VexProduct, VexTarget, VexVulnerability
from tests.vuln.vex.vexes import INSIDE, LIBRARY, OTHER, SHOP, target

YES, NO, UNKNOWN = Coverage.COVERED, Coverage.NOT_COVERED, Coverage.UNKNOWN
HASH = f"sha256:{'a' * 64}"
ELSE = f"sha256:{'b' * 64}"
IMAGE = "pkg:oci/shop@sha256:aa"
HOME = "repository_url=ghcr.io/a/shop"
CPE = "cpe:2.3:a:acme:shop:1.0:*:*:*:*:*:*:*"
OPEN = "arch=a&distro=d&goarch=g&goos=l&os=o&package-id=i&platform=p&upstream=u"
ANY_CPE = "cpe:2.3:a:acme:shop:*:*:*:*:*:*:*:*"


def pair(said: VexTarget, asked: VexTarget, wanted: Coverage) -> tuple[object, ...]:
    return said, asked, wanted


TARGETS = {
    "the same": pair(LIBRARY, LIBRARY, YES),
    "another name": pair(LIBRARY, OTHER, NO),
    "another version": pair(LIBRARY, target("pkg:npm/a@1.2.4"), NO),
    "another type": pair(LIBRARY, target("pkg:pypi/a@1.2.3"), NO),
    "another namespace": pair(target("pkg:npm/%40x/a@1"), target("pkg:npm/a@1"), NO),
    "said without version": pair(target("pkg:npm/a"), LIBRARY, UNKNOWN),
    "said of all versions": pair(target("pkg:npm/a", all_versions=True), LIBRARY, YES),
    "all versions of another": pair(target("pkg:npm/b", all_versions=True), LIBRARY, NO),
    "asked without version": pair(LIBRARY, target("pkg:npm/a"), UNKNOWN),
    "both without version": pair(target("pkg:npm/a"), target("pkg:npm/a"), YES),
    "version beside the purl": pair(target("pkg:npm/a", version="1.2.3"), LIBRARY, YES),
    "other version beside it": pair(target("pkg:npm/a", version="1.2.4"), LIBRARY, NO),
    # Qualifiers: what is said must hold, and what is not said must not be another package.
    "open architecture": pair(LIBRARY, target("pkg:npm/a@1.2.3?arch=arm64"), YES),
    "said architecture": pair(target("pkg:npm/a@1.2.3?arch=arm64"), LIBRARY, NO),
    "other architecture": pair(
        target("pkg:npm/a@1.2.3?arch=arm64"), target("pkg:npm/a@1.2.3?arch=x86"), NO
    ),
    "another registry": pair(
        LIBRARY, target("pkg:npm/a@1.2.3?repository_url=npm.evil.example"), NO
    ),
    "another file": pair(target("pkg:maven/g/a@1"), target("pkg:maven/g/a@1?classifier=tests"), NO),
    "an epoch is of the version": pair(
        target("pkg:rpm/fedora/a@1"), target("pkg:rpm/fedora/a@1?epoch=2"), NO
    ),
    "source of one version": pair(
        target("pkg:deb/debian/a@1"), target("pkg:deb/debian/a@1?upstream=s"), YES
    ),
    "source of all versions": pair(
        target("pkg:deb/debian/a", all_versions=True), target("pkg:deb/debian/a@1?upstream=s"), NO
    ),
    "image by digest": pair(target(IMAGE), target(f"{IMAGE}?{HOME}"), YES),
    "image by name": pair(target("pkg:oci/shop", all_versions=True), target(f"{IMAGE}?{HOME}"), NO),
    "image elsewhere": pair(
        target(f"{IMAGE}?repository_url=x.example/shop"), target(f"{IMAGE}?{HOME}"), NO
    ),
    "part of a module": pair(
        target("pkg:golang/m.example/a@1"), target("pkg:golang/m.example/a@1#sub"), YES
    ),
    "the same part of a module": pair(
        target("pkg:golang/m.example/a@1#sub"), target("pkg:golang/m.example/a@1#sub"), YES
    ),
    "another part of a module": pair(
        target("pkg:golang/m.example/a@1#sub"), target("pkg:golang/m.example/a@1#top"), NO
    ),
    "all of a module": pair(
        target("pkg:golang/m.example/a@1#sub"), target("pkg:golang/m.example/a@1"), NO
    ),
    # Hashes
    "all that may be left open": pair(LIBRARY, target(f"pkg:npm/a@1.2.3?{OPEN}"), YES),
    "equal hash": pair(target("", hashes=(HASH,)), replace(LIBRARY, hashes=(HASH,)), YES),
    "other hash": pair(target("", hashes=(HASH,)), replace(LIBRARY, hashes=(ELSE,)), NO),
    "other hash, same purl": pair(
        replace(LIBRARY, hashes=(HASH,)), replace(LIBRARY, hashes=(ELSE,)), NO
    ),
    "one file of several": pair(
        replace(LIBRARY, hashes=(HASH,)), replace(LIBRARY, hashes=(HASH, ELSE)), UNKNOWN
    ),
    "one of several said": pair(
        replace(LIBRARY, hashes=(HASH, ELSE)), replace(LIBRARY, hashes=(HASH,)), YES
    ),
    "weak hash": pair(target("", hashes=("md5:aa",)), replace(LIBRARY, hashes=("md5:aa",)), NO),
    "hash without algorithm": pair(
        target("", hashes=("aa",)), replace(LIBRARY, hashes=("aa",)), NO
    ),
    "equal hash of an open version": pair(
        target("pkg:npm/a", hashes=(HASH,)), replace(LIBRARY, hashes=(HASH,)), YES
    ),
    # CPEs, IRIs, names
    "equal CPE": pair(target("", cpes=(CPE,)), target("", cpes=(CPE.upper(),)), YES),
    "other CPE": pair(target("", cpes=(CPE,)), target("", cpes=(CPE.replace("1.0", "2.0"),)), NO),
    "CPE for any version": pair(target("", cpes=(ANY_CPE,)), target("", cpes=(ANY_CPE,)), UNKNOWN),
    "CPE guessed beside a purl": pair(
        replace(LIBRARY, cpes=(CPE,)), replace(LIBRARY, cpes=(ANY_CPE,)), YES
    ),
    "CPE without a version": pair(
        target("", cpes=("cpe:/a:acme:shop:",)), target("", cpes=("cpe:/a:acme:shop:",)), UNKNOWN
    ),
    "CPE on one side only": pair(
        target("", ids=("urn:x",), cpes=(CPE,)), target("", ids=("urn:x",)), YES
    ),
    "CPE of no version": pair(
        target("", cpes=(CPE.replace("1.0", "-"),)),
        target("", cpes=(CPE.replace("1.0", "-"),)),
        UNKNOWN,
    ),
    "CPE that ends before the version": pair(
        target("", cpes=("cpe:2.3:a:acme:shop",)),
        target("", cpes=("cpe:2.3:a:acme:shop",)),
        UNKNOWN,
    ),
    "CPE of some versions": pair(
        target("", cpes=(CPE.replace("1.0", "1.*"),)),
        target("", cpes=(CPE.replace("1.0", "1.*"),)),
        UNKNOWN,
    ),
    "other CPE of a package": pair(
        target("", ids=("urn:x",), cpes=(CPE,)),
        replace(LIBRARY, ids=("urn:x",), cpes=(CPE.replace("acme", "evil"),)),
        NO,
    ),
    "other CPE, equal name": pair(
        VexTarget(name="shop", version="1.0", cpes=(CPE,)),
        VexTarget(name="shop", version="1.0", cpes=(CPE.replace("acme", "evil"),)),
        NO,
    ),
    "equal IRI": pair(
        target("", ids=("urn:x",)), target("", ids=("urn:x", "urn:y"), version="3"), YES
    ),
    "other IRI": pair(target("", ids=("urn:x",)), target("", ids=("urn:y",)), NO),
    "equal IRI, other purl": pair(
        replace(LIBRARY, ids=("urn:x",)), replace(OTHER, ids=("urn:x",)), NO
    ),
    "equal name": pair(
        VexTarget(name="shop", version="1"), VexTarget(name="shop", version="1"), YES
    ),
    "equal name, and no version": pair(VexTarget(name="shop"), VexTarget(name="shop"), UNKNOWN),
    "other name": pair(VexTarget(name="shop"), VexTarget(name="till"), NO),
    "name of a package": pair(
        VexTarget(name="a", version="1.2.3"), replace(LIBRARY, name="a", version="1.2.3"), NO
    ),
    "name beside a purl": pair(
        replace(LIBRARY, name="a", version="1.2.3"), VexTarget(name="a", version="1.2.3"), NO
    ),
    "name in a range": pair(
        VexTarget(name="a", ranges=("vers:npm/>=1.0.0",)), VexTarget(name="a", version="1.2.3"), YES
    ),
    "nothing": pair(VexTarget(), VexTarget(), NO),
    # Versions that a target is limited to
    "listed": pair(target("pkg:npm/a", versions=("1.2.3",)), LIBRARY, YES),
    "not listed": pair(target("pkg:npm/a", versions=("1.2.4",)), LIBRARY, NO),
    "in a range": pair(target("pkg:npm/a", ranges=("vers:npm/>=1.0.0|<2.0.0",)), LIBRARY, YES),
    "beyond it": pair(target("pkg:npm/a", ranges=("vers:npm/>=2.0.0",)), LIBRARY, NO),
    "no order": pair(target("pkg:npm/a", ranges=("vers:generic/>=1.0.0",)), LIBRARY, UNKNOWN),
    "order of another type": pair(
        target("pkg:npm/a", ranges=("vers:pypi/>=1.0.0",)), LIBRARY, UNKNOWN
    ),
    "order of no type": pair(target("pkg:npm/a", ranges=("vers:semver/>=1.0.0",)), LIBRARY, YES),
    "order of SemVer": pair(
        # By SemVer, what is in Debian after 1.2.3 would be before it.
        target("pkg:deb/debian/a", ranges=("vers:semver/<1.2.3",)),
        target("pkg:deb/debian/a@1.2.3-1"),
        UNKNOWN,
    ),
    "order of SemVer, in Maven": pair(
        target("pkg:maven/a/b", ranges=("vers:semver/<2.0.0",)),
        target("pkg:maven/a/b@1.0.0"),
        UNKNOWN,
    ),
    "order that the type of package has": pair(
        target("pkg:hex/a", ranges=("vers:semver/<2.0.0",)), target("pkg:hex/a@1.0.0"), YES
    ),
    "order of the author, where the type has none": pair(
        target("pkg:generic/a", ranges=("vers:intdot/<2",)), target("pkg:generic/a@1.0"), YES
    ),
    "a range of no version": pair(target("pkg:npm/a", ranges=("vers:none/*",)), LIBRARY, NO),
    "a range of every version": pair(target("pkg:npm/a", ranges=("vers:all/*",)), LIBRARY, YES),
    "no range": pair(target("pkg:npm/a", ranges=("vers:npm",)), LIBRARY, UNKNOWN),
    "listed beside no order": pair(
        target("pkg:npm/a", versions=("1.2.3",), ranges=("vers:generic/>=5",)), LIBRARY, YES
    ),
    "limited and own": pair(replace(LIBRARY, versions=("9.9.9",)), LIBRARY, NO),
    "limited, asked without": pair(
        target("pkg:npm/a", versions=("1.2.3",)), target("pkg:npm/a"), UNKNOWN
    ),
}


@pytest.mark.parametrize(("said", "asked", "wanted"), TARGETS.values(), ids=TARGETS)
def test_targets(said: VexTarget, asked: VexTarget, wanted: Coverage) -> None:
    assert target_covers(said, asked) is wanted


PRODUCTS = {
    "component in its product": (INSIDE, SHOP, LIBRARY, YES),
    "other component": (INSIDE, SHOP, OTHER, NO),
    "other product": (INSIDE, target("pkg:generic/till@1.0"), LIBRARY, NO),
    "other version of the product": (INSIDE, target("pkg:generic/shop@2.0"), LIBRARY, NO),
    "the component as a product": (INSIDE, LIBRARY, LIBRARY, NO),
    "the whole product": (VexProduct(target=SHOP), SHOP, OTHER, YES),
    "whole, elsewhere": (VexProduct(target=SHOP), target("pkg:generic/till@1"), OTHER, NO),
    "the component anywhere": (VexProduct(target=LIBRARY), SHOP, LIBRARY, YES),
    "a version that is not told": (
        VexProduct(target=target("pkg:generic/shop"), subcomponents=(LIBRARY,)),
        SHOP,
        LIBRARY,
        UNKNOWN,
    ),
    "not told, and another component": (
        VexProduct(target=target("pkg:generic/shop"), subcomponents=(OTHER,)),
        SHOP,
        LIBRARY,
        NO,
    ),
}


@pytest.mark.parametrize(
    ("said", "product", "component", "wanted"), PRODUCTS.values(), ids=PRODUCTS
)
def test_product_and_component_must_both_be_meant(
    said: VexProduct, product: VexTarget, component: VexTarget, wanted: Coverage
) -> None:
    assert covers((said,), product=product, component=component) is wanted


def test_any_of_several_products_is_enough() -> None:
    other = VexProduct(target=OTHER, subcomponents=(LIBRARY,))
    assert covers((other, INSIDE), product=SHOP, component=LIBRARY) is YES


def test_components_of_two_products_do_not_mix() -> None:
    """Each product has its own components: this one speaks of b in shop, and of a in till."""
    till = target("pkg:generic/till@1.0")
    products = (
        VexProduct(target=SHOP, subcomponents=(OTHER,)),
        VexProduct(target=till, subcomponents=(LIBRARY,)),
    )
    assert covers(products, product=SHOP, component=LIBRARY) is NO


ABOUT = {
    "the name": ("CVE-1", (), "CVE-1", (), True),
    "in other letters": ("cve-1", (), "CVE-1", (), True),
    "asked in other letters": ("CVE-1", (), "cve-1", (), True),
    "no CVE, in other letters": ("GHSA-A", (), "ghsa-a", (), True),
    "another, with its alias, in other letters": ("cve-2", ("CVE-1",), "CVE-1", (), False),
    "another": ("CVE-2", (), "CVE-1", (), False),
    "alias of the statement": ("GHSA-a", ("CVE-1",), "CVE-1", (), True),
    "alias of the advisories": ("GHSA-a", (), "CVE-1", ("GHSA-a",), True),
    "alias that nobody gives": ("GHSA-a", (), "CVE-1", ("GHSA-b",), False),
    "another CVE with a shared alias": ("CVE-2", ("GHSA-a",), "CVE-1", ("GHSA-a",), False),
    "CVE of an alias, in the statement": ("CVE-2", ("CVE-1",), "CVE-1", (), False),
    "CVE of an alias, in the advisories": ("CVE-2", (), "CVE-1", ("CVE-2",), False),
    "alias with another CVE": ("GHSA-a", ("CVE-2",), "CVE-1", ("GHSA-a",), False),
    "one CVE of a record on two": ("CVE-1", (), "GHSA-a", ("CVE-1", "CVE-2"), False),
    "a cluster without a CVE": ("CVE-2", ("GHSA-a",), "GHSA-a", (), True),
}


@pytest.mark.parametrize("case", ABOUT.values(), ids=ABOUT)
def test_two_cves_are_never_one(
    case: tuple[str, tuple[str, ...], str, tuple[str, ...], bool],
) -> None:
    name, others, asked, aliases, wanted = case
    said = VexVulnerability(name=name, aliases=others)
    assert is_about(said, vulnerability=asked, aliases=aliases) is wanted


QUALIFIERS = st.dictionaries(
    st.sampled_from(["arch", "distro", "repository_url", "vcs_url", "epoch", "classifier"]),
    st.sampled_from(["x", "y"]),
)
VERSIONS = st.sampled_from(["", "1", "2"])


@st.composite
def packages(draw: st.DrawFn) -> VexTarget:
    version, qualifiers = draw(VERSIONS), draw(QUALIFIERS)
    query = "&".join(f"{key}={value}" for key, value in sorted(qualifiers.items()))
    text = f"pkg:generic/a{'@' + version if version else ''}{'?' + query if query else ''}"
    return target(text, all_versions=not version and draw(st.booleans()))


@given(said=packages())
def test_everything_covers_itself(said: VexTarget) -> None:
    assert target_covers(said, said) is YES


@given(said=packages(), asked=packages())
def test_what_is_said_always_holds_of_what_is_covered(said: VexTarget, asked: VexTarget) -> None:
    if target_covers(said, asked) is not YES:
        return
    parts = said.purl.partition("?")[2].split("&")
    assert all(part in asked.purl for part in parts)
    if "@" in said.purl:
        assert said.purl.partition("?")[0] == asked.purl.partition("?")[0]
    for key in ("repository_url", "vcs_url", "epoch", "classifier"):
        assert (key in asked.purl) == (key in said.purl)


def test_a_product_that_is_the_component_is_meant_at_its_version() -> None:
    every = VexProduct(target=target("pkg:npm/a", all_versions=True))
    assert covers((every,), product=SHOP, component=LIBRARY) is YES
    some = VexProduct(target=target("pkg:npm/a", ranges=("vers:npm/<1.0.0",)))
    assert covers((some,), product=SHOP, component=LIBRARY) is NO
