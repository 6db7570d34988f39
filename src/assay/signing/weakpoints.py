"""Ed25519 public keys that no honest key maker makes, and under which anybody can sign.

RFC 8032 decodes them. For a key of small order a signature can be written down, without a private
key, that holds for one message in eight or for all: its owner could sign, and say later that it
was somebody else. An encoding that is not the canonical one would give one key two key ids.
"""

from typing import Final

_PRIME: Final = 2**255 - 19
_SIGN: Final = 1 << 255
# The y of a point of order 8; its negative is that of the others. tests/signing recompute both.
_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})


def is_weak_point(raw: bytes) -> bool:
    """Tell whether the 32 bytes `raw` encode a point of small order, or one not canonically."""
    y = int.from_bytes(raw, "little") & (_SIGN - 1)
    return y >= _PRIME or y in _SMALL_ORDER
