"""Fixes for the findings of workflows, as far as a commit's own files tell them."""

from collections.abc import Mapping
from dataclasses import replace

from assay.findings.fingerprint import Sighting
from assay.findings.fixes.edit import Fix
from assay.findings.fixes.pins import learn_pins
from assay.findings.fixes.workflows import PERMISSIONS, PlannedFix, is_fixable, plan_fixes
from assay.scan.scanner import Sources

Place = tuple[str, str, int]  # rule, path, line; line 0 stands for the whole file


def plan_for(sources: Sources) -> Mapping[Place, Fix]:
    """Return the fix of each place in `sources`; files that are no UTF-8 have none."""
    texts: dict[str, str] = {}
    for path in sorted(sources.paths):
        if is_fixable(path):
            try:
                texts[path] = sources.content(path).decode()
            except UnicodeDecodeError:
                continue
    pins = learn_pins(texts.values(), listed={})
    planned = (one for path, text in texts.items() for one in plan_fixes(path, text, pins=pins))
    return {
        (one.rule, one.path, 0 if one.rule == PERMISSIONS else one.line): one.fix
        for one in planned
        if isinstance(one, PlannedFix)
    }


def with_fix(sighting: Sighting, planned: Mapping[Place, Fix]) -> Sighting:
    """Return `sighting` with the fix that mends it, if there is one."""
    line = 0 if sighting.rule == PERMISSIONS else sighting.line
    fix = planned.get((sighting.rule, sighting.path, line))
    return sighting if fix is None else replace(sighting, fixes=(fix,))
