"""What every store of blobs must do, wherever it keeps them."""

from collections.abc import Callable

import pytest

from assay.core.digest import Digest, sha256_of
from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.evidence.storage.blobs import MAX_BLOB_BYTES, BlobStore

Damage = Callable[[Digest, bytes], None]
"""Puts other bytes in the place of a blob, past the store."""


class BlobContract:
    """Tests that are run with the fixtures `blobs` and `damage` of each kind of store."""

    @pytest.mark.parametrize("data", [b"", b"envelope", bytes(range(256)) * 300])
    def test_what_is_put_is_got(self, blobs: BlobStore, data: bytes) -> None:
        digest = blobs.put(data)
        assert digest == sha256_of(data)
        assert blobs.get(digest) == data

    def test_put_twice(self, blobs: BlobStore) -> None:
        assert blobs.put(b"one") == blobs.put(b"one")
        assert blobs.get(sha256_of(b"one")) == b"one"

    def test_absent(self, blobs: BlobStore) -> None:
        digest = sha256_of(b"never put")
        with pytest.raises(UnavailableError) as caught:
            blobs.get(digest)
        assert str(caught.value) == (
            f"[unavailable] no blob {digest}, at {blobs.location} "
            "(restore it from a backup of the log)"
        )

    @pytest.mark.parametrize("other", [b"", b"other", b"envelopf"])
    def test_damaged(self, blobs: BlobStore, damage: Damage, other: bytes) -> None:
        digest = blobs.put(b"envelope")
        damage(digest, other)
        with pytest.raises(TamperedError) as caught:
            blobs.get(digest)
        assert str(caught.value) == (
            f"[tampered] the blob {digest} holds other bytes, at {blobs.location}"
        )

    def test_put_again_mends(self, blobs: BlobStore, damage: Damage) -> None:
        digest = blobs.put(b"envelope")
        damage(digest, b"damaged!")
        blobs.put(b"envelope")
        assert blobs.get(digest) == b"envelope"

    def test_another_algorithm(self, blobs: BlobStore) -> None:
        with pytest.raises(UsageError) as caught:
            blobs.get(Digest("gitCommit", "c0" * 20))
        assert str(caught.value) == "[usage] a blob under 'gitCommit', where sha256 names it"

    def test_too_large(self, blobs: BlobStore) -> None:
        with pytest.raises(UsageError) as caught:
            blobs.put(bytes(MAX_BLOB_BYTES + 1))
        assert str(caught.value) == (
            f"[usage] {MAX_BLOB_BYTES + 1} bytes, where a blob has at most {MAX_BLOB_BYTES}"
        )
