"""`assay key`: keys in files are made and re-encrypted, all keys are shown; private parts never."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import AssayError, UsageError
from assay.core.notchecked import NotChecked
from assay.operations.home import load_signer_choices, open_home
from assay.operations.signersettings import LOG, SignerChoice, absolute_uri
from assay.operations.signingkeys import new_passphrase, open_signing_key, passphrase_for
from assay.signing.algorithms import ALGORITHMS
from assay.signing.keyfile import change_passphrase, create_key_file, passphrase_file
from assay.signing.keys import PublicKey, Signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.signeruri import parse_signer_uri, uri_of_path


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShown:
    """The public half of a key, and where the key is."""

    signer: str
    public: PublicKey
    verifier_key: str  # in C2SP form, for logs; empty where no origin was named

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "signer": self.signer,
            "algorithm": self.public.algorithm,
            "keyId": self.public.key_id,
            "publicKey": self.public.pem.decode(),
            "verifierKey": self.verifier_key or None,
            "notChecked": [],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyListed:
    """A signer that is configured; its key where it could be opened without asking anybody."""

    choice: SignerChoice
    signer: str  # without what is secret
    public: PublicKey | None
    not_opened: str  # why not

    def as_json(self) -> dict[str, object]:
        """Return this signer as it stands in the list."""
        return {
            "role": self.choice.role,
            "signer": self.signer,
            "chosenBy": self.choice.chosen_by,
            "algorithm": None if self.public is None else self.public.algorithm,
            "keyId": None if self.public is None else self.public.key_id,
        }

    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return that the key was not looked at, where it was not."""
        if self.public is not None:
            return ()
        remedy = f"run: assay key show{' --log' if self.choice.role == LOG else ''}"
        what = f"the key for {'the log' if self.choice.role == LOG else 'statements'}"
        return (NotChecked(what=what, where=self.signer, why=self.not_opened, remedy=remedy),)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassphrase:
    """Where a new passphrase comes from: a file, nowhere (the key lies in the clear), or asked."""

    file: Path | None
    none: bool

    def get(self) -> bytes | None:
        """Return it, or None where the key is to lie in the clear.

        Raises:
            UsageError: Both are said, the file is not a private one, or there is nobody to ask.
        """
        if self.none and self.file is not None:
            raise UsageError("both a passphrase and none", hint="leave one out")
        if self.none:
            return None
        return new_passphrase() if self.file is None else passphrase_file(self.file)()


def create_key(path: Path, *, algorithm: str, new: NewPassphrase) -> KeyShown:
    """Make a key file.

    Raises:
        UsageError: It is there already, lies in a repository, the algorithm is unknown, or there
            is no passphrase.
        UnavailableError: It cannot be written.
    """
    if algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise UsageError(f"unknown algorithm {algorithm!r}", hint=f"one of: {known}")
    made = create_key_file(path, algorithm=algorithm, passphrase=new.get())
    return _shown(uri_of_path(path.absolute()), made, "")


def show_key(uri: str, *, log: bool, origin: str) -> KeyShown:
    """Open a key, and return its public half; without a URI that of a configured signer.

    Raises:
        UsageError: It is not there, or cannot be opened; or a log's key was asked for in C2SP form
            that is not Ed25519.
    """
    if uri and log:
        raise UsageError("both a signer and the one for the log", hint="leave one out")
    if not uri:
        choices = load_signer_choices(open_home())
        uri = (choices.log if log else choices.statements).uri
    uri = absolute_uri(uri)
    return _shown(uri, open_signing_key(uri), origin)


def list_keys() -> tuple[KeyListed, ...]:
    """Return the two signers that are configured. Nobody is asked for a passphrase."""
    choices = load_signer_choices(open_home())
    return tuple(_listed(choice) for choice in (choices.statements, choices.log))


def change_key_passphrase(path: Path, *, new: NewPassphrase) -> KeyShown:
    """Encrypt a key file with another passphrase, or take it away.

    Raises:
        UsageError: It cannot be opened, or there is no new passphrase.
        UnavailableError: It cannot be read or written; it is as it was.
    """
    uri = uri_of_path(path.absolute())
    signer = change_passphrase(path, old=passphrase_for(uri), new=new.get)
    return _shown(uri, signer, "")


def _shown(uri: str, signer: Signer, origin: str) -> KeyShown:
    public = signer.public
    verifier = render_note_key(note_key(origin, public)) if origin else ""
    return KeyShown(signer=str(parse_signer_uri(uri)), public=public, verifier_key=verifier)


def _listed(choice: SignerChoice) -> KeyListed:
    public, why = None, ""
    try:
        public = open_signing_key(choice.uri, ask=False).public
    except AssayError as error:  # whatever it is: it is told, and the list goes on
        why = str(error)
    return KeyListed(
        choice=choice, signer=str(parse_signer_uri(choice.uri)), public=public, not_opened=why
    )
