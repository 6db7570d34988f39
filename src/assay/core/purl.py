"""Package URLs (purl-spec, ECMA-427): the one name that a package has, whoever wrote it down.

* One package, one text: everything that a type's rules call equal comes out as the same purl.
* `parse_purl` refuses what `canonical_purl`, which cleans up other tools' output, forgives: keys
  of qualifiers in upper case. The specification's own tests ask for both.
* `make_purl` is the fast way for names from lock files, without qualifiers.

The rules of each type are data (`purltypes`). packageurl-python is not used here: it gets 79 of
the specification's 586 tests wrong (types without their rules, `/` left bare in qualifiers), and
its import alone costs more than naming 3,000 components.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from assay.core.errors import MalformedError
from assay.core.purltypes import ANY_TYPE, TYPES, Need, TypeRules

MAX_PURL_CHARACTERS: Final = 8192  # far above any real one, with its qualifiers; bounds work
_TYPE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9.\-]*\Z")
_KEY: Final = re.compile(r"[a-z][a-z0-9.\-_]*\Z")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~\-]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purl:
    """The parts of a package URL, decoded and normalised; `str()` of it is canonical."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str = ""

    def __str__(self) -> str:
        """Return the canonical text (purl-spec, "How to build a purl")."""
        middle = f"{_quote_path(self.namespace)}/" if self.namespace else ""
        version = f"@{_quote(self.version)}" if self.version else ""
        pairs = "&".join(f"{key}={_quote(value)}" for key, value in self.qualifiers)
        return (
            f"pkg:{self.type}/{middle}{_quote_path(self.name)}{version}"
            f"{'?' + pairs if pairs else ''}"
            f"{'#' + _quote_path(self.subpath) if self.subpath else ''}"
        )


@lru_cache(maxsize=65_536)
def make_purl(type_: str, namespace: str, name: str, version: str) -> str:
    """Return the canonical purl of a package; `namespace` and `version` may be empty.

    Raises:
        MalformedError: A part that this type cannot have, or lacks one that it must.
    """
    return str(build_purl(type_, namespace, name, version))


def build_purl(
    type_: str,
    namespace: str,
    name: str,
    version: str = "",
    qualifiers: Mapping[str, str] | None = None,
    subpath: str = "",
) -> Purl:
    """Normalise the parts of a purl by the rules of its type.

    Parts are plain text, not percent-encoded; absent ones are empty. Qualifiers without a value
    are left out, as the specification says.

    Raises:
        MalformedError: A part that this type cannot have, or lacks one that it must.
    """
    if not _TYPE.match(type_):
        raise MalformedError(f"{type_!r} is no package type")
    type_ = type_.lower()
    rules = TYPES.get(type_, ANY_TYPE)
    kept = {key: value for key, value in (qualifiers or {}).items() if value}
    for key in kept:
        if not _KEY.match(key):
            raise MalformedError(f"{key!r} is no qualifier's key")
    purl = Purl(
        type=type_,
        namespace=rules.normal_namespace(_segments(namespace)),
        name=rules.normal_name(name.strip("/"), kept),
        version=rules.normal_version(version),
        qualifiers=tuple(sorted(kept.items())),
        subpath=_segments(subpath, but=frozenset({".", ".."})),
    )
    _check(purl, rules)
    return purl


def parse_purl(text: str) -> Purl:
    """Read a purl and normalise it by the rules of its type.

    Raises:
        MalformedError: No scheme, type or name; an escape that is not UTF-8; a qualifier's key
            that is not lower-case; or a part that this type cannot have.
    """
    if len(text) > MAX_PURL_CHARACTERS:
        raise MalformedError(f"a purl of {len(text)} characters, at most {MAX_PURL_CHARACTERS}")
    rest, _, subpath = text.partition("#")
    rest, _, query = rest.partition("?")
    scheme, colon, rest = rest.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise MalformedError(f"{text!r} is no purl", hint="it starts with pkg:")
    type_, slash, rest = rest.lstrip("/").partition("/")
    if not slash:
        raise MalformedError(f"{text!r} has no name")
    path, version = _split_version(rest)
    namespace, name = _split_name(type_.lower(), path)
    return build_purl(
        type_,
        _unquote(namespace),
        _unquote(name),
        _unquote(version),
        _parse_qualifiers(query),
        _unquote(subpath),
    )


def canonical_purl(text: str) -> str:
    """Return the canonical form of `text`, forgiving keys of qualifiers in upper case.

    Raises:
        MalformedError: As `parse_purl`.
    """
    rest, mark, subpath = text.partition("#")
    path, question, query = rest.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    lowered = "&".join(f"{key.lower()}{equals}{value}" for key, equals, value in pairs)
    return str(parse_purl(f"{path}{question}{lowered}{mark}{subpath}"))


def _check(purl: Purl, rules: TypeRules) -> None:
    if not purl.name:
        raise MalformedError(f"a purl of type {purl.type} without a name")
    if rules.namespace is Need.REQUIRED and not purl.namespace:
        raise MalformedError(f"a purl of type {purl.type} without a namespace")
    if rules.namespace is Need.PROHIBITED and purl.namespace:
        raise MalformedError(f"a purl of type {purl.type} has no namespace, not {purl.namespace!r}")
    if not rules.is_name(purl.name):
        raise MalformedError(f"{purl.name!r} is no name of type {purl.type}")
    if purl.version and not rules.is_version(purl.version):
        raise MalformedError(f"{purl.version!r} is no version of type {purl.type}")
    missing = rules.qualifiers - {key for key, _ in purl.qualifiers}
    if missing:
        raise MalformedError(f"a purl of type {purl.type} without {min(missing)}")


def _split_version(path: str) -> tuple[str, str]:
    """Split at the last `@`, unless it belongs to a bare npm scope (`@scope/name`)."""
    left, at, right = path.rpartition("@")
    return (left, right) if at and "/" not in right else (path, "")


def _split_name(type_: str, path: str) -> tuple[str, str]:
    """Return namespace and name; the name of type git is the whole path on its host."""
    if type_ == "git":
        namespace, _, name = path.strip("/").partition("/")
    else:
        namespace, _, name = path.rpartition("/")
    return namespace, name


def _parse_qualifiers(query: str) -> dict[str, str]:
    """Read `key=value&…`.

    The specification wants keys in lower case; its tests refuse `Arch` and read `repositorY_url`
    as `repository_url`. The first letter is what sets these apart.
    """
    found: dict[str, str] = {}
    for pair in query.split("&") if query else ():
        key, equals, value = pair.partition("=")
        if key[:1].isupper():
            raise MalformedError(f"{key!r} is no qualifier's key")
        if not equals or key.lower() in found:
            raise MalformedError(f"{pair!r} is no qualifier, or is repeated")
        found[key.lower()] = _unquote(value)
    return found


def _segments(path: str, *, but: frozenset[str] = frozenset()) -> str:
    if not path:
        return ""
    return "/".join(part for part in path.split("/") if part.strip() and part not in but)


def _unquote(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode()
    except ValueError as error:
        raise MalformedError(f"{text!r} is not percent-encoded UTF-8") from error


def _quote_path(path: str) -> str:
    return path if _PLAIN.match(path) else "/".join(_quote(part) for part in path.split("/"))


def _quote(text: str) -> str:
    if _PLAIN.match(text):
        return text
    try:
        return quote(text, safe=":")
    except UnicodeEncodeError as error:
        raise MalformedError(f"{text!r} is not Unicode text") from error
