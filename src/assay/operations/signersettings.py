"""Which signer signs statements and which the log: `config.toml` in the home, or the environment.

```toml
[signers]
statements = "awskms:alias/assay"
log = "pkcs11:token=assay;object=log?module-path=/usr/lib/softhsm/libsofthsm2.so"
```

The environment (`ASSAY_SIGNER`, `ASSAY_LOG_SIGNER`) comes before the file, and the file before the
two key files that `assay init` makes. Nothing of this is read from a repository.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UsageError, inside
from assay.core.stricttoml import parse_toml
from assay.signing.signeruri import parse_signer_uri, path_of, uri_of_path
from assay.system.environment import get_variable
from assay.system.files import load_file, save_file

STATEMENTS: Final = "statements"
LOG: Final = "log"
VARIABLES: Final = {STATEMENTS: "ASSAY_SIGNER", LOG: "ASSAY_LOG_SIGNER"}
MAX_SETTINGS_BYTES: Final = 64 * 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerChoice:
    """One signer, and who chose it: a variable, the file, or the default."""

    role: str
    uri: str
    chosen_by: str

    @property
    def default(self) -> bool:
        """Tell whether it is the key file that `assay init` makes."""
        return self.chosen_by == "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerChoices:
    """Both signers that recording needs."""

    statements: SignerChoice
    log: SignerChoice


def load_choices(settings: Path, *, statements: Path, log: Path) -> SignerChoices:
    """Return the signers that are configured; `statements` and `log` are the default key files.

    Raises:
        UsageError: A configured key is in a file that is named by a relative path.
        MalformedError: The file of settings is not as described above.
    """
    written = _load(settings)
    return SignerChoices(
        statements=_choice(STATEMENTS, written, settings, statements),
        log=_choice(LOG, written, settings, log),
    )


def save_choices(settings: Path, uris: dict[str, str]) -> None:
    """Write the settings file with the signers `uris`, by role.

    Raises:
        UsageError: There is a file already, which says otherwise: it is the user's.
        UnavailableError: It cannot be written.
    """
    written = _load(settings)
    if all(written.get(role) == uri for role, uri in uris.items()):
        return
    if settings.exists():
        raise UsageError(
            "other signers are configured already", where=str(settings), hint="edit that file"
        )
    lines = [f"{role} = {_quoted(uri)}" for role, uri in uris.items()]
    save_file(settings, "\n".join(["[signers]", *lines, ""]).encode())


def absolute_uri(uri: str) -> str:
    """Return `uri` so that it means the same in every folder."""
    parsed = parse_signer_uri(uri)
    if parsed.kind != "file":
        return uri
    query = f"?{parsed.query}" if parsed.query else ""
    return uri_of_path(path_of(parsed).absolute()) + query


def _choice(role: str, written: dict[str, str], settings: Path, default: Path) -> SignerChoice:
    variable = VARIABLES[role]
    if uri := get_variable(variable):
        return SignerChoice(role=role, uri=_fixed(uri, f"${variable}"), chosen_by=f"${variable}")
    if uri := written.get(role, ""):
        where = f"{settings}.signers.{role}"
        return SignerChoice(role=role, uri=_fixed(uri, where), chosen_by=str(settings))
    return SignerChoice(role=role, uri=uri_of_path(default.absolute()), chosen_by="default")


def _fixed(uri: str, where: str) -> str:
    """Refuse a relative path: in the folder under test it would be a key from there."""
    parsed = parse_signer_uri(uri)
    if parsed.kind == "file" and not path_of(parsed).is_absolute():
        raise UsageError("a key file by a relative path", where=where, hint="write the whole path")
    return uri


def _load(settings: Path) -> dict[str, str]:
    if not settings.exists():
        return {}
    with inside(str(settings)):
        document = parse_toml(load_file(settings, max_bytes=MAX_SETTINGS_BYTES))
        found = dict[str, str]()
        for table, value in document.members():
            if table != "signers":
                raise MalformedError(f"unknown table {table!r}", where=value.where)
            for name, member in value.members():
                if name not in VARIABLES:
                    raise MalformedError(f"unknown signer {name!r}", where=member.where)
                found[name] = member.text()
        return found


def _quoted(text: str) -> str:
    """Return a basic string of TOML; a URI has no characters that need more."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
