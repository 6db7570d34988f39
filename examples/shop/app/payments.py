"""Receives the payment provider's call-backs."""

import hmac


def is_genuine(body: bytes, signature: str, key: bytes) -> bool:
    """Tell whether the provider signed this call-back."""
    return hmac.compare_digest(hmac.new(key, body, "sha256").hexdigest(), signature)
