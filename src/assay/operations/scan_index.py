"""Searching the index for secrets, as a hook does before each commit.

`assay.toml` and the settings of other scanners are read from the index too: they are what the
commit will have. Nothing has to be set up: the identity key is made where there is none, for what
is kept from one run to the next is sealed with it.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from assay.operations.identitykey import installation_key
from assay.scan.secrets.foreign import FILES, MAX_FOREIGN_BYTES, read_foreign
from assay.scan.secrets.report import Exclusion
from assay.scan.secrets.staged import StagedScan, scan_staged
from assay.source.git import GitPlace
from assay.source.reader import open_reader
from assay.source.repository import open_place
from assay.source.staged import Staged, list_index, list_staged
from assay.system.environment import cache_home

CONFIGURATION: Final = "assay.toml"
_SETTINGS: Final = (CONFIGURATION, *FILES)


def scan_index(path: Path, *, index_file: Path | None, at: datetime) -> StagedScan:
    """Search what is staged in the repository that `path` is, or lies in.

    `index_file` is what Git told a hook in `GIT_INDEX_FILE`, or None for the repository's own
    index: `git commit FILE` and `git commit --all` make one of their own.

    Raises:
        UsageError: No repository, or one without an index; `assay.toml` is not well formed.
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    place = open_place(path)
    staged = list_staged(place, index_file=index_file)
    return scan_listed(place, staged, index_file=index_file, at=at)


def scan_listed(
    place: GitPlace, staged: Staged, *, index_file: Path | None, at: datetime
) -> StagedScan:
    """Search the contents that `staged` lists, with the settings of the index.

    Raises:
        UsageError: `assay.toml` is not well formed.
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    settings = _load_settings(place, index_file)
    key, kept = installation_key()
    return scan_staged(
        place,
        staged,
        identity_key=key,
        at=at,
        excluded=_exclusions(settings),
        foreign=read_foreign({name: settings[name] for name in FILES if name in settings}),
        cache=cache_home() if kept else None,
    )


def _exclusions(settings: dict[str, bytes]) -> tuple[Exclusion, ...]:
    if CONFIGURATION not in settings:
        return ()
    from assay.operations.configuration import (  # noqa: PLC0415  # it knows every gate
        parse_configuration,
    )

    return parse_configuration(settings[CONFIGURATION]).exclusions


def _load_settings(place: GitPlace, index_file: Path | None) -> dict[str, bytes]:
    """Load the settings in the index, by their names."""
    oids = list_index(place, _SETTINGS, index_file=index_file)
    if not oids:
        return {}
    with open_reader(place) as reader:
        return {
            name: reader.read(oid, kind="blob", max_bytes=MAX_FOREIGN_BYTES)
            for name, oid in oids.items()
        }
