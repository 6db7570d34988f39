"""Where the next key of a log is: in a file that is made here, or wherever a URI says."""

from assay.core.errors import UsageError
from assay.operations.home import Home
from assay.operations.signersettings import absolute_uri
from assay.operations.signingkeys import open_signing_key
from assay.signing.keyfile import create_key_file
from assay.signing.keys import Signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.signeruri import uri_of_path
from assay.signing.spki import ED25519
from assay.signing.trust import TrustRoot


def make_new_log_key(home: Home, before: TrustRoot, uri: str) -> Signer:
    """Return the key at `uri`, or that of the file in which the next key of the log is looked for.

    The file is made where it is not there yet; from a change that came to nothing, it may be.

    Raises:
        UsageError: It cannot be opened.
        UnavailableError: It cannot be written.
    """
    path = home.later_log_key(before.log_origin, len(before.earlier_log_keys) + 2)
    if uri:
        return open_signing_key(absolute_uri(uri))
    if path.exists():
        return open_signing_key(uri_of_path(path.absolute()))
    return create_key_file(path, algorithm=ED25519)


def open_new_log_key(home: Home, after: TrustRoot, uri: str) -> Signer:
    """Return the key that the version `after` names for its log.

    Raises:
        UsageError: It is not here, or what is here is another one.
    """
    path = home.later_log_key(after.log_origin, len(after.earlier_log_keys) + 1)
    if not uri and not path.exists():
        raise UsageError(
            "the log's new key is not here", where=str(path), hint="name it with --log-signer"
        )
    signer = open_signing_key(absolute_uri(uri) if uri else uri_of_path(path.absolute()))
    if after.log_key != render_note_key(note_key(after.log_origin, signer.public)):
        raise UsageError(
            "another key than the change names for the log",
            where=uri or str(path),
            hint="name the right one with --log-signer",
        )
    return signer
