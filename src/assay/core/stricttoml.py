"""TOML 1.0, bounded, as the value that everything else narrows.

`tomli` is what `tomllib` was made of, compiled: the same documents, the same refusals, in half of
the time.
"""

from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

MAX_TOML_BYTES: Final = 64 * 2**20  # above any lock file that we have seen; bounds memory


def parse_toml(data: bytes, *, max_bytes: int = MAX_TOML_BYTES) -> JsonValue:
    """Return the document in `data`.

    Raises:
        MalformedError: Over `max_bytes` bytes, not UTF-8, not TOML, or nested too deeply.
    """
    import tomli  # noqa: PLC0415  # few commands read TOML, and all of them start

    if len(data) > max_bytes:
        raise MalformedError(f"{len(data)} bytes, where at most {max_bytes} are read")
    try:
        return JsonValue(tomli.loads(data.decode()))
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not TOML: {error}") from error
