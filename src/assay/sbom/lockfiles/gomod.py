"""go.mod, and the hashes of go.sum.

* go.mod names the versions in use. Since Go 1.17 it names the indirect ones too; of an older file
  the indirect ones are not known without a network, which is noted.
* go.sum may list more versions than are in use, so no component comes from it, only hashes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of
from assay.sbom.lockfiles.textlines import text_lines

FIRST_WITH_INDIRECT: Final = (1, 17)
_PLAIN: Final = frozenset(
    {"module", "toolchain", "godebug", "retract", "exclude", "tool", "ignore"}
)
_VERSION: Final = re.compile(r"v[0-9][0-9A-Za-z.+-]*\Z")
_GO: Final = re.compile(r"([0-9]+)\.([0-9]+)")
_HASH: Final = re.compile(r"h1:[A-Za-z0-9+/]{43}=\Z")


@dataclass(slots=True, kw_only=True)
class _Module:
    """What the directives of one go.mod say."""

    go: tuple[int, int] = (1, 16)  # what Go itself assumes where the file does not say
    required: dict[str, tuple[str, bool]] = field(default_factory=dict)
    replaced: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


def parse_go_mod(data: bytes, path: str, sums: Mapping[tuple[str, str], str]) -> Reading:
    """Read a go.mod; `sums` are the hashes of its go.sum by module and version.

    Raises:
        MalformedError: Not UTF-8 text.
    """
    draft = Draft(path=path)
    module = _Module()
    for number, verb, words, comment in _directives(data):
        try:
            _read_directive(module, verb, words, comment)
        except MalformedError as error:
            draft.note("go.mod line", f"line {number}", error.what)
    for name in module.required:
        with draft.entry(name):
            component = _component(module, name, sums)
            if component is not None:
                draft.components.append(replace(component, found_in=(path,)))
    if module.required and module.go < FIRST_WITH_INDIRECT:
        draft.note(
            "indirect dependencies",
            "",
            "a go.mod before Go 1.17 does not name them",
            "raise the go directive to 1.17 or later and run: go mod tidy",
        )
    return draft.finish()


def parse_go_sum(data: bytes, path: str) -> tuple[dict[tuple[str, str], str], Reading]:
    """Return the hashes of module archives by module and version, and what could not be read.

    Raises:
        MalformedError: Not UTF-8 text.
    """
    draft = Draft(path=path)
    sums: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text_lines(data), 1):
        words = line.split()
        if not words:
            continue
        if len(words) != 3 or not _HASH.match(words[2]):
            draft.note("go.sum line", f"line {number}", "not a module, its version and an h1 hash")
        elif not words[1].endswith("/go.mod"):
            sums[words[0], words[1]] = words[2]
    return sums, draft.finish()


def _directives(data: bytes) -> Iterator[tuple[int, str, list[str], str]]:
    """Yield line number, verb, words and comment of each directive, blocks taken apart."""
    block = ""
    for number, line in enumerate(text_lines(data), 1):
        text, _, comment = line.partition("//")
        words = text.split()
        if not words:
            continue
        if block and words == [")"]:
            block = ""
        elif block:
            yield number, block, words, comment.strip()
        elif words[-1] == "(" and len(words) == 2:
            block = words[0]
        else:
            yield number, words[0], words[1:], comment.strip()


def _read_directive(module: _Module, verb: str, words: list[str], comment: str) -> None:
    words = [word.strip('"`') for word in words]
    if verb == "require":
        name, version = _pair(words)
        module.required[name] = (version, not comment.startswith("indirect"))
    elif verb == "replace":
        _read_replace(module, words)
    elif verb == "go":
        match = _GO.match(words[0]) if words else None
        if match is None:
            raise MalformedError("no version of Go")
        module.go = (int(match[1]), int(match[2]))
    elif verb not in _PLAIN:
        raise MalformedError(f"{clean(verb)!r} is no directive that is known")


def _read_replace(module: _Module, words: list[str]) -> None:
    if "=>" not in words:
        raise MalformedError("replace without =>")
    at = words.index("=>")
    old, new = words[:at], words[at + 1 :]
    if len(old) not in {1, 2} or len(new) not in {1, 2}:
        raise MalformedError("replace is not written OLD => NEW")
    module.replaced[old[0], old[1] if len(old) == 2 else ""] = (
        (new[0], new[1]) if len(new) == 2 else ("", "")  # without a version: a folder
    )


def _pair(words: list[str]) -> tuple[str, str]:
    if len(words) != 2 or not _VERSION.match(words[1]):
        raise MalformedError("not a module and its version")
    return words[0], words[1]


def _component(
    module: _Module, required: str, sums: Mapping[tuple[str, str], str]
) -> Component | None:
    """Return what is used for the module `required`, or None where that is a folder."""
    asked, direct = module.required[required]
    every = module.replaced.get((required, ""), (required, asked))
    name, version = module.replaced.get((required, asked), every)
    if not name:
        return None
    checksum = sums.get((name, version))
    return Component(
        purl=purl_of("golang", name, version),
        name=name,
        version=version,
        found_in=(),
        hashes=(checksum,) if checksum else (),
        direct=direct,
    )
