"""What the tests of reachability share: components to look for, and files to look into."""

from collections.abc import Mapping

from assay.findings.reach import Level, Sight, make_reach
from assay.sbom.component import Component
from assay.system.filetree import MemoryTree
from assay.vuln.reach.found import Found
from assay.vuln.reach.search import Search
from assay.vuln.reach.sources import TreeSources
from assay.vuln.reach.target import Symbol, Target, split_symbol

TYPES = {"PyPI": "pypi", "npm": "npm", "Go": "golang", "crates.io": "cargo"}


def target(
    ecosystem: str,
    name: str,
    *symbols: str | Symbol,
    parents: tuple[str, ...] = (),
    nested: tuple[str, ...] = (),
) -> Target:
    """Return a vulnerability of `name` in `symbols`, known by that name."""
    component = Component(
        purl=f"pkg:{TYPES[ecosystem]}/{name}@1", name=name, version="1", found_in=("lock",)
    )
    return Target(
        finding=name,
        vulnerability="CVE-2026-1",
        component=component,
        ecosystem=ecosystem,
        name=name,
        symbols=tuple(
            one if isinstance(one, Symbol) else Symbol(parts=split_symbol(one)) for one in symbols
        ),
        parents=parents,
        parents_known=True,
        nested=nested,
    )


def look(language: type[Search], files: Mapping[str, bytes | str], *targets: Target) -> Found:
    """Return what `language` finds in `files`."""
    contents = {
        path: text.encode() if isinstance(text, str) else text for path, text in files.items()
    }
    return language.look(TreeSources(tree=MemoryTree(contents=contents)), targets)


def level(found: Found, name: str) -> Level:
    """Return the level that was found."""
    return make_reach(Level.DECLARED, found.sights.get(name, ()), (), ()).level


def best(found: Found, name: str) -> Sight:
    """Return the strongest sight."""
    return make_reach(Level.DECLARED, found.sights[name], (), ()).sights[0]


def limits(found: Found, name: str) -> set[str]:
    """Return all that is open about a target: what a look cannot know, and what is hidden."""
    return found.limits.get(name, set()) | hidden(found, name)


def hidden(found: Found, name: str) -> set[str]:
    """Return what was not seen through that may hide more about a target."""
    return found.general | found.hidden.get(name, set())
