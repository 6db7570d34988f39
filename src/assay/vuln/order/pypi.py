"""The order of Python's versions (PEP 440, now the version specifiers specification)."""

import re
from typing import Final

from packaging.version import InvalidVersion, Version

from assay.vuln.order.keys import Part, VersionKey, ranked, without_trailing_zeros

_PLAIN: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})*\Z", re.ASCII)


def pypi_key(text: str) -> VersionKey | None:
    """Order as packaging does; versions of numbers alone, nearly all, are read without it."""
    if _PLAIN.match(text):
        release = without_trailing_zeros(tuple(map(int, text.split("."))))
        return ((0,), release, (2,), (0,), (1,), ())
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return (
        (version.epoch,),
        without_trailing_zeros(version.release),
        _pre_release(version),
        (0,) if version.post is None else (1, version.post),
        (1,) if version.dev is None else (0, version.dev),
        ranked(version.local, number=1, word=0) if version.local else (),
    )


def _pre_release(version: Version) -> Part:
    if version.pre is not None:
        return (1, *version.pre)
    if version.post is None and version.dev is not None:
        return (0,)  # 1.0.dev1 comes before 1.0a1
    return (2,)
