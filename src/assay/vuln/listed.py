"""Files that a list names by digest: the list is read strictly, and what it names is compared."""

from pathlib import Path
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, TamperedError, UnavailableError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.system.files import load_file

MAX_LIST_BYTES: Final = 2**20
AGAIN: Final = "import or update them again"


def load_list(path: Path, *, schema: str) -> tuple[JsonValue, ...]:
    """Return the items of the list at `path`; none where there is no list yet.

    Raises:
        MalformedError: It is not of this schema.
        UnavailableError: It cannot be read.
    """
    try:
        data = load_file(path, max_bytes=MAX_LIST_BYTES)
    except UsageError:
        return ()
    with inside(str(path)):
        value = JsonValue(parse_json(data, max_bytes=MAX_LIST_BYTES))
        if value.field("schema").text() != schema:
            raise MalformedError(f"no {schema}", where="schema", hint="import the data again")
        return tuple(
            JsonValue(item.value, f"{path}.{item.where}") for item in value.field("feeds").items()
        )


def load_content(path: Path, *, digest: Digest, what: str, max_bytes: int) -> bytes:
    """Return what is at `path`, which must be what was saved; `what` names it, in the plural.

    Raises:
        TamperedError: It is not what was saved.
        UnavailableError: It is gone, or cannot be read.
    """
    try:
        content = load_file(path, max_bytes=max_bytes)
    except UsageError as error:
        raise UnavailableError(f"{what} are gone", where=str(path), hint=AGAIN) from error
    if sha256_of(content) != digest:
        raise TamperedError(f"{what} are not those that were imported", where=str(path), hint=AGAIN)
    return content
