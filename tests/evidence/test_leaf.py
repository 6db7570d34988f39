"""The one leaf that an entry has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import sha256_of
from assay.evidence.leaf import (
    MAX_LEAF_BYTES,
    envelope_leaf_hash,
    is_large,
    leaf_of,
    referenced,
)
from assay.evidence.merkle import leaf_hash

LARGE = b"{" + b"x" * MAX_LEAF_BYTES


def test_a_small_envelope_is_its_own_leaf() -> None:
    small = LARGE[:MAX_LEAF_BYTES]
    assert not is_large(small)
    assert leaf_of(small) is small
    assert referenced(small) is None
    assert envelope_leaf_hash(small) == leaf_hash(small)


def test_a_large_envelope_stands_by_reference() -> None:
    assert is_large(LARGE)
    leaf = leaf_of(LARGE)
    assert leaf == f"assay.blob/v1\n{sha256_of(LARGE)} 65536\n".encode()
    assert referenced(leaf) == sha256_of(LARGE)
    assert envelope_leaf_hash(LARGE) == leaf_hash(leaf)


@given(st.binary(max_size=200).filter(lambda data: not data.startswith(b"assay.blob/v1\n")))
def test_nothing_else_is_a_reference(data: bytes) -> None:
    assert referenced(data) is None


@pytest.mark.parametrize("change", [b"", b" ", b"\n", b"x"])
def test_a_reference_has_one_form(change: bytes) -> None:
    leaf = leaf_of(LARGE)
    assert referenced(change + leaf) == (None if change else sha256_of(LARGE))
    assert referenced(leaf + change) == (None if change else sha256_of(LARGE))
