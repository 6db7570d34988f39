"""Which faults are put into a piece of code, and how each is named."""

from pathlib import Path
from types import CodeType, FunctionType

import pytest
from mutants.equivalent import load_equivalents
from mutants.loading import patch_functions, path_of
from mutants.mutation import Mutant, compile_mutant, mutants_of

HERE = Path("piece.py")
FAULTS = {
    "comparison": ("a < b", {"a <= b", "a >= b"}),
    "equality": ("a == b", {"a != b"}),
    "member": ("a in b", {"a not in b"}),
    "boolean": ("a and b", {"a or b", "a", "b"}),
    "not": ("not a", {"a"}),
    "number": ("7", {"8", "6"}),
    "zero": ("0", {"1"}),
    "text": ("'a'", {"'a~'"}),
    "bytes": ("b''", {"b'~'"}),
    "truth": ("True", {"False"}),
    "sum": ("a + b", {"a - b"}),
    "choice": ("a if b else c", {"a", "c"}),
    "arguments": ("f(a, b)", {"f(b, a)"}),
    "keyword": ("f(a=b)", {"f()"}),
    "order": ("sorted(a)", {"a"}),
    "frozen": ("frozenset(a)", {"a"}),
    "frozen-set": ("frozenset({a, b})", {"{a}", "{b}"}),
    "method": ("a.strip()", {"a"}),
    "slice": ("a[b:]", {":"}),
    "set": ("{a, b}", {"{a}", "{b}"}),
    "dict": ("{a: b}", {"{}"}),
    "filter": ("[a for a in b if c]", {"for a in b"}),
}
STATEMENTS = {
    "if": ("if a:\n    f()", {"if False:", "if True:", "pass"}),
    "raise": ("raise E", {"pass"}),
    "return": ("return a", {"return None"}),
    "call": ("f()", {"pass"}),
    "store": ("a.b = c", {"pass"}),
    "break": ("while a:\n    break", {"while False:", "continue"}),
    "with": ("with f():\n    g", {"if True:"}),
    "except": ("try:\n    a\nexcept E:\n    b", {"except E: raise"}),
}


def after(code: str) -> set[str]:
    return {m.after for m in mutants_of("piece", code)}


@pytest.mark.parametrize(("code", "wanted"), FAULTS.values(), ids=FAULTS)
def test_faults_in_expressions(code: str, wanted: set[str]) -> None:
    assert after(f"x = {code}") == wanted


@pytest.mark.parametrize(("code", "wanted"), STATEMENTS.values(), ids=STATEMENTS)
def test_faults_in_statements(code: str, wanted: set[str]) -> None:
    indented = code.replace("\n", "\n    ")
    assert after(f"def f():\n    {indented}") == wanted


@pytest.mark.parametrize(
    "code",
    [
        "'''Said to people.'''",
        "x: dict[str, 'Y']",
        "def f(a: 'int') -> 'str': ...",
        "@dataclass(frozen=True)\nclass C: ...",
        "from a import b",
        "Id = NewType('Id', str)",
        "__all__ = ['a', 'b']",
        "if TYPE_CHECKING:\n    x = 1",
    ],
)
def test_what_no_test_could_see_is_left_alone(code: str) -> None:
    assert mutants_of("piece", code) == ()


PIECE = '''
LIMIT = 3

class C:
    def f(self, a):
        """Say."""
        def inner():
            return a < LIMIT
        return inner()

    def g(self, a):
        return a < LIMIT
'''


def test_each_mutant_has_a_name_of_its_own_and_knows_its_function() -> None:
    found = mutants_of("piece", PIECE)
    assert len({mutant.key for mutant in found}) == len(found)
    assert {mutant.function for mutant in found} == {"<module>", "C.f.inner", "C.f", "C.g"}
    assert {mutant.holder for mutant in found if mutant.function == "C.f.inner"} == {5}
    assert {mutant.holder for mutant in found if mutant.function == "<module>"} == {0}


def test_other_edits_leave_the_names_alone() -> None:
    moved = mutants_of("piece", f"# a comment\n\n{PIECE}")
    assert [mutant.key for mutant in moved] == [m.key for m in mutants_of("piece", PIECE)]


def made_of(code: CodeType) -> dict[str, FunctionType]:
    """Return the methods of the class in a piece of code."""
    space: dict[str, type] = {}
    exec(code, space)  # noqa: S102  # our own piece
    return {name: found for name, found in vars(space["C"]).items() if name in {"f", "g"}}


def mutant_in(function: str) -> Mutant:
    """Return the one that moves the bound in a function."""
    found = [m for m in mutants_of("piece", PIECE) if m.after == "a <= LIMIT"]
    return next(mutant for mutant in found if mutant.function == function)


def test_a_mutant_differs_from_the_code_in_one_place() -> None:
    methods = made_of(compile_mutant(mutant_in("C.g"), PIECE, HERE))
    assert (methods["f"](None, 3), methods["g"](None, 3)) == (False, True)


def test_a_loaded_function_gets_the_fault_whoever_holds_it() -> None:
    mutant = mutant_in("C.f.inner")
    methods = made_of(compile(PIECE, str(HERE), "exec"))
    held = methods["f"]
    patch_functions([held], compile_mutant(mutant, PIECE, HERE), line=mutant.holder)
    assert (held(None, 3), methods["g"](None, 3)) == (True, False)


def test_a_function_that_nobody_holds_is_no_success() -> None:
    mutant = mutant_in("C.g")
    with pytest.raises(ValueError, match="no function at line 11"):
        patch_functions([], compile_mutant(mutant, PIECE, HERE), line=mutant.holder)


def mutants_in(module: str) -> tuple[Mutant, ...]:
    return mutants_of(module, path_of(module).read_text())


EQUIVALENTS = load_equivalents()


@pytest.mark.parametrize(
    "entry", EQUIVALENTS, ids=[f"{e.module}.{e.function}" for e in EQUIVALENTS]
)
def test_the_list_of_equivalents_is_up_to_date(entry: object) -> None:
    """An entry that fits no mutant any more is taken out."""
    [found] = [e for e in EQUIVALENTS if e is entry]
    assert found.reason
    assert any(found.covers(mutant) for mutant in mutants_in(found.module))
