"""Every reader of the code base is fuzzed: a little here, for ten minutes by `make fuzz`."""

import ast
import importlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from fuzz.guard import try_input
from fuzz.mutator import Mutator
from fuzz.target import Target
from fuzz.targets import EXCUSED, all_targets

SOURCE = Path(__file__).resolve().parent.parent.parent / "src"
PREFIXES = ("parse_", "read_", "decode_")
TARGETS = all_targets()
COUNTS = Counter[str]()
INPUTS = 150


def name_of(target: Target) -> str:
    """Return a name for a test, also where several targets are about one reader."""
    COUNTS[target.name] += 1
    return f"{target.name}-{COUNTS[target.name]}"


NAMED = {name_of(target): target for target in TARGETS}


def examples(target: Target) -> Sequence[bytes]:
    found = target.seeds()
    if not found:
        pytest.skip("the public test data are not at ../shared/data")
    return found


def readers() -> list[str]:
    """Return the functions of the source that are readers by their names."""
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        found += [
            f"{module}:{node.name}"
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith(PREFIXES)
        ]
    return found


FUZZED = {name for target in TARGETS for name in (target.name, *target.also)}


@pytest.mark.parametrize("name", readers())
def test_every_reader_is_fuzzed_or_excused(name: str) -> None:
    """Add it to `tools/fuzz/targets`, with a real input to begin with."""
    assert (name in FUZZED) != (name in EXCUSED)


@pytest.mark.parametrize("name", sorted(FUZZED | EXCUSED.keys()))
def test_every_entry_exists(name: str) -> None:
    module, _, function = name.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("target", NAMED.values(), ids=NAMED)
def test_an_example_is_read(target: Target) -> None:
    """Mutated nonsense stays nonsense: at least one example gets to the end of the reader."""
    answers = [try_input(target, seed) for seed in examples(target)]
    assert [fault for _, fault in answers if fault] == []
    if target.refuses_examples:
        return
    assert any(" " not in answer for answer, _ in answers), answers


@pytest.mark.parametrize("target", NAMED.values(), ids=NAMED)
def test_any_input_is_read_or_refused(target: Target) -> None:
    """The same inputs every time; what a longer run finds becomes a test of its reader."""
    mutator = Mutator(examples(target), words=target.words, number=1)
    seen: set[str] = set()
    for _ in range(INPUTS):
        data = mutator.next()
        answer, fault = try_input(target, data, seconds=10.0)
        assert fault is None, (fault, data[:2000])
        if answer not in seen:
            seen.add(answer)
            mutator.keep(data)
