"""Edits of Pipfile.lock: version and hashes of a package, in every group that has it."""

from collections.abc import Mapping

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.jsontext import Node, Span, locate_json, replace_spans, set_members

NewEntry = tuple[str, str, tuple[str, ...]]  # the old version, the new one, and its hashes


def edit_pipfile_lock(text: str, wanted: Mapping[str, NewEntry]) -> str:
    """Return the lock file with the packages `wanted`, by normal name, at their new versions.

    Raises:
        MalformedError: One of them is not there.
    """
    root = locate_json(text)
    spans: list[Span] = []
    found: set[str] = set()
    for group, packages in root.members.items():
        for name, node in packages.members.items() if group != "_meta" else ():
            new = wanted.get(normal_name(name))
            if new is None or _text(text, node.at("version")) != f'"=={new[0]}"':
                continue
            updates = {"version": f"=={new[1]}", "hashes": list(new[2])}
            spans += set_members(text, node, updates)
            found.add(normal_name(name))
    if found != set(wanted):
        raise MalformedError(f"no exact version of {min(set(wanted) - found)} to change")
    return replace_spans(text, spans)


def _text(text: str, node: Node | None) -> str:
    return "" if node is None else text[node.start : node.end]
