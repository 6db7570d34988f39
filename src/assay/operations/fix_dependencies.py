"""The part of `assay fix` that is about dependencies: from files to a plan with edited texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.operations.home import open_home
from assay.sbom.collect import read_inventory
from assay.vuln.context import ProductContext
from assay.vuln.index import AdvisoryIndex
from assay.vuln.mirror import load_advisories
from assay.vuln.remedy.candidates import Candidates
from assay.vuln.remedy.indexes.catalogue import IndexCatalogue
from assay.vuln.remedy.indexes.sources import PUBLIC, HttpIndex, IndexSource, parse_index
from assay.vuln.remedy.making import Maker, Wanted
from assay.vuln.remedy.model import Catalogue, NoCatalogue
from assay.vuln.remedy.plan import Plan
from assay.vuln.remedy.planning import make_plan
from assay.vuln.remedy.ranking import Ranking, cves_of
from assay.vuln.remedy.steps import Step
from assay.vuln.signals.store import load_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyWishes:
    """What is to be mended among dependencies; `only` are ids and names of packages, none: all.

    `indexes` are asked for releases, as `parse_index` reads them; `online` are the public ones.
    """

    only: frozenset[str] = frozenset()
    max_step: Step = Step.MAJOR
    online: bool = False
    indexes: tuple[str, ...] = ()


def plan_dependencies(
    files: Mapping[str, bytes],
    wishes: DependencyWishes,
    catalogue: Catalogue,
    *,
    context: ProductContext,
    left_out: frozenset[str],
    at: datetime,
) -> Plan:
    """Plan the upgrades for the dependency files `files` of one commit.

    `left_out` are those that could not be read, or differ from the commit.

    Raises:
        AssayError: The advisories cannot be read, or are not what was imported.
    """
    inventory = read_inventory(files)
    mirror = open_home().advisories
    advisories = load_advisories(mirror, inventory.components)
    index = AdvisoryIndex(advisories=advisories, at=at)
    answers = [index.answer(one.purl) for one in inventory.components if one.purl]
    signals = load_signals(mirror, cves_of(answers))
    maker = Maker(
        files=files,
        left_out=left_out,
        candidates=Candidates(index=index, catalogue=catalogue),
        ranking=Ranking(advisories=advisories, signals=signals, context=context),
        wanted=Wanted(only=wishes.only, max_step=wishes.max_step),
    )
    return make_plan(maker, inventory)


def open_catalogue(wishes: DependencyWishes, *, progress: Callable[[str], None]) -> Catalogue:
    """Return where releases are looked up.

    Raises:
        UsageError: One of the indexes is none.
    """
    sources: dict[str, IndexSource] = {}
    if wishes.online:
        sources |= {name: HttpIndex(ecosystem=name, base=base) for name, base in PUBLIC.items()}
    for text in wishes.indexes:
        source = parse_index(text)
        sources[source.ecosystem] = source
    return IndexCatalogue(sources=sources, progress=progress) if sources else NoCatalogue()
