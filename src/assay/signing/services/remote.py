"""A key that signs elsewhere, and what all of these have in common.

* Nothing that comes back is believed: a signature is verified with the public key before anybody
  gets it. A faulty token, or a key exchanged behind its name, is told and recorded nowhere.
* What a service says that is not what its documentation says makes it unavailable: the answer to
  "is this signed?" is then not no, but unknown.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError, RejectedError, UnavailableError
from assay.signing.keys import PublicKey
from assay.signing.signeruri import SignerUri

_HINT: Final = "was the key rotated or exchanged? else what keeps it is faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSigner:
    """A key elsewhere: `ask` returns what is there called the signature on a message."""

    public: PublicKey
    uri: SignerUri
    ask: Callable[[bytes], bytes] = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature on `message`, which `public` verifies.

        Raises:
            UsageError: The key is not there any more, or not for us; or it cannot sign this.
            UnavailableError: No answer, or one that is no signature.
        """
        with answering(self.uri):
            signature = self.ask(message)
        try:
            self.public.verify(message, signature)
        except RejectedError as error:
            raise UnavailableError(
                "what came back is no signature by this key", where=self.uri.where, hint=_HINT
            ) from error
        return signature


@contextmanager
def answering(uri: SignerUri) -> Iterator[None]:
    """Make an answer in another form than the documented one an `UnavailableError`."""
    try:
        yield
    except MalformedError as error:
        place = f" at {error.where}" if error.where else ""
        raise UnavailableError(
            f"an answer that is not understood: {error.what}{place}", where=uri.where
        ) from error
