"""The page about the SSDF catalogue: every task, and the evidence that would show it."""

from collections.abc import Iterator
from typing import Final

from assay.assurance.catalogue import Catalogue, EvidenceWanted, Task
from assay.assurance.shipped import load_catalogue
from docs_pages.markdown import cell, table

INTRO: Final = """\
The ids are the framework's, the words are ours.
[How the status is computed](../explanation/ssdf.md).
"""


def ssdf_page() -> str:
    """Return the catalogue, group by group."""
    catalogue = load_catalogue("ssdf-1.1")
    wanted = sum(len(task.evidence) for task in catalogue.tasks)
    parts = [
        f"# {catalogue.name} {catalogue.version}: tasks, and the evidence that would show them\n",
        f"{len(catalogue.tasks)} tasks, {wanted} kinds of evidence. Source: {catalogue.source}.\n",
        INTRO,
        *_groups(catalogue),
        "## Who signs\n",
        table(("Role", "Who"), [(f"`{name}`", cell(who)) for name, who in catalogue.roles.items()]),
    ]
    return "\n".join(parts)


def _groups(catalogue: Catalogue) -> Iterator[str]:
    for group, title in catalogue.groups.items():
        yield f"## {group}: {title}\n"
        for task in catalogue.tasks:
            if task.group == group:
                yield _task(task)


def _task(task: Task) -> str:
    rows = [
        (f"`{e.type}`", cell(e.shows), _age(e), cell(e.collected.value + _signer(e)))
        for e in task.evidence
    ]
    head = ("Evidence", "Shows", "Holds", "Collected")
    return f"### {task.id} {task.title}\n\n{task.why}\n\n{table(head, rows)}"


def _age(wanted: EvidenceWanted) -> str:
    if wanted.max_age is None:
        return "for its subject"
    return f"{wanted.max_age.days} days"


def _signer(wanted: EvidenceWanted) -> str:
    return f"; signed by `{wanted.signer_role}`" if wanted.signer_role else ""
