"""The pages of the documentation, taken apart into their fenced blocks.

The word after the fence says what a block is. `console` is a session: lines after `$ ` are
commands, `> ` continues one, and what follows is what they print. `sh` is commands alone. Both are
executed, unless `not-run="why"` follows. A block with `file=NAME` is a file that the reader saves.
Everything else (`text`, `toml`, …) is to be read. `<!-- setup: NAME … -->` names the scripts in
`tests/docs/setup` that make the place where a page starts.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PAGES: Final = tuple(
    sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("src/**/DESIGN.md")])
)
_FENCE: Final = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_SETUP: Final = re.compile(r"<!-- setup: ([\w\- ]+) -->")
_OPTION: Final = re.compile(r'([\w-]+)=(?:"([^"]*)"|(\S+))')
SHELL: Final = frozenset({"sh", "console"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block; `line` counts from 1, `file` and `not_run` are empty where not said."""

    language: str
    text: str
    line: int
    file: str
    not_run: str

    @property
    def runs(self) -> bool:
        """Tell whether the block is executed."""
        return self.language in SHELL and not self.not_run


def name_of(page: Path) -> str:
    """Return the page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> tuple[Block, ...]:
    """Return the fenced blocks of a page in their order."""
    text = page.read_text()
    return tuple(_block(found, text) for found in _FENCE.finditer(text))


def _block(found: re.Match[str], text: str) -> Block:
    language, _, rest = found["info"].strip().partition(" ")
    options = {name: quoted or plain for name, quoted, plain in _OPTION.findall(rest)}
    unknown = options.keys() - {"file", "not-run"}
    assert not unknown, f"unknown option {sorted(unknown)} of a block"
    indent = len(found["indent"])
    return Block(
        language=language,
        text="".join(line[indent:] for line in found["text"].splitlines(keepends=True)),
        line=text.count("\n", 0, found.start()) + 1,
        file=options.get("file", ""),
        not_run=options.get("not-run", ""),
    )


def setup_of(page: Path) -> tuple[str, ...]:
    """Return the names of the scripts that make the place where the page starts."""
    found = _SETUP.search(page.read_text())
    return tuple(found[1].split()) if found else ()


def prose_of(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())
