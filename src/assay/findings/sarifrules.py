"""The rules of a SARIF run: what each of them means, and what to do, as text and as Markdown."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from assay.core.printable import printable
from assay.findings.finding import Finding, Severity
from assay.findings.sariftext import unlinked

SCORES: Final = {  # inside the bands by which GitHub reads `security-severity`
    Severity.CRITICAL: "9.5",
    Severity.UNKNOWN: "9.5",  # nobody said, so it counts as the worst
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
CWE: Final = {"name": "CWE", "index": 0}  # the one taxonomy of our runs (section 3.54)
_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/#?=&%+-]*)?\Z")
_CWE: Final = re.compile(r"CWE-(\d{1,6})\Z")
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#|!~])")


def rule_worst(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return the worst finding of each rule, rules in the order in which they first appear."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        known = worst.get(finding.rule)
        if known is None or finding.severity.rank < known.severity.rank:
            worst[finding.rule] = finding
    return worst


def weakness_numbers(references: Iterable[str]) -> list[int]:
    """Return the numbers of the CWEs among `references`, each once, in order."""
    found = (_CWE.match(name) for name in references)
    return list(dict.fromkeys(int(cwe.group(1)) for cwe in found if cwe))


def render_rule(finding: Finding, *, taxa: Mapping[int, int]) -> dict[str, object]:
    """Return the `reportingDescriptor` (section 3.49) of the rule behind `finding`.

    `taxa` leads from the number of a CWE to its place in the taxonomy of the run.
    """
    title, remedy = printable(finding.title or finding.rule), printable(finding.remedy)
    links = [url for url in finding.references if _URL.match(url)]
    names = [printable(name) for name in finding.references if name not in links]
    rule: dict[str, object] = {
        "id": finding.rule,
        "name": _name(finding.rule),
        "shortDescription": {"text": unlinked(title)},
        "fullDescription": {"text": unlinked(f"{title}. {remedy}")},
        "help": {
            "text": unlinked(" ".join([remedy, *names, *links])),
            "markdown": _markdown(title, remedy, names, links),
        },
        "properties": {
            "tags": ["security", *_tags(names)],
            "precision": "high",
            "security-severity": SCORES[finding.severity],
        },
    }
    numbers = [number for number in weakness_numbers(finding.references) if number in taxa]
    if numbers:
        rule["relationships"] = [
            {"target": taxon_reference(number, taxa[number]), "kinds": ["relevant"]}
            for number in numbers
        ]
    return rule | ({"helpUri": links[0]} if links else {})


def render_taxonomy(taxa: Mapping[int, int]) -> dict[str, object]:
    """Return the `toolComponent` (section 3.19) that holds the CWEs which the run names."""
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "Common Weakness Enumeration"},
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": False,
        "taxa": [
            {
                "id": f"CWE-{number}",
                "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html",
            }
            for number in sorted(taxa, key=lambda number: taxa[number])
        ],
    }


def taxon_reference(number: int, index: int) -> dict[str, object]:
    """Return the `reportingDescriptorReference` (section 3.52) of a CWE."""
    return {"id": f"CWE-{number}", "index": index, "toolComponent": dict(CWE)}


def _name(rule: str) -> str:
    """Return the rule's id as one word in the case that viewers expect: `ZizmorUnpinnedUses`."""
    words = re.findall(r"[A-Za-z0-9]+", rule)
    return "".join(word[0].upper() + word[1:] for word in words) or "Rule"


def _markdown(title: str, remedy: str, names: list[str], links: list[str]) -> str:
    listed = [*(f"* {_escaped(name)}" for name in names), *(f"* <{link}>" for link in links)]
    return "\n".join(
        [f"**{_escaped(title)}**", "", _escaped(remedy), *([""] if listed else []), *listed]
    )


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it stands: no link, no image, no HTML, no emphasis."""
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", shown)


def _tags(names: list[str]) -> list[str]:
    """Return the weaknesses as GitHub's filters know them; it shows ten tags, ours included."""
    return [f"external/cwe/cwe-{number:03}" for number in weakness_numbers(names)][:9]
