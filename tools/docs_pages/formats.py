"""The pages about predicates and other formats: every member, with its type and what it means.

The words are in `members.toml`; the members come from real documents (`docs_pages.sample`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.jsonvalue import JsonValue
from docs_pages.markdown import cell, table
from docs_pages.sample import take_sample

WORDS: Final = Path(__file__).with_name("members.toml")
_TYPES: Final = {bool: "true or false", int: "number", str: "text", type(None): "null"}
_ABOUT: Final = frozenset({"heading", "about"})
Place = tuple[str, ...]
PREDICATES: Final = """\
A statement is an in-toto Statement v1 in a DSSE envelope. Assay has a predicate of its own only
where no standard one says what must be said. A predicate that lacks a member, or has one of another
type, is not skipped: it is not checked, and the gate answers UNKNOWN.
"""
COMPONENT_LIST: Final = """\
### The component list: CycloneDX 1.6

`https://cyclonedx.org/bom`. Made by the collector `sbom` from lock files and manifests; names are
package URLs. What was not looked at, and which manifests are without a lock file, is in properties
whose names begin with `assay:`.
[Why it is written directly](../decisions/0002-cyclonedx-written-directly.md).
"""
FORMATS: Final = """\
Documents that Assay writes besides [predicates](predicates.md). All are JSON; those that are
digested or signed are canonical: names sorted, no spaces, no fractions.
"""
LOG: Final = """\
### The log

`.assay/log.sqlite`, an SQLite file, or a schema with the same tables in
[PostgreSQL](../howto/keep-the-log-in-postgresql.md). The record is in three of them: `entries` has
the envelopes, byte for byte (of one over 64 KiB the digest, and the envelope under it among the
[blobs](../howto/backup.md#restore)),
`checkpoints` the signed notes (C2SP tlog-checkpoint), and `cosignatures` what witnesses added.
`nodes` (hashes of the Merkle tree, RFC 9162), `subjects` (which entry is about what) and
`index_pages` ([the index](../explanation/completeness.md)) follow from the entries, and
`assay log verify` computes them again. `.assay/origin` holds the log's name; it is a hint that
finds a trust root, and a false one finds none.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document of which `members.toml` tells."""

    name: str
    kind: str
    title: str
    about: str
    members: Mapping[str, str]


def predicates_page() -> str:
    """Return the predicates of our own, then the standard ones that we write."""
    parts = [
        "# Predicates\n",
        PREDICATES,
        "## Our own\n",
        *_documents("predicate"),
        "## Standard ones\n",
        *_documents("standard"),
        COMPONENT_LIST,
        *_shapes(),
    ]
    return "\n".join(parts)


def formats_page() -> str:
    """Return the other documents: what is saved, read by rules, and printed for programs."""
    parts = [
        "# Formats\n",
        FORMATS,
        *_documents("format"),
        LOG,
        *_shapes(),
    ]
    return "\n".join(parts)


def _documents(kind: str) -> Iterator[str]:
    documents, shapes = _load()
    sample = take_sample()
    known = {**sample.predicates, **{k: (v,) for k, v in sample.documents.items()}}
    for told in documents:
        if told.kind == kind:
            types = _types_of(known[told.name])
            _compare(told, types, shapes)
            yield f"### {told.title}\n\n`{told.name}`. {told.about}\n"
            yield _rows(told.members, types)


def _shapes() -> Iterator[str]:
    _, shapes = _load()
    yield "## Shapes that recur\n"
    for members in shapes.values():
        yield f"### {members['heading']}\n\n{members['about']}\n"
        rows = [(f"`{m}`", means) for m, means in members.items() if m not in _ABOUT]
        yield table(("Member", "Means"), rows)


def _rows(members: Mapping[str, str], types: Mapping[Place, set[str]]) -> str:
    return table(
        ("Member", "Type", "Means"),
        [
            (f"`{name}`", cell(_type_words(_split(name), types)), _means(words))
            for name, words in members.items()
        ],
    )


def _means(words: str) -> str:
    """Return the words, or where they name a shape a link to it."""
    if not words.startswith("@"):
        return words
    _, shapes = _load()
    title = shapes[words[1:]]["heading"]
    return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"


def _type_words(pattern: Place, types: Mapping[Place, set[str]]) -> str:
    found = {
        kind for place, kinds in types.items() if _matches(pattern, place) == () for kind in kinds
    }
    return " or ".join(sorted(found)) or "object"


def _compare(
    told: Told, types: Mapping[Place, set[str]], shapes: Mapping[str, Mapping[str, str]]
) -> None:
    """Stop where a member of the real documents is not told, or one that is told is not there."""
    used: set[str] = set()
    for place in types:
        found = {name for name in told.members if _tells(name, place, told, shapes)}
        if not found:
            raise SystemExit(f"{told.name}: members.toml does not tell of {'.'.join(place)}")
        used |= found
    if unused := [name for name in told.members if name not in used]:
        raise SystemExit(f"{told.name}: no document has {unused[0]}, of which members.toml tells")


def _tells(name: str, place: Place, told: Told, shapes: Mapping[str, Mapping[str, str]]) -> bool:
    rest = _matches(_split(name), place)
    if rest is None:
        return False
    words = told.members[name]
    if not rest or not words.startswith("@"):
        return True
    return any(_matches(_split(part), rest) == () for part in shapes[words[1:]])


def _matches(pattern: Place, place: Place) -> Place | None:
    """Return what `pattern` leaves of `place`, None where it does not fit its beginning.

    An empty list fits every pattern that speaks of its elements.
    """
    if place[-1:] == ("[]",) and pattern[: len(place)] == place:
        return ()
    if len(pattern) > len(place):
        return None
    fits = all(one in {"*", other} for one, other in zip(pattern, place, strict=False))
    return place[len(pattern) :] if fits else None


def _split(name: str) -> Place:
    return tuple(name.replace("[]", ".[]").split("."))


def _types_of(documents: tuple[object, ...]) -> dict[Place, set[str]]:
    """Return the JSON types of every leaf of `documents` by its place; those of `[]` if empty."""
    types: dict[Place, set[str]] = {}
    for document in documents:
        _collect(document, (), types)
    longer = {place[:size] for place in types for size in range(len(place))}
    return {place: kinds for place, kinds in types.items() if place not in longer}


def _collect(value: object, place: Place, types: dict[Place, set[str]]) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            _collect(member, (*place, name), types)
    elif isinstance(value, list):
        types.setdefault((*place, "[]"), set())
        for member in value:
            _collect(member, (*place, "[]"), types)
    else:
        types.setdefault(place, set()).add(_TYPES[type(value)])


def _load() -> tuple[tuple[Told, ...], Mapping[str, Mapping[str, str]]]:
    words = JsonValue(tomllib.loads(WORDS.read_text()))
    documents = tuple(
        Told(
            name=item.field("name").text(),
            kind=item.field("kind").text(),
            title=item.field("title").text(),
            about=item.field("about").text(),
            members={name: means.text() for name, means in item.field("members").members()},
        )
        for item in words.field("document").items()
    )
    shapes = {
        name: {member: means.text() for member, means in shape.members()}
        for name, shape in words.field("shape").members()
    }
    return documents, shapes
