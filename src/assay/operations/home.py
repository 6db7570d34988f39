"""Where Assay keeps what must not lie in the repository: keys, trust, anchors, advisories.

```
ASSAY_HOME (else the XDG data folder + "assay")
├── config.toml         which signers those are, where they are not the two key files below
├── keys/signer.pem     signs statements and verdicts
├── keys/log.pem        signs the checkpoints of the logs (Ed25519)
├── keys/<log>.2.pem    does so for one log since it got its second key; not there by default
├── keys/identity.key   keys the identities of secrets, so that they cannot be guessed back
├── trust/<log>.json    who may sign what, for the repository with that log
├── anchors/<log>.note  the newest checkpoint seen, outside the log it guards
├── locks/<log>.lock    held while one of the two above is moved forward
├── forks/<log>-….json  proofs that a log's key signed two histories; not there by default
├── witnesses           the addresses of witnesses, one on a line; not there by default
├── notify.toml         who is told of new advisories; not there by default
├── portfolio.sqlite    which product holds which component; made from the logs, and disposable
└── advisories/         the local mirror of advisories, KEV and EPSS
```
Beside the repository lies `.assay/log.sqlite`, the log itself, and `.assay/origin`, its name.
Whoever can write there still can sign nothing, and cannot roll the log back behind the anchor; a
false name finds another trust root, or none.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.errors import TamperedError, UsageError
from assay.evidence.storage.blobs import BlobStore, open_blob_store
from assay.evidence.storage.connecting import connect, place_of
from assay.evidence.store import LogStore, open_store
from assay.operations.identitykey import identity_key_file
from assay.operations.signersettings import SignerChoice, SignerChoices, load_choices
from assay.operations.signingkeys import open_signing_key
from assay.operations.trustfile import load_trust_file
from assay.signing.keys import Signer
from assay.signing.notekey import is_note_name
from assay.signing.signeruri import uri_of_path
from assay.signing.spki import ED25519
from assay.signing.trust import TrustRoot
from assay.source.repository import Repository
from assay.system.database import AbsentError
from assay.system.environment import data_home, get_variable
from assay.system.files import load_file, save_file

STATE_FOLDER: Final = ".assay"
LOG_FILE: Final = "log.sqlite"
ORIGIN_FILE: Final = "origin"
_MAX_ORIGIN_BYTES: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder outside all repositories."""

    folder: Path

    @property
    def settings(self) -> Path:
        """Return the path of the file that says which signers are used."""
        return self.folder / "config.toml"

    @property
    def signer_key(self) -> Path:
        """Return the path of the key that signs statements and verdicts, if none is configured."""
        return self.folder / "keys" / "signer.pem"

    @property
    def log_key(self) -> Path:
        """Return the path of the key that signs checkpoints, if none is configured."""
        return self.folder / "keys" / "log.pem"

    def later_log_key(self, origin: str, number: int) -> Path:
        """Return the path of the second key of the log `origin`, or of a later one, if it is here.

        Each log changes its key for itself; the first one is the same for all.
        """
        return self.folder / "keys" / f"{_file_name(origin)}.{number}.pem"

    @property
    def identity_key(self) -> Path:
        """Return the path of the key that the identities of secrets are made with."""
        return identity_key_file(self.folder)

    @property
    def advisories(self) -> Path:
        """Return the folder of the local mirror of advisories."""
        return self.folder / "advisories"

    def lost_anchor(self, origin: str, name: str) -> Path:
        """Return the path of a checkpoint that was seen, and whose entries are lost."""
        return self.folder / "anchors" / "lost" / f"{_file_name(origin)}-{name}.note"

    def fork(self, origin: str, name: str) -> Path:
        """Return the path of the proof that the log `origin` signed two histories."""
        return self.folder / "forks" / f"{_file_name(origin)}-{name}.json"

    @property
    def witnesses(self) -> Path:
        """Return the file of the addresses of witnesses, one on a line."""
        return self.folder / "witnesses"

    @property
    def notify(self) -> Path:
        """Return the file that says who is told of new advisories."""
        return self.folder / "notify.toml"

    def trust(self, origin: str) -> Path:
        """Return the path of the trust root for the log `origin`."""
        return self.folder / "trust" / f"{_file_name(origin)}.json"

    def lock(self, origin: str) -> Path:
        """Return the path of the lock under which trust root and anchor are written."""
        return self.folder / "locks" / f"{_file_name(origin)}.lock"

    def anchor(self, origin: str) -> Path:
        """Return the path of the newest checkpoint seen of the log `origin`."""
        return self.folder / "anchors" / f"{_file_name(origin)}.note"


def open_home() -> Home:
    """Return the home that the environment names."""
    return Home(folder=data_home())


def state_folder(repository: Repository) -> Path:
    """Return the folder of the log: beside the work tree, or inside a bare repository."""
    return repository.top / STATE_FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The two keys that an operation which records must have."""

    statements: Signer
    log: Signer


def load_signer_choices(home: Home) -> SignerChoices:
    """Return which signers are used, without opening them."""
    return load_choices(home.settings, statements=home.signer_key, log=home.log_key)


def load_signers(
    home: Home, choices: SignerChoices | None = None, *, trust: TrustRoot | None = None
) -> Signers:
    """Return the signers that are configured, or `choices`; for the log that `trust` is about.

    Raises:
        UsageError: There are none yet, they are not for us, or they cannot do this work.
        MalformedError: What is there is no key of a known algorithm.
        UnavailableError: One does not answer.
    """
    choices = choices or load_signer_choices(home)
    if trust is not None and choices.log.default:
        choices = _with_later_key(home, choices, trust)
    needed = {home.identity_key} | {
        path
        for choice, path in ((choices.statements, home.signer_key), (choices.log, home.log_key))
        if choice.default
    }
    for path in sorted(needed):
        if not path.exists():
            raise UsageError(f"no {path.stem} key", where=str(path), hint="run: assay init")
    statements, log = (open_signing_key(c.uri) for c in (choices.statements, choices.log))
    _check_log_signer(choices.log, log)
    if statements.public.key_id == log.public.key_id:
        raise UsageError(
            "one key for statements and the log",
            where=choices.log.chosen_by,
            hint="what signs tree heads must not be able to sign evidence",
        )
    return Signers(statements=statements, log=log)


def _with_later_key(home: Home, choices: SignerChoices, trust: TrustRoot) -> SignerChoices:
    """Return the choices, with the key that the log has by now where it had another before."""
    later = home.later_log_key(trust.log_origin, len(trust.earlier_log_keys) + 1)
    if not (trust.earlier_log_keys and later.exists()):
        return choices
    return replace(choices, log=replace(choices.log, uri=uri_of_path(later.absolute())))


def _check_log_signer(choice: SignerChoice, signer: Signer) -> None:
    """Refuse what cannot sign a checkpoint now, and not only after the work is done."""
    if choice.uri.startswith("ssh-agent:"):
        raise UsageError(
            "a key in the ssh-agent for the log, which signs statements only",
            where=choice.chosen_by,
        )
    if signer.public.algorithm != ED25519:
        raise UsageError(
            f"a log key of algorithm {signer.public.algorithm!r}",
            where=choice.chosen_by,
            hint="checkpoints are signed with ed25519",
        )


def log_location(repository: Repository) -> Path | str:
    """Return where the log is kept: at the URL in `ASSAY_DATABASE`, else beside the work tree."""
    return get_variable("ASSAY_DATABASE") or state_folder(repository) / LOG_FILE


def open_log(repository: Repository, home: Home, *, create: bool) -> LogStore:
    """Open the log of `repository`; its tables are made if `create` and there is nothing yet.

    Raises:
        UsageError: There is none yet, or its name is missing.
        TamperedError: Its files are not what Assay wrote, or the log has gone.
        UnavailableError: The database does not answer.
    """
    location, origin = log_location(repository), load_origin(repository)
    where = place_of(location)
    if not origin:
        raise _no_log(repository, where)
    seen = home.anchor(origin).exists()
    try:
        if create and seen:
            connect(location, origin=origin, create=False).close()  # it must be there
        return open_store(location, origin=origin, create=create, blobs=open_blobs())
    except AbsentError as error:
        if not seen:
            raise _no_log(repository, where) from error
        raise TamperedError(
            "the log has gone, of which entries were seen",
            where=where,
            hint=f"restore it; or set ASSAY_DATABASE, if it is in PostgreSQL; or remove "
            f"{state_folder(repository)} and begin a new one",
        ) from error


def open_blobs() -> BlobStore | None:
    """Return where large envelopes go, if `ASSAY_BLOBS` names a folder or an `s3://` URL.

    Raises:
        UsageError: Not such a URL, or what it needs is not installed or not set up.
    """
    location = get_variable("ASSAY_BLOBS")
    return open_blob_store(location) if location else None


def _no_log(repository: Repository, where: str) -> UsageError:
    hint = f"run: assay init {repository.top}"
    return UsageError("this repository has no log yet", where=where, hint=hint)


def save_origin(repository: Repository, origin: str) -> None:
    """Name the log of `repository`, and keep its folder out of Git."""
    folder = state_folder(repository)
    save_file(folder / ".gitignore", b"*\n")
    save_file(folder / ORIGIN_FILE, f"{origin}\n".encode())


def load_origin(repository: Repository) -> str:
    """Return the name of the log of `repository`, empty where there is no log.

    Raises:
        UsageError: There is a log, and its name is missing or cannot be one.
    """
    folder = state_folder(repository)
    path = folder / ORIGIN_FILE
    if not path.exists():
        if not (folder / LOG_FILE).exists():
            return ""
        hint = "it is the first line of the log's checkpoint, which is among the anchors"
        raise UsageError("the name of the log is missing", where=str(path), hint=hint)
    origin = load_file(path, max_bytes=_MAX_ORIGIN_BYTES).decode("ascii", "replace").strip()
    if not is_note_name(origin):
        raise UsageError(f"{origin!r} cannot name a log", where=str(path))
    return origin


def load_trust(home: Home, origin: str) -> TrustRoot:
    """Return the trust root for the log `origin`.

    Raises:
        UsageError: This home has none, since the log was made under another one; or what is
            there is for another log.
    """
    path = home.trust(origin)
    if not path.exists():
        raise UsageError(
            f"no trust root for the log {origin!r}",
            where=str(path),
            hint="set ASSAY_HOME to the folder that it was made with, or run: assay init",
        )
    root = load_trust_file(path)
    if root.log_origin != origin:
        raise UsageError(
            f"a trust root for the log {root.log_origin!r}, where {origin!r} is opened",
            where=str(path),
            hint="put back the trust root that assay init made",
        )
    return root


def _file_name(origin: str) -> str:
    """Return a file name for an origin; it comes from the store, so nothing in it is trusted."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", origin)[:128].lstrip(".") or "_"
