"""The digest files that publishers put beside advisories: `x.json.sha256`, `x.json.sha512`.

They show damage on the way. Who changes a document can change the file beside it as well: whose it
is, a signature says.
"""

import hashlib
import hmac
import re
from typing import Final

from assay.core.errors import MalformedError, TamperedError

DIGEST_SUFFIXES: Final = (".sha256", ".sha512")
MAX_DIGEST_FILE_BYTES: Final = 64 * 2**10
_LINE: Final = re.compile(r"([0-9a-fA-F]+)(?:[ \t]+\*?(\S.*))?\Z")


def check_digest_file(content: bytes, data: bytes, *, name: str, suffix: str) -> None:
    """Refuse `data`, the file `name`, unless `content` is its digest as `sha256sum` writes it.

    `suffix` is one of `DIGEST_SUFFIXES`.

    Raises:
        MalformedError: There is no such line, or it is about another file.
        TamperedError: It is the digest of something else.
    """
    algorithm, where = suffix.removeprefix("."), f"{name}{suffix}"
    right = hashlib.new(algorithm, data).hexdigest()
    lines = content.decode(errors="replace").splitlines()
    match = _LINE.match(lines[0].strip()) if lines else None
    if match is None or len(match[1]) != len(right):
        raise MalformedError(f"no {algorithm} digest", where=where)
    about = (match[2] or name).replace("\\", "/").rpartition("/")[2]
    if about != name.rpartition("/")[2]:
        raise MalformedError(f"the digest of {about[:80]!r}", where=where)
    if not hmac.compare_digest(match[1].lower(), right):
        hint = "fetch both again; if that does not help, ask the publisher"
        raise TamperedError(f"the {algorithm} digest is of something else", where=where, hint=hint)
