"""Files that people keep with one thing on each line: addresses of witnesses, keys of logs."""

from pathlib import Path

from assay.system.files import load_file


def load_lines(path: Path, *, max_bytes: int) -> tuple[str, ...]:
    """Return the lines that say something; a line that begins with `#` says it to people only.

    Where there is no file there are none.

    Raises:
        UsageError: It is no file.
        UnavailableError: It cannot be read, or is larger than `max_bytes`.
    """
    if not path.exists():
        return ()
    text = load_file(path, max_bytes=max_bytes).decode("utf-8", "replace")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
