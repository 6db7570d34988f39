r"""Requirements and constraints files, as pip reads them.

* A requirement with one exact version (`==1.2.3`, `===`) is a component, whatever its marker says:
  on some machine it is installed.
* A URL with a hash, or a Git URL with a full commit, is a component too; its version is unknown, so
  its purl is of type `generic`.
* Everything else that names a package is loose; a line that cannot be read is noted.
* Options that choose where packages come from name no package and are passed over.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.pypisource import is_hash, normal_name, pypi_purl
from assay.sbom.lockfiles.reading import (
    Draft,
    Reading,
    clean,
    git_purl,
    is_commit,
    is_url,
    purl_of,
)
from assay.sbom.lockfiles.textlines import text_lines

MAX_REQUIREMENT_CHARACTERS: Final = 4096  # without its hashes; bounds the patterns' work
_COMMENT: Final = re.compile(r"(?:^|\s)#.*\Z")
_HASH: Final = re.compile(r"\s--hash[= ]\s*(\S+)")
_OPTION: Final = re.compile(r"\s--?[A-Za-z][\w-]*(?:[= ].*)?\Z")
_OPTION_LINE: Final = re.compile(
    r"(?:(-[rce])[=\s]?|(--?[A-Za-z][\w-]*)(?:[=\s]|\Z))(.*)\Z", re.ASCII
)
_NAMED: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\[\]]*\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?(?P<versions>[^@;()]*)\)?)\s*(?:;.*)?\Z",
    re.ASCII,
)
_VERSION: Final = re.compile(r"\s*(~=|===?|!=|<=?|>=?)\s*([\w.!+*-]+)\s*\Z", re.ASCII)
_EGG: Final = re.compile(r"[#&]egg=([\w.-]+)", re.ASCII)
_URL_HASH: Final = re.compile(r"[#&](sha(?:256|384|512))=([0-9a-f]+)")
_VARIABLE: Final = re.compile(r"\$\{[A-Z0-9_]+\}")
_FILES: Final = {
    "-r": "includes",
    "--requirement": "includes",
    "-c": "constraints",
    "--constraint": "constraints",
}
_EDITABLE: Final = frozenset({"-e", "--editable"})
_PASSED_OVER: Final = frozenset(
    {
        *(
            "-i",
            "--index-url",
            "--extra-index-url",
            "--no-index",
            "-f",
            "--find-links",
            "--pypi-url",
        ),
        *("--no-binary", "--only-binary", "--prefer-binary", "--require-hashes", "--pre"),
        *(
            "--trusted-host",
            "--use-feature",
            "--use-pep517",
            "--no-use-pep517",
            "--process-dependency-links",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """The other files that a requirements file names."""

    includes: list[str]
    constraints: list[str]


def parse_requirements(data: bytes, path: str) -> Reading:
    """Read a requirements file; `path` is where it lies, for the files that it includes.

    Raises:
        MalformedError: Not text.
    """
    draft = Draft(path=path)
    files = _Files(includes=[], constraints=[])
    for number, line in _logical_lines(text_lines(data)):
        try:
            _read_line(line, draft, files)
        except MalformedError as error:
            draft.note("requirements line", f"line {number}", error.what)
    return replace(
        draft.finish(), includes=tuple(files.includes), constraints=tuple(files.constraints)
    )


def _logical_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    r"""Yield lines without comments, those that end in `\` joined, each with its first number."""
    parts: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        comment = line.lstrip().startswith("#")
        if not parts:
            first = number
        if line.endswith("\\") and not comment:
            parts.append(line[:-1])
            continue
        if not (comment and parts):
            parts.append(line)
        yield first, _COMMENT.sub("", "".join(parts)).strip()
        parts = []
    if parts:
        yield first, _COMMENT.sub("", "".join(parts)).strip()


def _read_line(line: str, draft: Draft, files: _Files) -> None:
    if not line:
        return
    if _VARIABLE.search(line):
        raise MalformedError("a variable of the environment, whose value is not known")
    if line.startswith("-"):
        _read_option(line, draft, files)
    else:
        _read_requirement(line, draft)


def _read_option(line: str, draft: Draft, files: _Files) -> None:
    match = _OPTION_LINE.match(line)
    option, value = (match[1] or match[2], match[3].strip()) if match else (line, "")
    if option in _FILES:
        target = files.includes if _FILES[option] == "includes" else files.constraints
        target.append(_beside(draft.path, value))
    elif option in _EDITABLE:
        _read_requirement(value, draft)
    elif option not in _PASSED_OVER:
        raise MalformedError(f"the option {clean(option)!r} is not known")


def _beside(path: str, other: str) -> str:
    """Return the path of `other`, which the file at `path` names."""
    if is_url(other) or other.startswith("/") or not other:
        raise MalformedError(f"{clean(other)!r} is not in the repository")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
    if joined.startswith(".."):
        raise MalformedError(f"{clean(other)!r} is not in the repository")
    return joined


def _read_requirement(line: str, draft: Draft) -> None:
    hashes = tuple(sorted({match[1] for match in _HASH.finditer(line)}))
    for text in hashes:
        if not is_hash(text):
            raise MalformedError(f"{clean(text)!r} is no hash")
    bare = _HASH.sub("", line).strip()
    if len(bare) > MAX_REQUIREMENT_CHARACTERS:
        raise MalformedError(f"over {MAX_REQUIREMENT_CHARACTERS} characters")
    while option := _OPTION.search(bare):
        bare = bare[: option.start()].strip()
    if _is_place(bare):
        _read_place(bare, hashes, draft)
        return
    match = _NAMED.match(bare)
    if match is None:
        raise MalformedError(f"{clean(bare)!r} is no requirement")
    if match["url"]:
        _read_url(match["name"], match["url"], hashes, draft)
    else:
        _read_versions(match["name"], match["versions"].strip(), hashes, draft, bare)


def _is_place(text: str) -> bool:
    """Tell whether `text` is a URL or a path, which name no package by themselves."""
    word = text.partition(";")[0].partition("@ ")[0]
    return (
        is_url(text)
        or word.startswith((".", "/", "file:", "git+"))
        or ("/" in word and "@" not in word)
    )


def _read_place(text: str, hashes: tuple[str, ...], draft: Draft) -> None:
    egg = _EGG.search(text)
    if egg is not None:
        _read_url(egg[1], text, hashes, draft)
    elif is_url(text) or text.partition(";")[0].strip().endswith((".whl", ".zip", ".gz", ".bz2")):
        raise MalformedError(f"{clean(text)!r} does not tell the package's name")
    elif not text.startswith("/"):
        _beside(draft.path, text.partition("[")[0].partition(";")[0].strip())  # our own


def _read_url(name: str, url: str, hashes: tuple[str, ...], draft: Draft) -> None:
    bare = url.partition("#")[0]
    place, _, reference = bare.rpartition("@")
    fixed = tuple(f"{match[1]}:{match[2]}" for match in _URL_HASH.finditer(url)) or hashes
    if url.startswith("git+") and is_commit(reference):
        purl, version = git_purl(normal_name(name), place, reference), reference
    elif fixed and not url.startswith("git+"):
        version = fixed[0].partition(":")[2]
        purl = purl_of("generic", normal_name(name), version)
    else:
        draft.unpinned(name, f"{name} @ {url}")
        return
    draft.components.append(
        Component(purl=purl, name=name, version=version, found_in=(draft.path,), hashes=fixed)
    )


def _read_versions(
    name: str, versions: str, hashes: tuple[str, ...], draft: Draft, text: str
) -> None:
    exact: set[str] = set()
    for clause in versions.split(",") if versions else ():
        match = _VERSION.match(clause)
        if match is None:
            raise MalformedError(f"{clean(clause)!r} is no version clause")
        if match[1] in {"==", "==="} and "*" not in match[2]:
            exact.add(match[2])
    if len(exact) != 1:
        draft.unpinned(name, text)
        return
    version = exact.pop()
    draft.components.append(
        Component(
            purl=pypi_purl(name, version),
            name=name,
            version=version,
            found_in=(draft.path,),
            hashes=hashes,
        )
    )
