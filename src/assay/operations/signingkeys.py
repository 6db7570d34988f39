"""Opening a signer for a person or a job: where its passphrase comes from, and who is asked."""

import os

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.signing.keys import Passphrase, Signer
from assay.signing.signers import open_signer
from assay.signing.signeruri import parse_signer_uri
from assay.system.environment import get_variable
from assay.system.terminal import ask_hidden, has_terminal

PASSPHRASE_VARIABLE = "ASSAY_KEY_PASSPHRASE"  # noqa: S105  # the name of one


def open_signing_key(uri: str, *, ask: bool = True) -> Signer:
    """Return the signer that `uri` names (see `assay.signing.signers.open_signer`).

    A passphrase is taken from what the URI names, else from `ASSAY_KEY_PASSPHRASE`, else, if `ask`,
    asked for where there is a terminal.
    """
    return open_signer(uri, passphrase=passphrase_for(uri, ask=ask))


def passphrase_for(uri: str, *, ask: bool = True) -> Passphrase | None:
    """Return what gets the passphrase of `uri`, or None where there is none and nobody to ask.

    The passphrase of key files is no PIN: tried as one, it would bring a token nearer to its lock.
    """
    parsed = parse_signer_uri(uri)
    value = get_variable(PASSPHRASE_VARIABLE)
    if value and parsed.kind != "pkcs11":
        return lambda: os.fsencode(value)
    if not (ask and has_terminal()):
        return None
    return lambda: os.fsencode(ask_hidden(f"Passphrase or PIN for {printable(str(parsed))}: "))


def new_passphrase() -> bytes:
    """Ask for a new passphrase, twice.

    Raises:
        UsageError: There is no terminal, the two differ, or there is none.
    """
    if not has_terminal():
        raise UsageError(
            "no terminal to ask for the new passphrase",
            hint="use --new-passphrase-file or --no-passphrase",
        )
    first = ask_hidden("New passphrase: ")
    if not first:
        raise UsageError("an empty passphrase", hint="--no-passphrase leaves the key in the clear")
    if first != ask_hidden("Once more: "):
        raise UsageError("the two passphrases differ")
    return os.fsencode(first)
