"""Where SBOMs of one artifact disagree, for people: as a page, as Markdown, and its words.

Every list is bounded and says what it leaves out: the JSON report has all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.compare_sboms import ComparedSboms
from assay.reports.jsontext import render_json
from assay.reports.marktext import code, prose
from assay.system.files import save_file

SHOWN: Final = 200  # disagreements of one kind, on a page
TITLES: Final[Mapping[str, str]] = {
    "absent": "not in all",
    "version": "another version",
    "name": "perhaps another package of that name",
    "form": "the same, written in another way",
}
_MEANINGS: Final = {
    "absent": "Some list the package and others do not.",
    "version": "All list the package, and not at the same versions.",
    "name": "The name and the versions are alike, the type or the namespace is not.",
    "form": "Only qualifiers or separators of the identity differ. This counts against nobody.",
}
_SENTENCES: Final = {
    Verdict.PASSED: "The documents say the same.",
    Verdict.FAILED: "The documents contradict each other.",
    Verdict.UNKNOWN: "Whether the documents say the same cannot be told.",
}
_TRUTHS: Final = {
    Verdict.PASSED: "The document lists what is in the artifact.",
    Verdict.FAILED: "The document does not list what is in the artifact.",
    Verdict.UNKNOWN: "Whether the document lists what is in the artifact cannot be told.",
}


def write_comparison(found: ComparedSboms, target: Path) -> None:
    """Write the report to `target`; its ending tells the format.

    Raises:
        UsageError: The ending tells none.
        UnavailableError: It cannot be written.
    """
    save_file(target, _RENDERERS[check_ending(target)](found))


def check_ending(target: Path) -> str:
    """Return the ending of a report that can be written.

    Raises:
        UsageError: It tells no format.
    """
    if target.suffix not in _RENDERERS:
        known = " ".join(_RENDERERS)
        raise UsageError(f"{target.suffix!r} tells no format", hint=f"one of: {known}")
    return target.suffix


def _html(found: ComparedSboms) -> bytes:
    from assay.reports.page import render_page  # noqa: PLC0415  # Jinja only where used

    return render_page("comparison.html.j2", comparison_view(found), styles=("check.css",))


def comparison_view(found: ComparedSboms) -> dict[str, object]:
    """Return what the page shows, in its order."""
    return {
        "result": found.verdict.value,
        "sentence": _sentence(found),
        "agreed": found.comparison.agreed,
        "documents": list(_documents(found)),
        "groups": [
            {"title": title, "meaning": _MEANINGS[kind], "items": items}
            for kind, title in TITLES.items()
            if (items := [one for one in found.comparison.disagreements if one.kind == kind])
        ],
        "shown": SHOWN,
        "not_checked": [str(note) for note in found.not_checked],
    }


def _sentence(found: ComparedSboms) -> str:
    return (_TRUTHS if found.is_truth else _SENTENCES)[found.verdict]


def _documents(found: ComparedSboms) -> Iterator[tuple[str, int, int, int]]:
    """Yield each document: how many components it lists, how many alone, how many it lacks."""
    listed, alone, lacking = Counter[str](), Counter[str](), Counter[str]()
    for item in found.comparison.disagreements:
        said = dict(item.said)
        listed.update({name: len(identities) for name, identities in said.items()})
        if item.kind == "absent":
            alone.update([*said] if len(said) == 1 else [])
            lacking.update(name for name in found.comparison.documents if name not in said)
    for name in found.comparison.documents:
        yield name, found.comparison.agreed + listed[name], alone[name], lacking[name]


def render_comparison_markdown(found: ComparedSboms) -> bytes:
    """Return the report; text from outside can form no markup, link or mention."""
    lines = [
        f"# {found.verdict.name}: {_sentence(found)}",
        "",
        f"{found.comparison.agreed} components are alike in all.",
        "",
    ]
    for name, listed, alone, lacking in _documents(found):
        lines.append(f"- {code(name)}: {listed} listed, {alone} alone, {lacking} missing")
    for kind, title in TITLES.items():
        items = [one for one in found.comparison.disagreements if one.kind == kind]
        if items:
            lines += ["", f"## {title.capitalize()} ({len(items)})", "", _MEANINGS[kind], ""]
            for item in items[:SHOWN]:
                said = "; ".join(f"{code(n)} {' '.join(map(code, i))}" for n, i in item.said)
                lines.append(f"- {code(item.package)}: {said}")
            lines += [*_more(len(items))]
    if found.not_checked:
        lines += ["", f"## Not checked ({len(found.not_checked)})", ""]
        lines += [f"- {prose(str(note))}" for note in found.not_checked[:SHOWN]]
        lines += [*_more(len(found.not_checked))]
    return "".join(f"{line}\n" for line in lines).encode()


def _more(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f"- and {count - SHOWN} more; the JSON report has all"


def _json(found: ComparedSboms) -> bytes:
    """Return what the command prints with `--json`."""
    command = "sbom-truth" if found.is_truth else "sbom-compare"
    return render_json({"schema": f"assay.{command}/v1"} | found.as_json())


_RENDERERS: Final = {
    ".html": _html,
    ".json": _json,
    ".md": render_comparison_markdown,
}
