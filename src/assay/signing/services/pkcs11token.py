"""A PKCS #11 token: found, opened, and opened again when it was pulled out and put back.

* A wrong PIN is told and not tried again: three of them lock most tokens. Where one more would
  lock it, none is tried at all.
* A session belongs to one thread at a time.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from assay.core.errors import UnavailableError, UsageError
from assay.core.secret import Secret
from assay.signing.services.pkcs11uri import Pkcs11Uri
from assay.signing.signeruri import SignerUri

if TYPE_CHECKING:
    from pkcs11 import PrivateKey, Session, Token

Answer = TypeVar("Answer")

# The names of errors, because the classes come from a library that may not be there.
_LOST: Final = frozenset(
    {
        "DeviceRemoved",
        "KeyHandleInvalid",
        "ObjectHandleInvalid",
        "SessionClosed",
        "SessionHandleInvalid",
        "TokenNotPresent",
        "UserNotLoggedIn",
    }
)
_PIN_FAULTS: Final = frozenset({"PinIncorrect", "PinInvalid", "PinLenRange"})
_PIN_HINT: Final = "it is not tried again, since that locks the token"


class OpenToken:
    """A private key on a token with a session on it.

    `find` finds the key in a session; `pin` is called when somebody has to log in, and only then.
    """

    def __init__(
        self,
        uri: SignerUri,
        wanted: Pkcs11Uri,
        *,
        module: str,
        pin: Callable[[], Secret],
        find: Callable[["Session"], "PrivateKey"],
    ) -> None:
        self._uri = uri
        self._wanted = wanted
        self._module = module
        self._pin = pin
        self._find = find
        self._refused = False
        self._lock = threading.Lock()
        self._opened: tuple[Session, PrivateKey] | None = None

    def use(self, work: Callable[["Session", "PrivateKey"], Answer]) -> Answer:
        """Return what `work` does with the key; done once more, if the session was lost.

        Raises:
            UsageError: The token, the key or the PIN is not the right one.
            UnavailableError: The token has gone, or fails.
        """
        import pkcs11  # noqa: PLC0415  # an extra; here already, if there is a token

        with self._lock, told(self._uri):
            try:
                return work(*self._ready())
            except pkcs11.PKCS11Error as error:
                if type(error).__name__ not in _LOST:
                    raise
                self._opened = None  # its handle may soon be that of another session
                return work(*self._ready())

    def _ready(self) -> tuple["Session", "PrivateKey"]:
        if self._opened is None:
            session = self._open()
            self._opened = session, self._find(session)
        return self._opened

    def _open(self) -> "Session":
        import pkcs11  # noqa: PLC0415  # as above

        if self._refused:
            raise UsageError("the PIN was wrong", where=self._uri.where, hint=_PIN_HINT)
        token = self._token()
        if not token.flags & pkcs11.TokenFlag.LOGIN_REQUIRED:
            return token.open()
        check_tries(token.flags, self._uri)
        pad = token.flags & pkcs11.TokenFlag.PROTECTED_AUTHENTICATION_PATH
        try:
            return token.open(user_pin=pkcs11.PROTECTED_AUTH if pad else self._pin().reveal())
        except pkcs11.UserAlreadyLoggedIn:  # by another signer of this process: no PIN is needed
            return token.open()
        except pkcs11.PKCS11Error as error:
            if type(error).__name__ in _PIN_FAULTS:
                self._refused = True
                raise UsageError("a wrong PIN", where=self._uri.where, hint=_PIN_HINT) from None
            raise

    def _token(self) -> "Token":
        import pkcs11  # noqa: PLC0415  # as above

        library = pkcs11.lib(self._module)
        found = [
            token
            for slot in library.get_slots(token_present=True)
            if (token := slot.get_token()).flags & pkcs11.TokenFlag.TOKEN_INITIALIZED
            and _fits(token, self._wanted)
        ]
        if len(found) != 1:
            raise UsageError(
                f"{len(found)} tokens fit, where 1 is needed",
                where=self._uri.where,
                hint="name it: token=… or serial=…",
            )
        return found[0]


def check_tries(flags: int, uri: SignerUri) -> None:
    """Refuse to log in to a token with these flags, if that cannot help or could lock it.

    Raises:
        UsageError: It is locked, or one more wrong PIN would lock it.
    """
    import pkcs11  # noqa: PLC0415  # as above

    if flags & pkcs11.TokenFlag.USER_PIN_LOCKED:
        hint = "its security officer unlocks it"
        raise UsageError("the token is locked", where=uri.where, hint=hint)
    if flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
        hint = "log in with the token's own tool first"
        raise UsageError("one more wrong PIN would lock the token", where=uri.where, hint=hint)


@contextmanager
def told(uri: SignerUri) -> Iterator[None]:
    """Make errors of the library ours. Their texts are left out: only their kinds are known."""
    import pkcs11  # noqa: PLC0415  # an extra; here already, if there is a token

    try:
        yield
    except pkcs11.PKCS11Error as error:
        kind = type(error).__name__
        if kind == "PinLocked":
            raise UsageError("the token is locked", where=uri.where) from error
        if kind == "PKCS11Error":  # the one that says something: about loading the module
            raise UsageError("the PKCS #11 module does not work", where=uri.where) from error
        raise UnavailableError(f"the token fails: {kind}", where=uri.where) from error


def _fits(token: "Token", wanted: Pkcs11Uri) -> bool:
    slot = token.slot
    there = {
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "model": token.model,
        "serial": token.serial.decode(errors="replace"),
        "slot-description": slot.slot_description,
        "slot-manufacturer": slot.manufacturer_id,
    }
    if wanted.slot is not None and wanted.slot != slot.slot_id:
        return False
    return all(there[name].rstrip("\0 ") == value for name, value in wanted.texts if name in there)
