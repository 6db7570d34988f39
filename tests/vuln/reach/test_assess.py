"""From findings to findings with their reach: only what is needed is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from assay.findings.finding import Finding
from assay.findings.reach import Level
from assay.sbom.component import Component
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.reach.assess import assess_reach
from assay.vuln.reach.found import NO_SYMBOLS
from tests.vuln.records import affected, encoded
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Files:
    """Files that say which of them were read."""

    contents: dict[str, bytes]
    left_out: tuple[str, ...] = ()
    read: list[str] = field(default_factory=list)

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths."""
        return tuple(self.contents)

    def load(self, paths: Sequence[str], *, max_bytes: int) -> Iterator[tuple[str, bytes | None]]:
        """Yield the contents, whatever their size."""
        assert max_bytes > 0
        self.read += paths
        yield from ((path, self.contents[path]) for path in paths)


def assessed(tmp_path: Path, files: Files, *components: Component) -> tuple[Finding, ...]:
    """Match `components` with an advisory about shop, web and jar, and read `files`."""
    specific = {"ecosystem_specific": {"functions": ["shop.pay"]}}
    records = {
        "a": encoded("GHSA-a", affected=[affected() | specific]),
        "b": encoded("GHSA-b", affected=[affected("web", ecosystem="npm", kind="SEMVER")]),
        "c": encoded("GHSA-c", affected=[affected("g:jar", ecosystem="Maven")]),
    }
    mirror = tmp_path / "mirror"
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    advisories = load_advisories(mirror, components)
    findings = match_components(components, advisories, at=AT).findings
    return assess_reach(findings, components, advisories, files).findings


def component(purl: str, **more: tuple[str, ...]) -> Component:
    """Return one at version 1.0."""
    name = purl.rpartition("/")[2].partition("@")[0]
    found_in = more.pop("found_in", ("lock",))
    return Component(purl=purl, name=name, version="1.0", found_in=found_in, **more)  # type: ignore[arg-type]


SHOP = component("pkg:pypi/shop@1.0")
SOURCES = {"a.py": b"import shop\nshop.pay()\n", "a.js": b"import 'web'"}


def test_the_reach_is_in_the_observation_and_the_identity_stays(tmp_path: Path) -> None:
    [found] = assessed(tmp_path, Files(contents=SOURCES), SHOP)
    reach = found.reach
    assert reach is not None
    assert (reach.level, reach.limits) == (Level.CALLED, ())
    assert [sight.place for sight in reach.sights] == ["a.py:2", "a.py:1", "lock"]
    assert found.observations[0].reach == (reach,)
    assert found.observations[0].trait("component") == "pkg:pypi/shop@1.0"


def test_only_the_languages_of_vulnerable_components_are_read(tmp_path: Path) -> None:
    """Where nothing was found, no source is read, and the usual check costs nothing."""
    files = Files(contents=SOURCES)
    assert assessed(tmp_path, files, component("pkg:pypi/clean@1.0")) == ()
    assert files.read == []
    assessed(tmp_path, files, component("pkg:npm/web@1.0"))
    assert files.read == ["a.js"]


def test_without_symbols_an_import_is_the_most_that_can_be_seen(tmp_path: Path) -> None:
    [found] = assessed(tmp_path, Files(contents=SOURCES), component("pkg:npm/web@1.0"))
    assert found.reach is not None
    assert (found.reach.level, found.reach.limits) == (Level.IMPORTED, (NO_SYMBOLS,))


def test_a_language_that_is_not_read_is_told(tmp_path: Path) -> None:
    [found] = assessed(tmp_path, Files(contents=SOURCES), component("pkg:maven/g/jar@1.0"))
    assert found.reach is not None
    assert found.reach.level is Level.DECLARED
    assert found.reach.limits == (NO_SYMBOLS,)
    assert found.reach.hidden == ("the sources of Maven packages are not analysed",)


def test_what_lies_there_is_installed(tmp_path: Path) -> None:
    there = component("pkg:pypi/shop@1.0", methods=("manifest-analysis",), found_in=("site",))
    files = Files(contents={}, left_out=("excluded in assay.toml: b.py",))
    [found] = assessed(tmp_path, files, there)
    assert found.reach is not None
    assert found.reach.sentence == "installed; no import of it was seen (site)"
    assert "excluded in assay.toml: b.py" in found.reach.hidden
