"""A trust root in a file, and the witnesses that it names: all that a verifier without a log needs.

Apart from `home`, which knows all that is kept, so that `assay verify` loads nothing of a store.
"""

from pathlib import Path

from assay.core.errors import inside
from assay.signing.notekey import NoteKey, parse_witness_key
from assay.signing.trust import MAX_TRUST_ROOT_BYTES, TrustRoot, parse_trust_root
from assay.system.files import load_file


def load_trust_file(path: Path) -> TrustRoot:
    """Read a trust root from a file.

    Raises:
        UsageError: There is no such file.
        MalformedError: It holds no trust root.
    """
    data = load_file(path, max_bytes=MAX_TRUST_ROOT_BYTES)
    with inside(str(path)):
        return parse_trust_root(data)


def witness_keys(trust: TrustRoot) -> tuple[NoteKey, ...]:
    """Return the keys of the witnesses that the trust root names."""
    return tuple(map(parse_witness_key, trust.witnesses))
