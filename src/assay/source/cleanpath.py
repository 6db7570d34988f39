"""Which names of a commit may become files: no way out of the folder, none into a `.git`.

What is refused here is legal in a Git tree, and was used against those who wrote it out: `..`,
an absolute name, `.git` in the forms that some file system takes for it (another case, its short
name, dots, spaces or a stream's name behind it, characters that HFS+ ignores), and backslashes,
which are separators elsewhere.
"""

import re
import unicodedata
from typing import Final

_SHORT_NAME: Final = re.compile(r"git~[0-9]+\Z")
# Ignored by HFS+ in names: joiners, direction marks, and the like.
_IGNORED: Final = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def path_fault(path: str) -> str:
    """Return why nothing may be written under this path, or an empty text where it may."""
    if not path or path.startswith("/"):
        return "an absolute or empty path"
    if "\0" in path:
        return "a NUL in the name"
    if "\\" in path:
        return "a backslash in the name, which separates folders on some systems"
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            return f"a part {part!r} in the path"
        if is_git_folder(part):
            return "a part that some system takes for .git"
    return ""


def is_git_folder(part: str) -> bool:
    """Tell whether some file system takes this name for `.git`."""
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", part)).casefold()
    plain = plain.partition(":")[0].rstrip(". ")
    return plain == ".git" or _SHORT_NAME.match(plain) is not None
