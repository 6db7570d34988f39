"""`assay.toml` of the commit that is looked at."""

from urllib.parse import quote

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.operations.configuration import (
    FILE_NAME,
    MAX_BYTES,
    Configuration,
    parse_configuration,
)
from assay.source.entries import EntryKind, TreeEntry
from assay.source.repository import Repository
from assay.source.submodules import strip_credentials
from assay.source.tree import load_blob


def load_configuration(repository: Repository, entries: tuple[TreeEntry, ...]) -> Configuration:
    """Read `assay.toml` from the commit; a commit without one has the defaults.

    Raises:
        UsageError: It is no regular file, too long, or says what it cannot say.
    """
    found = next((e for e in entries if e.path.partition("/")[0] == FILE_NAME), None)
    if found is None:
        return Configuration()
    if found.path != FILE_NAME or found.kind is not EntryKind.FILE:
        raise UsageError("not a regular file in the commit", where=FILE_NAME)
    if found.size is not None and found.size > MAX_BYTES:
        raise UsageError(f"{found.size} bytes, where at most {MAX_BYTES} are read", where=FILE_NAME)
    return parse_configuration(load_blob(repository, found.oid, max_bytes=MAX_BYTES))


def product_name(repository: Repository, configuration: Configuration) -> str:
    """Return what statements call the product: as configured, else as its folder is called."""
    return printable(configuration.name or repository.top.name)


def resource_uri(repository: Repository, configuration: Configuration) -> str:
    """Return in whose name the commit is checked: as configured, else the remote, else the name.

    A path of this machine would tell a reader nothing, and something about the machine.
    """
    remotes = dict(reversed(repository.remotes))
    remote = remotes.get("origin") or next(iter(remotes.values()), "")
    if "://" in remote and not remote.startswith("file:"):
        return configuration.uri or strip_credentials(remote)
    name = product_name(repository, configuration)
    return configuration.uri or f"urn:assay:product:{quote(name)}"
