"""Lines of text, bounded, for the formats that are neither JSON, TOML nor YAML."""

import codecs
from typing import Final

from assay.core.errors import MalformedError

MAX_TEXT_BYTES: Final = 64 * 2**20  # above any lock file that we have seen; bounds memory
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_lines(data: bytes) -> list[str]:
    r"""Return the lines of UTF-8 text, or of UTF-16 with its mark, without their ends.

    A line ends at `\n` or `\r\n` only: other characters that Unicode calls line ends stay inside,
    or two readers could count differently.

    Raises:
        MalformedError: Over `MAX_TEXT_BYTES` bytes, or not such text.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_TEXT_BYTES} are read")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        text = data.decode(encoding)
    except ValueError as error:
        raise MalformedError(f"not text: {error}") from error
    return [line.removesuffix("\r") for line in text.split("\n")]
