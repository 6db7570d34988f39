"""Every field of an accepted bundle, changed: refused, or it was one that nobody signs.

sigstore-python is the oracle: what it refuses is never accepted here.
"""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, cast

import pytest

from assay.core.errors import AssayError
from tests.evidence.sigstore import oracle
from tests.evidence.sigstore.case import (
    Case,
    at,
    dsse_v2,
    keyless_v1,
    keyless_v2,
    managed,
    statement_v1,
    statement_v2,
)

Path = tuple[str | int, ...]

BUNDLES: Final[dict[str, Callable[[], Case]]] = {
    "artifact-v1": keyless_v1,
    "artifact-v2": keyless_v2,
    "dsse": statement_v1,
    "intoto": lambda: statement_v1("intoto"),
    "statement-v2": statement_v2,
    "dsse-v2": dsse_v2,
    "key": managed,
}
UNSIGNED: Final = frozenset({"hint"})  # it may help to find the key, and is compared with nothing


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, cast("str", value)


def with_leaf(case: Case, path: Path, value: object) -> Case:
    bundle = copy.deepcopy(case.bundle)
    cast("dict[str | int, object]", at(bundle, *path[:-1]))[path[-1]] = value
    return replace(case, bundle=bundle)


def changes(text: str) -> Iterator[str]:
    """Change a text at its start, in its middle and at its end, so that it stays of its form."""
    for place in sorted({0, len(text) // 2, max(0, len(text.rstrip("=\n")) - 2)}):
        character = text[place]
        other = "1" if character == "0" else "0" if character.isdigit() else "B"
        other = "C" if character == "B" else other
        yield text[:place] + other + text[place + 1 :]


def answer(case: Case) -> object:
    """Return all that the bundle proves, or None where it is refused."""
    try:
        found = case.verify()
    except AssayError:
        return None
    places = [(place.log, place.index, place.proven_in) for place in found.logged]
    return (found.payload, found.signed_by, found.times, places, found.subjects)


@pytest.mark.parametrize("make", BUNDLES.values(), ids=BUNDLES)
def test_each_field_counts(make: Callable[[], Case]) -> None:
    case = make()
    before = answer(case)
    assert before is not None
    accepted = set[Path]()
    for path, text in leaves(case.bundle):
        for changed in changes(text):
            found = answer(with_leaf(case, path, changed))
            if found is not None:
                assert found == before
                accepted.add(path)
    assert {path[-1] for path in accepted} <= UNSIGNED


@pytest.mark.parametrize("name", ["artifact-v2", "statement-v2"])
def test_each_byte_of_a_timestamp_counts_or_changes_nothing(name: str) -> None:
    """Of a token, only the copy of a certificate that the trusted root pins is signed by nobody."""
    case = BUNDLES[name]()
    path: Path = (
        *("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0),
        "signedTimestamp",
    )
    data = base64.b64decode(str(at(case.bundle, *path[:-1])["signedTimestamp"]))
    before = answer(case)
    for place in range(0, len(data), 7):
        changed = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
        found = answer(with_leaf(case, path, base64.b64encode(changed).decode()))
        assert found in (None, before), place


@pytest.mark.parametrize("name", ["artifact-v1", "artifact-v2", "dsse", "statement-v2"])
def test_what_the_oracle_refuses_is_refused(name: str) -> None:
    case = BUNDLES[name]()
    assert oracle.accepts(case)
    for path, text in leaves(case.bundle):
        for changed in changes(text):
            mutant = with_leaf(case, path, changed)
            if answer(mutant) is not None:
                assert oracle.accepts(mutant), path


def test_an_unknown_member_anywhere_is_refused() -> None:
    case = keyless_v2()
    holders = {path[:-1] for path, _ in leaves(case.bundle)}
    for holder in sorted(holders, key=str):
        target = at(case.bundle, *holder)
        if isinstance(target, dict):
            mutant = with_leaf(case, (*holder, "another"), "member")
            assert "unknown member 'another'" in mutant.refusal(), holder


def test_json_with_a_repeated_key_is_refused() -> None:
    from assay.evidence.sigstore.verify import verify_bundle  # noqa: PLC0415  # named once

    case = keyless_v1()
    data = b'{"mediaType":"x",' + json.dumps(case.bundle).encode()[1:]
    with pytest.raises(AssayError) as caught:
        verify_bundle(data, expected=case.expected, signer=case.signer, at=case.at)
    assert str(caught.value) == "[malformed] not strict JSON: repeated key 'mediaType'"
