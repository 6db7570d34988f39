"""What a policy module may say: checked before the engine sees it.

* Only functions of `ALLOWED`, which give the same answer every time and see nothing but their
  arguments, and functions that the bundle itself defines. The engine has others that read the
  environment, the clock or a random source, and answers a call of an unknown one with silence.
* No `with`: it could put a forbidden function in the place of an allowed one, and it crashes the
  engine.
* `input` is read by name (`input.scans.secrets`), so that `evaluate` can tell which part of the
  document a rule relies on; `data` only leads to the bundle's own `lib` packages.
* A name that stands alone in its module is refused: in the engine a misspelt variable is merely
  undefined, and a rule that cannot fire passes everything.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError
from assay.policy.tokens import Token, split_tokens

ALLOWED: Final = frozenset(
    """
    abs array.concat array.reverse array.slice ceil concat contains count endswith floor format_int
    glob.match indexof intersection is_array is_boolean is_null is_number is_object is_set
    is_string lower max min object.get object.keys object.remove object.subset object.union product
    regex.match replace round semver.compare semver.is_valid sort split startswith
    strings.any_prefix_match strings.any_suffix_match substring sum to_number trim trim_left
    trim_prefix trim_right trim_space trim_suffix type_name union upper
    """.split()  # noqa: SIM905  # thirty quoted words are harder to read
)
_KEYWORDS: Final = frozenset(
    """
    as contains default else every false if import in not null package set some true with
    """.split()  # noqa: SIM905  # the same
)
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_BEFORE_PARENTHESIS: Final = frozenset({"if", "in", "not", "set"})  # keywords, not calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One checked module: its package, and what it reads, calls and defines."""

    path: str
    package: str
    source: str
    reads: frozenset[tuple[str, ...]]  # the paths below `input`
    uses: tuple[tuple[str, int], ...]  # names that the bundle must define, with their line
    defines: frozenset[str]  # rules and functions (with "()"), by their full name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """A name with its fields, as in `input.scans["code"]`, and whether it is called."""

    path: tuple[str, ...]
    called: bool
    line: int
    heads: bool  # the first word of a rule

    @property
    def name(self) -> str:
        return ".".join(self.path)


@lru_cache(maxsize=256)  # verdicts that are decided again share nearly all of their modules
def parse_module(path: str, source: str) -> Module:
    """Read the module `source`; `path` is its name in messages.

    Raises:
        MalformedError: Outside the accepted language; `where` is `path:line`.
    """
    try:
        tokens = split_tokens(source)
        package, tokens = _take_package(tokens)
        imports, tokens = _take_imports(tokens)
        _refuse_words(tokens)
        references = tuple(_references(tokens))
        _refuse_lonely(references, imports)
        return Module(
            path=path,
            package=package,
            source=source,
            reads=frozenset(_reads(references)),
            uses=tuple(_uses(references, package, imports)),
            defines=frozenset(f"{package}.{r.path[0]}{_call(r)}" for r in references if r.heads),
        )
    except MalformedError as error:
        error.where = f"{path}:{error.where}"
        raise


def _take_package(tokens: tuple[Token, ...]) -> tuple[str, tuple[Token, ...]]:
    if not tokens or tokens[0].text != "package":
        raise MalformedError("a module starts with its package", where="1")
    path, rest = _dotted(tokens[1:], tokens[0].line)
    return ".".join(path), rest


def _take_imports(tokens: tuple[Token, ...]) -> tuple[dict[str, str], tuple[Token, ...]]:
    """Return the imported packages by their short name, and what follows."""
    imported = {}
    while tokens and tokens[0].text == "import":
        line = tokens[0].line
        path, tokens = _dotted(tokens[1:], line)
        if path[:2] == ("data", "lib") and len(path) == 3:
            imported[path[2]] = ".".join(path[1:])
        elif path != ("rego", "v1"):
            raise MalformedError(
                f"the import {'.'.join(path)!r}",
                where=str(line),
                hint="only rego.v1 and data.lib.<name> are imported",
            )
    return imported, tokens


def _dotted(tokens: tuple[Token, ...], line: int) -> tuple[tuple[str, ...], tuple[Token, ...]]:
    """Return the dotted name at the start of `tokens`, which stands on `line`, and what follows."""
    end = 0
    while end < len(tokens) and tokens[end].line == line:
        end += 1
    words = [token.text for token in tokens[:end]]
    marks = {"."} if end > 1 else set()
    if end % 2 == 0 or set(words[1::2]) != marks or any(t.kind != "name" for t in tokens[:end:2]):
        raise MalformedError(f"{''.join(words)!r} is no plain dotted name", where=str(line))
    return tuple(words[::2]), tokens[end:]


def _refuse_words(tokens: tuple[Token, ...]) -> None:
    for token in tokens:
        if token.text in {"with", "as", "import", "package"}:
            raise MalformedError(f"{token.text!r} is not accepted here", where=str(token.line))


def _references(tokens: tuple[Token, ...]) -> Iterator[_Reference]:
    """Yield every name with its fields; field names and keywords by themselves are left out."""
    position = depth = 0
    while position < len(tokens):
        token = tokens[position]
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        called = _text(tokens, position + 1) == "("
        if token.text in _CLOSING and called:
            raise MalformedError("a call of something without a name", where=str(token.line))
        if token.kind != "name" or _is_plain_keyword(tokens, position):
            position += 1
            continue
        is_field = _text(tokens, position - 1) == "."  # of something computed: `x[i].name`
        path, position = _path_at(tokens, position)
        called = _text(tokens, position) == "("
        if is_field and called:
            raise MalformedError("a call of something without a name", where=str(token.line))
        if is_field:
            continue
        yield _Reference(
            path=path,
            called=called,
            line=token.line,
            heads=depth == 0
            and (token.column == 1 or _text(tokens, position - len(path) - 1) == "default"),
        )


def _is_plain_keyword(tokens: tuple[Token, ...], position: int) -> bool:
    """Tell whether a keyword stands here; `contains(…)` is a function all the same."""
    word = tokens[position].text
    if word not in _KEYWORDS:
        return False
    return word in _BEFORE_PARENTHESIS or _text(tokens, position + 1) != "("


def _path_at(tokens: tuple[Token, ...], start: int) -> tuple[tuple[str, ...], int]:
    """Return the name at `start` with its constant fields, and the place after it."""
    path, position = [tokens[start].text], start + 1
    while position < len(tokens):
        if _text(tokens, position) == "." and tokens[position + 1 :][:1]:
            path.append(tokens[position + 1].text)
            position += 2
        elif (
            _text(tokens, position) == "["
            and tokens[position + 1 :][:1]
            and tokens[position + 1].kind == "text"
            and _text(tokens, position + 2) == "]"
        ):
            path.append(tokens[position + 1].text[1:-1])
            position += 3
        else:
            break
    return tuple(path), position


def _text(tokens: tuple[Token, ...], position: int) -> str:
    return tokens[position].text if 0 <= position < len(tokens) else ""


def _refuse_lonely(references: tuple[_Reference, ...], imports: dict[str, str]) -> None:
    seen = Counter(reference.path[0] for reference in references)
    for reference in references:
        name = reference.path[0]
        known = reference.called or reference.heads or name in {"_", "input", "data", *imports}
        if seen[name] == 1 and not known:
            raise MalformedError(
                f"{name!r} stands alone", where=str(reference.line), hint="misspelt, or not needed"
            )


def _reads(references: tuple[_Reference, ...]) -> Iterator[tuple[str, ...]]:
    for reference in references:
        if reference.path[0] != "input":
            continue
        if len(reference.path) == 1:
            raise MalformedError(
                "'input' as a whole", where=str(reference.line), hint="name the part: input.source"
            )
        yield reference.path[1:]


def _uses(
    references: tuple[_Reference, ...], package: str, imports: dict[str, str]
) -> Iterator[tuple[str, int]]:
    """Yield what is neither in `ALLOWED` nor local, by its full name, for the bundle to look up."""
    for reference in references:
        first, *rest = reference.path
        if first == "data":
            if rest[:1] != ["lib"] or len(rest) < 3:
                raise MalformedError(
                    f"{reference.name!r} is outside data.lib", where=str(reference.line)
                )
            yield ".".join(rest[:3]) + _call(reference), reference.line
        elif first in imports:
            yield ".".join((imports[first], *rest[:1])) + _call(reference), reference.line
        elif reference.called and reference.name not in ALLOWED:
            yield f"{package}.{reference.name}{_call(reference)}", reference.line


def _call(reference: _Reference) -> str:
    """Tell a function from a value: calling a value crashes the engine."""
    return "()" if reference.called else ""
