"""What a format has no member for, as lines in a text for people: `[assay:expires=2027-01-01…]`.

OpenVEX closes every object, and CSAF has notes only. A statement that expires must not become one
for ever by being converted, so the end stands where people read it and we find it again.

* Only whole lines count; a line that begins as a tag and is none makes the text malformed, so that
  an end that cannot be read is never "no end".
"""

import re
from collections.abc import Mapping
from typing import Final

from assay.core.errors import MalformedError

EXPIRES: Final = "expires"
JUSTIFICATION: Final = "justification"  # the format's own word, where none of the five is equal
STATUS: Final = "status"
RESPONSES: Final = "responses"  # words of CycloneDX or CSAF, with commas between them
_KNOWN: Final = frozenset({EXPIRES, JUSTIFICATION, STATUS, RESPONSES})
_BEGINS: Final = "[assay:"
_WORD: Final = re.compile(r"[a-z][a-z_]*\Z")
_TAG: Final = re.compile(r"\[assay:([a-z]+)=([0-9A-Za-z_:.,+-]+)\]\Z")


def add_tags(text: str, tags: Mapping[str, str]) -> str:
    """Return `text` with a line for each tag that has a value, in the order of their names."""
    lines = [f"{_BEGINS}{name}={tags[name]}]" for name in sorted(tags) if tags[name]]
    return "\n".join([*([text] if text else []), *lines])


def is_word(text: str) -> bool:
    """Tell whether `text` can stand in a list of words in a tag."""
    return _WORD.match(text) is not None


def split_tags(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the text without its tags, and the tags by name.

    Raises:
        MalformedError: A line that begins as a tag and is none, one that is not known, or twice.
    """
    if _BEGINS not in text:
        return text, {}
    kept, tags = list[str](), dict[str, str]()
    for line in text.split("\n"):
        if line.strip().startswith(_BEGINS):
            name, value = _parse_tag(line.strip())
            if name in tags:
                raise MalformedError(f"the tag {name!r} stands twice")
            tags[name] = value
        else:
            kept.append(line)
    return "\n".join(kept), tags


def _parse_tag(line: str) -> tuple[str, str]:
    match = _TAG.match(line)
    if match is None or match.group(1) not in _KNOWN:
        known = ", ".join(sorted(_KNOWN))
        raise MalformedError(f"{line[:80]!r} is no tag that is known", hint=f"known are {known}")
    return match.group(1), match.group(2)
