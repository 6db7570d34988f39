"""Signers by URI: the one way from "where the key is" to something that signs.

* What signs elsewhere (a token, a service, an agent) is given nothing back unchecked: its signature
  is verified with the public key first. See `assay.signing.services`.
* A kind is imported when it is asked for; verifying needs none of this.
"""

from collections.abc import Callable, Mapping
from typing import Final

from assay.core.errors import UsageError
from assay.signing.keyfile import open_key_uri
from assay.signing.keys import Passphrase, Signer
from assay.signing.signeruri import SignerUri, parse_signer_uri

_Open = Callable[[SignerUri, Passphrase | None], Signer]


def open_signer(uri: str, *, passphrase: Passphrase | None) -> Signer:
    """Return the signer that `uri` names: `kind:…`, or the path of a file.

    `passphrase` is called where a key or a token asks for one and none is configured; None where
    nobody can be asked.

    Raises:
        UsageError: The URI is of no known kind, or wrong; or the key is not there, or not for us.
        MalformedError: What is there is no key of a known algorithm.
        UnavailableError: It does not answer.
    """
    parsed = parse_signer_uri(uri)
    opener = KINDS.get(parsed.kind)
    if opener is None:
        raise UsageError(
            f"no kind of signer {parsed.kind!r}", hint=f"one of: {', '.join(KINDS)}, or a path"
        )
    return opener(parsed, passphrase)


def _file(uri: SignerUri, passphrase: Passphrase | None) -> Signer:
    return open_key_uri(uri, passphrase=passphrase)


def _environment(uri: SignerUri, passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.environment import open_variable  # noqa: PLC0415  # by need

    return open_variable(uri, passphrase=passphrase)


def _pkcs11(uri: SignerUri, passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.pkcs11 import open_pkcs11  # noqa: PLC0415  # by need

    return open_pkcs11(uri, passphrase=passphrase)


def _hashivault(uri: SignerUri, _passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.hashivault import open_transit  # noqa: PLC0415  # by need

    return open_transit(uri)


def _awskms(uri: SignerUri, _passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.awskms import open_aws  # noqa: PLC0415  # by need

    return open_aws(uri)


def _gcpkms(uri: SignerUri, _passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.gcpkms import open_gcp  # noqa: PLC0415  # by need

    return open_gcp(uri)


def _azurekms(uri: SignerUri, _passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.azurekms import open_azure  # noqa: PLC0415  # by need

    return open_azure(uri)


def _ssh_agent(uri: SignerUri, _passphrase: Passphrase | None) -> Signer:
    from assay.signing.services.sshagent import open_agent_key  # noqa: PLC0415  # by need

    return open_agent_key(uri)


KINDS: Final[Mapping[str, _Open]] = {
    "file": _file,
    "env": _environment,
    "pkcs11": _pkcs11,
    "hashivault": _hashivault,
    "awskms": _awskms,
    "gcpkms": _gcpkms,
    "azurekms": _azurekms,
    "ssh-agent": _ssh_agent,
}
