"""How a person names an entry of the log: by its number, or by the digest of its envelope."""

from typing import Final

from assay.core.digest import parse_digest
from assay.core.errors import AssayError, UsageError
from assay.operations.ledger import Ledger

_MAX_DIGITS: Final = 18  # more entries than any log can have
_MAX_SHOWN: Final = 80  # characters: a digest has fewer


def named_entry(ledger: Ledger, name: str) -> int:
    """Return the index of the entry that `name` names.

    Raises:
        UsageError: It names none.
        TamperedError: The entry is not the one that was recorded there.
    """
    store = ledger.store
    if name.isascii() and name.isdigit() and len(name) <= _MAX_DIGITS:
        return store.entry(int(name)).index
    try:
        digest = parse_digest(name)
    except AssayError as error:
        shown = name if len(name) <= _MAX_SHOWN else f"{name[: _MAX_SHOWN - 1]}…"
        raise UsageError(f"{shown!r} is no index and no digest", hint="assay log list") from error
    if (found := ledger.find(digest)) is not None:
        return found.index
    about = [str(e.index) for e in store.entries(log_key=ledger.log_key, subject=digest)]
    hint = f"entries about it: {', '.join(about)}" if about else "assay log list"
    raise UsageError(f"no envelope {name} in the log", where=store.place, hint=hint)
