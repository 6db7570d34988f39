"""`assay sbom compare` and `assay sbom truth`: SBOMs of one artifact against each other, or it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.operations.read_sbom import load_sbom, load_sboms
from assay.operations.survey_build import Build, survey_build
from assay.operations.survey_source import Target, survey_source
from assay.sbom.component import Component
from assay.sbom.disagreement import Comparison, Disagreement, components_of, find_disagreements
from assay.system.sandbox import find_sandbox

ARTIFACT: Final = "artifact"  # how the truth is called among the documents
DOCUMENT: Final = "sbom"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSboms:
    """Where the documents disagree, and what in them could not be read."""

    comparison: Comparison
    verdict: Verdict
    not_checked: tuple[NotChecked, ...]
    is_truth: bool = False  # one side is the artifact itself
    confined_by: str = ""  # what confined the build, if one was run

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "documents": list(self.comparison.documents),
            "agreed": self.comparison.agreed,
            "disagreements": [
                {
                    "kind": item.kind,
                    "package": item.package,
                    "said": {document: list(names) for document, names in item.said},
                }
                for item in self.comparison.disagreements
            ],
            "notChecked": [note.as_json() for note in self.not_checked],
            **({"buildConfinedBy": self.confined_by} if self.confined_by else {}),
        }


def compare_sboms(paths: tuple[Path, ...]) -> ComparedSboms:
    """Compare SBOMs of several makers for one artifact.

    Identities that only look different do not count against the documents; whether packages of one
    name and another type or namespace are the same cannot be told.

    Raises:
        MalformedError: One is no SBOM that is known, or is against its rules.
        UsageError: No such file, or fewer than two.
    """
    documents = load_sboms(paths)
    found = find_disagreements({name: components_of(sbom) for name, sbom in documents.items()})
    apart = any(item.kind in {"absent", "version"} for item in found.disagreements)
    notes = {note for sbom in documents.values() for note in sbom.inventory.not_checked}
    return ComparedSboms(
        comparison=found,
        verdict=Verdict.FAILED if apart else _agreed(found),
        not_checked=tuple(sorted(notes)),
    )


def check_truth(path: Path, *, source: str, platform: str, build: str) -> ComparedSboms:
    """Compare the SBOM at `path` with what is found in `source` itself.

    With a command `build`, it is compared with what that leaves behind in a copy of the folder.
    Something in the artifact that the SBOM lacks is a failure. Something that the SBOM lists and
    nobody found may still be there, in a form that is not recognised: that cannot be told.

    Raises:
        MalformedError: Not an SBOM that is known, or against its rules.
        UsageError: No such file, folder or image.
        UnavailableError: `source` cannot be read, or the build failed or cannot be confined.
    """
    sbom = load_sbom(path)
    sandbox = find_sandbox() if build else None
    if sandbox is None:
        truth, _ = survey_source(Target(source=source, platform=platform))
    else:
        truth = survey_build(Path(source), Build(command=build, sandbox=sandbox))
    listed = [*components_of(sbom), *_subject(sbom.subject)]
    found = _without(
        sbom.subject,
        find_disagreements(
            {ARTIFACT: [item for item in truth.components if item.kind != "file"], DOCUMENT: listed}
        ),
    )
    return ComparedSboms(
        comparison=found,
        verdict=_judge(found, truth.not_checked),
        not_checked=tuple(sorted({*truth.not_checked, *sbom.inventory.not_checked})),
        is_truth=True,
        confined_by=sandbox.description if sandbox is not None else "",
    )


def _subject(subject: Component | None) -> list[Component]:
    """Return the subject, which is in the artifact too, as itself."""
    return [] if subject is None or not subject.purl else [subject]


def _without(subject: Component | None, found: Comparison) -> Comparison:
    """Return the comparison without the subject, where the artifact does not name itself.

    Something else of the subject's name that the artifact holds stays.
    """
    alone = ((DOCUMENT, (subject.identity,)),) if subject is not None else ()
    kept = tuple(item for item in found.disagreements if item.said != alone)
    return replace(found, disagreements=kept)


def _judge(found: Comparison, gaps: tuple[NotChecked, ...]) -> Verdict:
    if any(item.kind == "version" or _is_missing(item) for item in found.disagreements):
        return Verdict.FAILED
    if gaps or any(item.kind == "absent" for item in found.disagreements):
        return Verdict.UNKNOWN  # what only the SBOM lists: what only the artifact has was above
    return _agreed(found)


def _is_missing(item: Disagreement) -> bool:
    return item.kind == "absent" and any(document == ARTIFACT for document, _ in item.said)


def _agreed(found: Comparison) -> Verdict:
    """Return PASSED where there was something to agree on, and nothing that may be two things."""
    doubtful = any(item.kind == "name" for item in found.disagreements)
    compared = bool(found.agreed or found.disagreements)
    return Verdict.PASSED if compared and not doubtful else Verdict.UNKNOWN
