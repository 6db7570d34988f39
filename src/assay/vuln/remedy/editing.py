"""The edits that make a set of changes, for each format that can be edited truthfully."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from assay.vuln.remedy import npmlock, requirementslock, yarnlock
from assay.vuln.remedy.nodeediting import edit_npm, edit_yarn
from assay.vuln.remedy.pythonediting import edit_pipenv, edit_requirements_file, edit_toml
from assay.vuln.remedy.work import Edited, Work


def edit_lock(work: Work) -> Edited:
    """Make the edits that can be made.

    Raises:
        MalformedError: A file is not what it was read as.
    """
    make = _EDITORS.get(work.lock.kind)
    if work.lock.why_not:
        return Edited(refused=dict.fromkeys(work.changes, work.lock.why_not))
    if make is None:
        why = f"a file of {work.lock.kind} is not edited here"
        return Edited(refused=dict.fromkeys(work.changes, why))
    return make(work)


_EDITORS: Final[Mapping[str, Callable[[Work], Edited]]] = MappingProxyType(
    {
        requirementslock.KIND: edit_requirements_file,
        npmlock.KIND: edit_npm,
        yarnlock.KIND: edit_yarn,
        "pipenv": edit_pipenv,
        "uv": edit_toml,
        "poetry": edit_toml,
        "pdm": edit_toml,
        "pylock": edit_toml,
    }
)
