"""Runs the rules of a bundle on a document, each by itself, and believes none that did not answer.

What the engine (rego-cpp) does with hostile or unusual text decides how it is used here:

* It writes a string into its answer as it came in, without escaping, so that a quotation mark in a
  path could write a verdict. Every character that means something in JSON is therefore replaced by
  a private one on the way in, and put back after the answer was read.
* A whole number of more than 64 bits becomes another one, so that such a number is refused.
* A module that does not compile crashes it when it is run: `ok()` is asked first.
* A conflict or an error inside one rule spoils the whole query: each rule is a query of its own.
"""

import atexit
import ctypes
import functools
import importlib
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol, cast

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.policy.bundle import PolicyBundle, Rule
from assay.policy.results import Reason, RuleResult

MAX_INTEGER: Final = 2**53  # above it, readers of JSON disagree
_SHIFT: Final = 0xF0000  # plane 15 is for private use, and is not written in names or paths
_SPECIAL: Final = (*range(0x20), ord('"'), ord("\\"), 0x7F)
_HIDE: Final = {code: _SHIFT + code for code in _SPECIAL}
_SHOW: Final = {_SHIFT + code: code for code in _SPECIAL}
# Most texts hold none of them, and a search is quicker than a translation.
_HAS_SPECIAL: Final = re.compile(f"[{re.escape(''.join(map(chr, _SPECIAL)))}]").search
_HAS_HIDDEN: Final = re.compile(f"[{''.join(map(chr, _SHOW))}]").search


class _Answer(Protocol):
    def ok(self) -> bool: ...
    def __getitem__(self, index: int) -> "_Expressions": ...


class _Expressions(Protocol):
    expressions: list[object]


class _Compiled(Protocol):
    def ok(self) -> bool: ...


class _Interpreter(Protocol):
    strict_built_in_errors: bool
    log_level: object

    def add_module(self, name: str, source: str) -> None: ...
    def set_input(self, value: object) -> None: ...
    def build(self, query: None, entrypoints: list[str]) -> _Compiled: ...
    def query_bundle_entrypoint(self, bundle: _Compiled, entrypoint: str) -> _Answer: ...


def evaluate(bundle: PolicyBundle, document: dict[str, object]) -> tuple[RuleResult, ...]:
    """Return the answer of every rule of `bundle` about `document`, in the order of their ids.

    `document` holds what JSON holds, without fractions.

    Raises:
        MalformedError: The bundle does not compile, or the document holds something else.
    """
    if not bundle.rules:
        return ()
    program = _compile(bundle, tests=False)
    with program.lock:
        program.interpreter.set_input(_hidden(document))
        return tuple(
            _judge(rule, document, _ask(program, rule.entry_point)) for rule in bundle.rules
        )


def evaluate_package(bundle: PolicyBundle, package: str, document: dict[str, object]) -> object:
    """Return everything that one package of `bundle` says about `document`, for its tests.

    Raises:
        MalformedError: As `evaluate`, or the package did not answer.
    """
    program = _compile(bundle, tests=True)
    with program.lock:
        program.interpreter.set_input(_hidden(document))
        return _ask(program, package.replace(".", "/"))


def engine_version() -> str:
    """Return the name and version of the engine that decides."""
    return f"rego-cpp {load_engine().__version__}"


class _Engine(Protocol):
    """The part of the module `regopy` that is used here."""

    __version__: str
    Interpreter: Callable[[], _Interpreter]
    LogLevel: type[IntEnum]
    RegoError: type[Exception]


def load_engine() -> _Engine:
    """Return the engine's module; it is slow to import, and `assay --help` goes without.

    The engine's library brings operators `new` and `delete` of its own. The C++ runtime uses them
    or its own, by the order in which libraries were loaded, and memory that one took and the other
    gives back aborts the process. Put into the global scope first, the runtime's serve all.
    """
    if sys.platform == "linux":
        ctypes.CDLL("libstdc++.so.6", mode=ctypes.RTLD_GLOBAL)
    engine: _Engine = cast("_Engine", importlib.import_module("regopy"))
    return engine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    interpreter: _Interpreter
    compiled: _Compiled
    lock: threading.Lock  # the input is state of the interpreter


@functools.lru_cache(maxsize=8)  # compiling takes longer than deciding
def _compile(bundle: PolicyBundle, *, tests: bool) -> _Program:
    engine = load_engine()
    interpreter = engine.Interpreter()
    interpreter.strict_built_in_errors = True
    interpreter.log_level = engine.LogLevel["NONE"]  # it would write to our standard error
    deciding = (*bundle.library, *(rule.module for rule in bundle.rules))
    modules = (*deciding, *bundle.tests) if tests else deciding
    for module in modules:
        try:
            interpreter.add_module(module.path, module.source)
        except engine.RegoError as error:
            raise MalformedError("the policy engine cannot read it", where=module.path) from error
    compiled = interpreter.build(None, [module.package.replace(".", "/") for module in modules])
    if not compiled.ok():
        raise MalformedError("the policy engine cannot compile the bundle")
    return _Program(interpreter=interpreter, compiled=compiled, lock=threading.Lock())


# The engine's objects must go before its module does, or their end complains on standard error.
atexit.register(_compile.cache_clear)


def _ask(program: _Program, entry_point: str) -> object:
    """Return the value of a package, or None where the engine has no answer for it."""
    engine = load_engine()
    try:
        answer = program.interpreter.query_bundle_entrypoint(program.compiled, entry_point)
        if not answer.ok():
            return None
        expressions = answer[0].expressions
    except (engine.RegoError, ValueError):  # ValueError: what it wrote is no JSON
        return None
    return _shown(expressions[0]) if expressions else None


def _judge(rule: Rule, document: dict[str, object], answer: object) -> RuleResult:
    absent = _absent(rule, document)
    try:
        verdict, reasons = _read_answer(rule, JsonValue(answer))
    except MalformedError as error:
        if absent:
            return _without_evidence(rule, absent)
        what = f"the rule did not answer: {error.what}"
        return _unknown(rule, what, remedy=rule.metadata.solution)
    if verdict is Verdict.PASSED and absent:
        return _without_evidence(rule, absent)
    if verdict is Verdict.UNKNOWN and not reasons:
        return _without_evidence(rule, absent or "no evidence tells")
    return RuleResult(rule=rule.metadata, verdict=verdict, reasons=reasons)


def _read_answer(rule: Rule, answer: JsonValue) -> tuple[Verdict, tuple[Reason, ...]]:
    word = answer.field("verdict").text()
    if word not in {known.value for known in rule.metadata.answers}:
        raise MalformedError(f"{word!r} is none of its answers")
    verdict = Verdict(word)
    reasons = tuple(_reason(item) for item in answer.field("reasons").items())
    if verdict is Verdict.PASSED and reasons:
        raise MalformedError("it passed with reasons against it")
    if verdict is Verdict.FAILED and not reasons:
        raise MalformedError("it failed without a reason")
    return verdict, reasons


def _reason(item: JsonValue) -> Reason:
    known = {"what", "where", "remedy", "finding"}
    if {name for name, _ in item.members()} - known:
        raise MalformedError("a reason with an unknown field")
    reason = Reason(
        what=item.field("what").text(),
        where=item.field("where").text(),
        remedy=item.field("remedy").text(),
        finding=item.optional_text("finding"),
    )
    if not reason.what or not reason.remedy:
        raise MalformedError("a reason without a text or a remedy")
    return reason


def _absent(rule: Rule, document: dict[str, object]) -> str:
    """Say which part of the document the rule reads that is not there; empty where all is.

    In Rego a missing part makes an empty list of problems: a misspelt name, or evidence that never
    came, would read as "nothing wrong".
    """
    for path in sorted(rule.module.reads):
        if not _has_path(document, path):
            return f"nothing is known of {'.'.join(path)}"
    return ""


def _has_path(value: object, path: tuple[str, ...]) -> bool:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def _without_evidence(rule: Rule, what: str) -> RuleResult:
    return _unknown(rule, what, remedy=rule.metadata.obtain or rule.metadata.solution)


def _unknown(rule: Rule, what: str, *, remedy: str) -> RuleResult:
    reason = Reason(what=what, where=rule.metadata.id, remedy=remedy)
    return RuleResult(rule=rule.metadata, verdict=Verdict.UNKNOWN, reasons=(reason,))


def _hidden(value: object) -> object:
    """Return `value` as the engine may see it."""
    match value:
        case str():
            return value.translate(_HIDE) if _HAS_SPECIAL(value) else value
        case bool() | None:
            return value
        case int() if -MAX_INTEGER <= value <= MAX_INTEGER:
            return value
        case dict():
            return {_hidden(str(key)): _hidden(member) for key, member in value.items()}
        case list() | tuple():
            return [_hidden(item) for item in value]
        case _:
            raise MalformedError(f"{type(value).__name__} in a document for policy")


def _shown(value: object) -> object:
    match value:
        case str():
            return value.translate(_SHOW) if _HAS_HIDDEN(value) else value
        case dict():
            return {_shown(key): _shown(member) for key, member in value.items()}
        case list():
            return [_shown(item) for item in value]
        case _:
            return value
