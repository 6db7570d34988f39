"""The numbers of documents and statements, bounded: a larger one could not be written again."""

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import MAX_INTEGER


def version_number(value: JsonValue | None) -> int:
    """Return a version, 1 where there is none; OpenVEX 0.0 writes it as text.

    Raises:
        MalformedError: It is no whole number from 1 on, or too large.
    """
    if value is None:
        return 1
    text = value.value if isinstance(value.value, str) else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else value.integer()
    if not 1 <= number <= MAX_INTEGER:
        raise MalformedError(f"{number} is no version of a document", where=value.where)
    return number
