import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.assurance.catalogue import (
    MAX_CATALOGUE_BYTES,
    Catalogue,
    Collected,
    EvidenceWanted,
    Proof,
    Task,
    parse_catalogue,
)
from assay.assurance.shipped import SHIPPED, load_catalogue
from assay.core.errors import AssayError, MalformedError
from tests.assurance.factory import HEADER, catalogue, evidence_toml, task_toml

GOOD = evidence_toml("one")
TASK = task_toml("A.1.1", GOOD)

REFUSED = {
    "not-utf-8": (
        b"\xff",
        (
            "[malformed] not TOML: 'utf-8' codec can't decode byte 0xff in position "
            "0: invalid start byte"
        ),
    ),
    "not-toml": (b"=", "[malformed] not TOML: Invalid statement (at line 1, column 1)"),
    "too-large": (
        b"#" * (MAX_CATALOGUE_BYTES + 1),
        "[malformed] 1048577 bytes, where at most 1048576 are read",
    ),
    "unknown-schema": (
        HEADER.replace("catalogue/v1", "catalogue/v2") + TASK,
        "[malformed] 'assay.catalogue/v2' where 'assay.catalogue/v1' is needed, at schema",
    ),
    "missing-licence": (
        HEADER.replace('licence = "none needed"', "") + TASK,
        "[malformed] no licence, at licence",
    ),
    "empty-source": (
        HEADER.replace('"these tests"', '" "') + TASK,
        "[malformed] empty text, at source",
    ),
    "unknown-key-at-top": (
        HEADER + 'extra = "x"\n' + TASK,
        "[malformed] unknown key 'extra', at extra",
    ),
    "unknown-key-in-task": (
        HEADER + task_toml("A.1.1", GOOD, line='titel = "x"'),
        "[malformed] unknown key 'titel', at task[0].titel",
    ),
    "unknown-key-in-evidence": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'max_age = "x"')),
        "[malformed] unknown key 'max_age', at task[0].evidence[0].max_age",
    ),
    "no-task": (HEADER + "task = []", "[malformed] a catalogue without tasks, at task"),
    "repeated-task": (
        HEADER + TASK + task_toml("A.1.1", evidence_toml("two")),
        "[malformed] repeated task 'A.1.1', at task",
    ),
    "repeated-evidence-type": (
        HEADER + TASK + task_toml("A.1.2", GOOD),
        "[malformed] repeated evidence type 'one', at task",
    ),
    "unknown-practice": (
        HEADER + task_toml("A.2.1", GOOD),
        "[malformed] unknown practice 'A.2', at task[0].practice",
    ),
    "unknown-group": (
        HEADER.replace('A = "First", ', "") + TASK,
        "[malformed] unknown group 'A', at task[0].practice",
    ),
    "task-of-another-practice": (
        HEADER + TASK.replace('id = "A.1.1"', 'id = "B.1.1"'),
        "[malformed] 'B.1.1' is no task of 'A.1', at task[0].id",
    ),
    "task-without-evidence": (
        HEADER + task_toml("A.1.1", line="evidence = []"),
        "[malformed] a task that wants no evidence, at task[0].evidence",
    ),
    "unknown-proof": (
        HEADER + TASK.replace('"machine"', '"magic"'),
        "[malformed] 'magic', at task[0].proof (machine, mixed, people)",
    ),
    "empty-title": (
        HEADER + TASK.replace("Title of A.1.1", ""),
        "[malformed] empty text, at task[0].title",
    ),
    "empty-drill": (
        HEADER + task_toml("A.1.1", GOOD, line='drill = ""'),
        "[malformed] empty text, at task[0].drill",
    ),
    "unknown-role": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'signer_role = "king"')),
        "[malformed] unknown role 'king', at task[0].evidence[0].signer_role",
    ),
    "statement-without-role": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'collected = "statement"')),
        "[malformed] a statement that no role signs, at task[0].evidence[0]",
    ),
    "no-age": (
        HEADER + task_toml("A.1.1", evidence_toml("one", without=("max_age_days",))),
        "[malformed] one of max_age_days and bound_to_subject, at task[0].evidence[0]",
    ),
    "two-ages": (
        HEADER + task_toml("A.1.1", evidence_toml("one", "bound_to_subject = true")),
        "[malformed] one of max_age_days and bound_to_subject, at task[0].evidence[0]",
    ),
    "age-of-no-days": (
        HEADER + task_toml("A.1.1", evidence_toml("one", "max_age_days = 0")),
        "[malformed] 0 days, at task[0].evidence[0].max_age_days (1 to 3650)",
    ),
    "age-without-end": (
        HEADER + task_toml("A.1.1", evidence_toml("one", "max_age_days = 3651")),
        "[malformed] 3651 days, at task[0].evidence[0].max_age_days (1 to 3650)",
    ),
    "age-that-is-no-number": (
        HEADER + task_toml("A.1.1", evidence_toml("one", "max_age_days = true")),
        "[malformed] bool where a whole number is needed, at task[0].evidence[0].max_age_days",
    ),
    "not-bound-to-subject": (
        HEADER
        + task_toml(
            "A.1.1",
            evidence_toml("one", "bound_to_subject = false", without=("max_age_days",)),
        ),
        "[malformed] false, at task[0].evidence[0].bound_to_subject (state max_age_days instead)",
    ),
    "unknown-binding": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'binding = "never"')),
        (
            "[malformed] 'never', at task[0].evidence[0].binding "
            "(per_commit, per_release, continuous, periodic)"
        ),
    ),
    "unknown-collection": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'collected = "somehow"')),
        "[malformed] 'somehow', at task[0].evidence[0].collected (automatic, partly, statement)",
    ),
    "unknown-cost": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'cost = "much"')),
        "[malformed] 'much', at task[0].evidence[0].cost (minutes, hours, days, weeks)",
    ),
    "no-next-step": (
        HEADER + task_toml("A.1.1", evidence_toml("one", without=("next",))),
        "[malformed] no next, at task[0].evidence[0].next",
    ),
    "empty-event": (
        HEADER + task_toml("A.1.1", evidence_toml("one", 'ends = [""]')),
        "[malformed] empty text, at task[0].evidence[0].ends[0]",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes | str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_catalogue(data if isinstance(data, bytes) else data.encode())
    assert str(caught.value) == message


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_catalogue(data)


def test_the_whole_of_a_task_is_read() -> None:
    read = catalogue(TASK)
    assert [task.id for task in read.tasks] == ["A.1.1"]
    assert read.tasks[0].group == "A"
    assert read.tasks[0].drill == ""
    assert read.wanted("one") is read.tasks[0].evidence[0]
    assert read.wanted("two") is None


def test_an_unknown_catalogue_is_a_fault_of_the_call() -> None:
    with pytest.raises(AssayError) as caught:
        load_catalogue("ssdf-9")
    assert str(caught.value) == "[usage] no catalogue 'ssdf-9' (ssdf-1.1)"


def _shipped() -> Catalogue:
    return load_catalogue("ssdf-1.1")


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_catalogue_is_read_and_names_its_source_and_licence(name: str) -> None:
    read = load_catalogue(name)
    assert f"{read.id}-{read.version}" == name
    assert read.source.startswith("NIST Special Publication 800-218")
    assert "public domain" in read.licence


def test_nothing_is_defined_in_vain() -> None:
    """A role, group or practice that no task names is one whose task was forgotten."""
    read = _shipped()
    assert {task.practice for task in read.tasks} == set(read.practices)
    assert {task.group for task in read.tasks} == set(read.groups)
    named = {e.signer_role for task in read.tasks for e in task.evidence if e.signer_role}
    assert named == set(read.roles)


def test_next_steps_name_only_commands_that_exist() -> None:
    steps = [e.next for task in _shipped().tasks for e in task.evidence]
    commands = {found for step in steps for found in re.findall(r"`([^`]*)`", step)}
    assert commands == {"assay check", "assay log verify", "assay vulns update"}


def test_every_task_and_its_texts_are_a_line_each() -> None:
    for task in _shipped().tasks:
        texts = (task.title, task.why, task.drill, *(e.next for e in task.evidence))
        assert all("\n" not in text for text in texts), task.id
        assert len(task.title) <= 60, task.id


# What the project worked out for itself beforehand, compared word for word with what is shipped.

_COLLECTED = {
    "full": Collected.AUTOMATIC,
    "partial": Collected.PARTLY,
    "manual": Collected.STATEMENT,
}
_PROOF = {
    "machine_provable": Proof.MACHINE,
    "machine_supported": Proof.MIXED,
    "human_statement": Proof.PEOPLE,
}


def test_every_task_of_the_framework_is_there_in_its_order(shared_data: Path) -> None:
    framework = json.loads((shared_data / "ssdf" / "ssdf-1.1.json").read_bytes())
    shipped = _shipped()
    assert [task.id for task in shipped.tasks] == [task["id"] for task in framework["tasks"]]
    assert len(shipped.tasks) == 42
    assert [t.practice for t in shipped.tasks] == [t["practice"] for t in framework["tasks"]]
    assert list(shipped.groups) == [group["id"] for group in framework["groups"]]
    assert list(shipped.practices) == [practice["id"] for practice in framework["practices"]]


def test_no_sentence_of_the_framework_is_copied(shared_data: Path) -> None:
    """The words are this project's own, although the framework's are free to use."""
    framework = json.loads((shared_data / "ssdf" / "ssdf-1.1.json").read_bytes())
    theirs = {task["id"]: _eights(task["text"]) for task in framework["tasks"]}
    for task in _shipped().tasks:
        ours = " ".join((task.title, task.why, *(e.shows for e in task.evidence)))
        assert not _eights(ours) & theirs[task.id], task.id


def test_ids_ages_and_roles_are_those_of_the_evidence_map(shared_data: Path) -> None:
    tasks = json.loads((shared_data / "ssdf" / "evidence-map.json").read_bytes())["tasks"]
    mapped = {
        task_id: (
            _PROOF[task["verdict"]],
            task["canary"] is not None,
            [_mapped(evidence) for evidence in task["evidence"]],
        )
        for task_id, task in tasks.items()
    }
    assert {task.id: _compared(task) for task in _shipped().tasks} == mapped


def _eights(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}


def _mapped(evidence: dict[str, object]) -> tuple[object, ...]:
    return (
        evidence["evidence_type"],
        _COLLECTED[str(evidence["automatable"])],
        evidence["max_age_days"],
        evidence["binding"],
        evidence.get("signer_role", ""),
        bool(evidence.get("invalidated_by")),
        bool(evidence.get("does_not_prove")),
    )


def _compared(task: Task) -> tuple[object, ...]:
    return (task.proof, bool(task.drill), [_shipped_line(line) for line in task.evidence])


def _shipped_line(line: EvidenceWanted) -> tuple[object, ...]:
    return (
        line.type,
        line.collected,
        None if line.max_age is None else line.max_age.days,
        line.binding.value,
        line.signer_role,
        bool(line.ends),
        bool(line.unproven),
    )
