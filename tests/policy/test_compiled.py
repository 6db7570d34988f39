"""The language check against the engine's own compiler: what is really called is what was allowed."""

from pathlib import Path

from assay.core.strictjson import parse_json
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import load_engine
from assay.policy.language import ALLOWED

load_engine()  # as the product does it: the runtime's allocator before the engine's
import regopy  # noqa: E402  # after that

# What the operators and keywords of the language compile to.
OPERATORS = frozenset(
    [
        "equal",
        "neq",
        "lt",
        "lte",
        "gt",
        "gte",
        "plus",
        "minus",
        "mul",
        "div",
        "rem",
        "and",
        "or",
        "internal.member_2",
        "internal.member_3",
        "eq",
        "assign",
    ]
)


def builtins_in_plan(folder: Path) -> set[str]:
    bundle = load_bundle(load_default_pack())
    interpreter = regopy.Interpreter()
    for module in (*bundle.library, *(rule.module for rule in bundle.rules)):
        interpreter.add_module(module.path, module.source)
    compiled = interpreter.build(None, [rule.entry_point for rule in bundle.rules])
    assert compiled.ok()
    interpreter.save_bundle(str(folder), compiled)
    plan = parse_json((folder / "plan.json").read_bytes(), max_bytes=2**24)
    assert isinstance(plan, dict)
    return {function["name"] for function in plan["static"]["builtin_funcs"]}


def test_the_default_pack_calls_only_what_is_allowed(tmp_path: Path) -> None:
    called = builtins_in_plan(tmp_path)
    assert "count" in called
    assert called <= ALLOWED | OPERATORS


def test_the_engine_has_every_function_that_is_allowed() -> None:
    """It answers an unknown one with silence."""
    interpreter = regopy.Interpreter()
    assert [name for name in sorted(ALLOWED) if not interpreter.is_builtin(name)] == []


def test_no_allowed_function_sees_the_world_or_the_clock() -> None:
    families = {name.partition(".")[0] for name in ALLOWED if "." in name}
    assert families == {"array", "glob", "object", "regex", "semver", "strings"}
    assert not ALLOWED & {
        "http",
        "opa",
        "print",
        "rand",
        "sprintf",
        "time",
        "trace",
        "uuid",
        "walk",
    }
