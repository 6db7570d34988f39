"""`env:NAME`: a private key in PEM in an environment variable, as CI systems hand out secrets."""

import re
from typing import Final

from assay.core.errors import UsageError, inside
from assay.signing.keys import Passphrase, Signer
from assay.signing.signeruri import SignerUri
from assay.system.environment import get_variable

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def open_variable(uri: SignerUri, *, passphrase: Passphrase | None) -> Signer:
    """Return the key in the variable that `uri` names.

    Raises:
        UsageError: No such variable, or its key is encrypted and `passphrase` does not open it.
        MalformedError: It holds no private key of a known algorithm.
    """
    from assay.signing import privatepem  # noqa: PLC0415  # slow to import, see keys.py

    uri.parameters()
    if not _NAME.fullmatch(uri.path):
        raise UsageError(f"{uri.path!r} is no name of a variable")
    pem = get_variable(uri.path)
    if not pem:
        raise UsageError(f"the variable {uri.path} is not set", hint="it is to hold a key in PEM")
    with inside(f"${uri.path}"):
        return privatepem.parse_private_pem(pem.encode(errors="replace"), passphrase=passphrase)
