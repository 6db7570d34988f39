"""Values for the tests of assurance: a small catalogue, and observations at chosen moments."""

from datetime import UTC, datetime, timedelta

from assay.assurance.catalogue import Catalogue, parse_catalogue
from assay.assurance.evidence import Observation
from assay.core.digest import Digest, sha256_of
from assay.core.verdict import Verdict

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COMMIT = Digest("gitCommit", "ab" * 20)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

HEADER = """
schema = "assay.catalogue/v1"
id = "toy"
name = "TOY"
version = "1"
title = "Toy framework"
source = "these tests"
licence = "none needed"
roles = { owner = "owns it" }
groups = { A = "First", B = "Second" }
practices = { "A.1" = "One", "B.1" = "Two" }
"""


def evidence_toml(kind: str, *lines: str, without: tuple[str, ...] = ()) -> str:
    """Return one `[[task.evidence]]` with a value for everything that `lines` do not state."""
    fields = {
        "type": f'type = "{kind}"',
        "shows": 'shows = "something"',
        "collected": 'collected = "automatic"',
        "max_age_days": "max_age_days = 7",
        "binding": 'binding = "periodic"',
        "next": f'next = "Obtain {kind}"',
        "cost": 'cost = "hours"',
    }
    fields |= {line.partition(" ")[0]: line for line in lines}
    kept = [line for name, line in fields.items() if name not in without]
    return "\n".join(["[[task.evidence]]", *kept, ""])


def task_toml(task: str, *evidence: str, line: str = "") -> str:
    """Return one `[[task]]` of the practice that its id begins with."""
    practice = task.rpartition(".")[0]
    head = [
        "[[task]]",
        f'id = "{task}"',
        f'practice = "{practice}"',
        f'title = "Title of {task}"',
        'why = "Because"',
        'proof = "machine"',
        line,
    ]
    return "\n".join([*head, *evidence, ""])


def catalogue(*tasks: str) -> Catalogue:
    """Return the toy catalogue with `tasks`."""
    return parse_catalogue((HEADER + "\n".join(tasks)).encode())


def observed(
    kind: str, verdict: Verdict, *, at: datetime | None = NOON, reason: str = "seen"
) -> Observation:
    """Return an observation with a statement of its own for each kind, answer and moment."""
    name = f"{kind}{verdict.value}{at}".encode()
    return Observation(
        evidence_type=kind,
        verdict=verdict,
        reason=reason,
        statements=(sha256_of(name),),
        observed_at=at,
    )
