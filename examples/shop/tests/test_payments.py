"""Tests of the payment call-backs."""

import hmac

from app.payments import is_genuine


def test_a_forged_call_back_is_refused() -> None:
    """A signature by another key is not taken."""
    key, body = b"k" * 32, b'{"order": 7, "paid": true}'
    good = hmac.new(key, body, "sha256").hexdigest()
    assert is_genuine(body, good, key)
    assert not is_genuine(body, good, b"x" * 32)
