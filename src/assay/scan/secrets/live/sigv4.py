"""Signing a request to AWS (Signature Version 4), pure: the time is an argument."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKey:
    """An access key."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsScope:
    """Where a signature holds."""

    region: str
    service: str


def sign_post(
    url: str, body: bytes, *, key: AwsKey, scope: AwsScope, at: datetime
) -> Mapping[str, str]:
    """Return the headers of a POST of a form to `url`, a URL without a query."""
    parts = urlsplit(url)
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    signed = {
        "content-type": "application/x-www-form-urlencoded",
        "host": parts.netloc,
        "x-amz-date": moment,
    }
    request = "\n".join(
        (
            "POST",
            parts.path or "/",
            "",
            *(f"{name}:{value}" for name, value in signed.items()),
            "",
            ";".join(signed),
            hashlib.sha256(body).hexdigest(),
        )
    )
    place = f"{at:%Y%m%d}/{scope.region}/{scope.service}/aws4_request"
    text = "\n".join((_ALGORITHM, moment, place, hashlib.sha256(request.encode()).hexdigest()))
    signing = f"AWS4{key.secret}".encode()
    for part in place.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": signed["content-type"],
        "X-Amz-Date": moment,
        "Authorization": f"{_ALGORITHM} Credential={key.id}/{place}, "
        f"SignedHeaders={';'.join(signed)}, Signature={signature}",
    }
