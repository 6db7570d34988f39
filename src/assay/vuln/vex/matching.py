"""Whether a statement is about a component of a product: pure, and with three answers.

* Product and component must both be meant. A statement that names components covers these inside
  its product and nothing else; one that names none speaks of the whole product, or, where its
  product is the component in question, of that component wherever it is.
* A name that is missing on one side widens nothing: every name that both sides have must agree.
* Two CVEs are never one, whatever aliases say.
"""

import enum
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import Purl, parse_purl
from assay.core.purltypes import TYPES
from assay.vuln.clusters import is_cve
from assay.vuln.ecosystems import ecosystem_of_purl
from assay.vuln.ranges import Answer
from assay.vuln.vers import parse_vers
from assay.vuln.versions import scheme_key
from assay.vuln.vex.statement import VexProduct, VexTarget, VexVulnerability
from assay.vuln.vex.targets import own_version

# What a purl may leave open: how the package was built, for what, and where that was seen. All
# others (repository_url, vcs_url, classifier, checksum, …) say which package it is.
_OPEN: Final = frozenset({"arch", "distro", "goarch", "goos", "os", "package-id", "platform"})
_OPEN_SOURCES: Final = _OPEN | {"upstream"}
# Types whose versions are SemVer's, in its order.
_SAME_ORDER: Final = frozenset({("semver", "npm"), ("semver", "cargo"), ("semver", "golang")})
_WEAK: Final = frozenset({"md5", "sha1"})  # two contents with one such hash can be made


class Coverage(enum.StrEnum):
    """Whether something is meant by a statement."""

    COVERED = "covered"
    NOT_COVERED = "not covered"
    UNKNOWN = "unknown"


def is_about(said: VexVulnerability, *, vulnerability: str, aliases: Iterable[str] = ()) -> bool:
    """Tell whether a statement is about `vulnerability`, the canonical id of a cluster.

    `aliases` are the ids of the cluster's advisories, by which a statement may name it as well. A
    CVE among them is another vulnerability, which one of these advisories covers too.
    """
    asked = {vulnerability.upper()} | {name.upper() for name in aliases if not is_cve(name.upper())}
    named = {name.upper() for name in said.names}
    own = {said.name.upper()} if is_cve(said.name.upper()) else {n for n in named if is_cve(n)}
    if own and is_cve(vulnerability.upper()):
        return vulnerability.upper() in own
    return not asked.isdisjoint(named)


def covers(products: Iterable[VexProduct], *, product: VexTarget, component: VexTarget) -> Coverage:
    """Tell whether any of `products` means `component` inside `product`."""
    return _any(_product_covers(one, product, component) for one in products)


def target_covers(said: VexTarget, asked: VexTarget) -> Coverage:
    """Tell whether the target of a statement means `asked`: same thing, same version.

    At least one strong name must be equal on both sides, and none may differ.
    """
    answers = [
        _purls(said, asked),
        _hashes(said, asked),
        _cpes(said, asked),
        _ids(said, asked),
        _names(said, asked),
    ]
    given = [answer for answer in answers if answer is not None]
    found = _all(given) if given else Coverage.NOT_COVERED
    return _all([found, _version_covers(said, asked)])


def _product_covers(said: VexProduct, product: VexTarget, component: VexTarget) -> Coverage:
    whole = target_covers(said.target, product)
    if said.subcomponents:
        inside = _any(target_covers(part, component) for part in said.subcomponents)
        return _all([whole, inside])
    return _any([whole, target_covers(said.target, component)])


def _any(answers: Iterable[Coverage]) -> Coverage:
    seen = set(answers)
    if Coverage.COVERED in seen:
        return Coverage.COVERED
    return Coverage.UNKNOWN if Coverage.UNKNOWN in seen else Coverage.NOT_COVERED


def _all(answers: Iterable[Coverage]) -> Coverage:
    seen = set(answers)
    if Coverage.NOT_COVERED in seen:
        return Coverage.NOT_COVERED
    return Coverage.UNKNOWN if Coverage.UNKNOWN in seen else Coverage.COVERED


def _purls(said: VexTarget, asked: VexTarget) -> Coverage | None:
    if not said.purl or not asked.purl:
        return None
    left, right = _parsed(said.purl), _parsed(asked.purl)
    same = (left.type, left.namespace, left.name) == (right.type, right.namespace, right.name)
    inside = left.subpath in {"", right.subpath}
    return _found(is_true=same and inside and _qualifiers_agree(left, right))


@lru_cache(maxsize=65_536)
def _parsed(purl: str) -> Purl:
    return parse_purl(purl)


def _qualifiers_agree(said: Purl, asked: Purl) -> bool:
    left, right = dict(said.qualifiers), dict(asked.qualifiers)
    if any(right.get(key) != value for key, value in left.items()):
        return False
    open_ = _OPEN_SOURCES if said.version else _OPEN  # of one version there is one source
    if said.type == "oci" and said.version and said.version == asked.version:
        return True  # the version is the digest of the content
    return right.keys() - left.keys() <= open_


def _hashes(said: VexTarget, asked: VexTarget) -> Coverage | None:
    """Compare the hashes of each strong algorithm that both have: one content has one hash."""
    left, right = _by_algorithm(said.hashes), _by_algorithm(asked.hashes)
    shared = left.keys() & right.keys()
    if not shared:
        return None
    if not all(left[name] & right[name] for name in shared):
        return Coverage.NOT_COVERED
    # A lock file lists the hashes of every wheel: a statement on one of them is not on all.
    return Coverage.COVERED if all(right[n] <= left[n] for n in shared) else Coverage.UNKNOWN


def _by_algorithm(hashes: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in hashes:
        algorithm, _, value = text.partition(":")
        if value and algorithm not in _WEAK:
            found.setdefault(algorithm, set()).add(value)
    return found


def _cpes(said: VexTarget, asked: VexTarget) -> Coverage | None:
    """Compare CPEs letter by letter: one with wildcards means more than it can be held to."""
    if not said.cpes or not asked.cpes:
        return None
    shared = {cpe.lower() for cpe in said.cpes} & {cpe.lower() for cpe in asked.cpes}
    if not shared:
        # Several CPEs are guesses at one component; that none is equal says nothing beside a purl.
        return None if said.purl and asked.purl else Coverage.NOT_COVERED
    return Coverage.COVERED if any(map(_names_version, shared)) else Coverage.UNKNOWN


def _names_version(cpe: str) -> bool:
    parts = cpe.split(":")
    place = 5 if cpe.startswith("cpe:2.3:") else 4
    return len(parts) > place and parts[place] not in {"", "*", "-"} and "*" not in parts[place]


def _ids(said: VexTarget, asked: VexTarget) -> Coverage | None:
    """Take an equal IRI for the same thing; another one may be a second name of it."""
    return Coverage.COVERED if set(said.ids) & set(asked.ids) else None


def _names(said: VexTarget, asked: VexTarget) -> Coverage | None:
    """Compare names where neither side has a better one."""
    if said.purl or asked.purl or not said.name or not asked.name:
        return None
    if said.name != asked.name:
        return Coverage.NOT_COVERED
    # Many things have one name: without a version beside it, it says nothing clearly.
    return Coverage.COVERED if own_version(asked) else Coverage.UNKNOWN


def _version_covers(said: VexTarget, asked: VexTarget) -> Coverage:
    """Tell whether the version asked for is among those that are meant."""
    version, own = own_version(asked), own_version(said)
    if own and own != version:
        return Coverage.NOT_COVERED if version else Coverage.UNKNOWN
    if said.versions or said.ranges:
        return _limits_cover(said, asked)
    if own or said.all_versions or not version:
        return Coverage.COVERED
    return Coverage.COVERED if _content_named(said, asked) else Coverage.UNKNOWN


def _limits_cover(said: VexTarget, asked: VexTarget) -> Coverage:
    version = own_version(asked)
    if not version:
        return Coverage.UNKNOWN
    if version in said.versions:
        return Coverage.COVERED
    kind = _parsed(asked.purl).type if asked.purl else ""
    return _any(_range_covers(text, version, kind) for text in said.ranges)


def _range_covers(text: str, version: str, kind: str) -> Coverage:
    """Tell whether a range covers the version of a package of type `kind`.

    Another order of versions says nothing about those of this one: by SemVer, Debian's 1.2.3-1
    comes before 1.2.3.
    """
    try:
        versions = parse_vers(text)
    except MalformedError:
        return Coverage.UNKNOWN
    if kind and versions.constraints and not _is_order_of(versions.scheme, kind):
        return Coverage.UNKNOWN
    answer = versions.judge(version)
    match answer:
        case Answer.AFFECTED:  # of a range: inside
            return Coverage.COVERED
        case Answer.NOT_AFFECTED:
            return Coverage.NOT_COVERED
        case Answer.UNKNOWN:
            return Coverage.UNKNOWN


def _is_order_of(scheme: str, kind: str) -> bool:
    """Tell whether a scheme orders the versions of a type of package, which may have none."""
    if scheme in TYPES or scheme_key(kind, "1") is not None:
        return scheme == kind or (scheme, kind) in _SAME_ORDER
    known = ecosystem_of_purl(kind, "")
    return known is None or scheme == known.scheme


def _content_named(said: VexTarget, asked: VexTarget) -> bool:
    """Tell whether an equal hash, IRI or CPE with its version says which version is meant."""
    equal = {_hashes(said, asked), _ids(said, asked), _cpes(said, asked)}
    return Coverage.COVERED in equal


def _found(*, is_true: bool) -> Coverage:
    return Coverage.COVERED if is_true else Coverage.NOT_COVERED
