"""The checksum."""

import pytest

from assay.signing.services.crc32c import crc32c

VECTORS = {  # RFC 3720, appendix B.4, and the usual check value
    b"": 0,
    b"123456789": 0xE3069283,
    b"\x00" * 32: 0x8A9136AA,
    b"\xff" * 32: 0x62A8AB43,
    bytes(range(32)): 0x46DD794E,
    bytes(reversed(range(32))): 0x113FDB5C,
}


@pytest.mark.parametrize(("data", "checksum"), VECTORS.items())
def test_vectors(data: bytes, checksum: int) -> None:
    assert crc32c(data) == checksum
