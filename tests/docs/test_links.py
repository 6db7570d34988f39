"""Every link leads somewhere, and pages use the words of the glossary."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import PAGES, ROOT, name_of, prose_of

_LINK: Final = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_FILE: Final = re.compile(
    r"`((?:src|tests|tools|docs|examples|bench|requirements|\.ci)/[\w./\-]*\w(?:/|\.\w+)?)(?:::\w+)?`"
)
_HEADING: Final = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_MACHINE: Final = re.compile(r"(?<![\w.~-])/(?:work|root|home|tmp|Users)/|\blocalhost\b")
# Words that the glossary gives up for others; in headings they would name a thing anew.
_NOT_OURS: Final = re.compile(
    r"\b(attestations?|alerts?|violations?|suppress\w*|allow-?lists?|compliance|overrides?"
    r"|whitelists?|blacklists?|outcomes?|amendments?)\b",
    re.IGNORECASE,
)


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    return {anchor(heading) for _, heading in _HEADING.findall(prose_of(page))}


def anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose_of(page)):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, fragment = target.partition("#")
        found = (page.parent / path) if path else page
        assert found.exists(), f"{name_of(page)} links to {target}"
        assert found.resolve().is_relative_to(ROOT), target
        if fragment:
            assert fragment in anchors_of(found), f"{name_of(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_exist(page: Path) -> None:
    for name in _FILE.findall(prose_of(page)):
        assert (ROOT / name).exists(), f"{name_of(page)} names {name}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_headings_use_our_words(page: Path) -> None:
    for _, heading in _HEADING.findall(prose_of(page)):
        assert not _NOT_OURS.search(heading), f"{name_of(page)}: {heading}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_path_of_one_machine(page: Path) -> None:
    found = _MACHINE.search(page.read_text())
    assert found is None, f"{name_of(page)}: {found[0]}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_one_title(page: Path) -> None:
    titles = [heading for level, heading in _HEADING.findall(prose_of(page)) if level == "#"]
    assert len(titles) == 1


DOCS: Final = [page for page in PAGES if name_of(page).startswith("docs/")]


@pytest.mark.parametrize("page", DOCS, ids=name_of)
def test_every_page_is_on_the_map(page: Path) -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / t.partition("#")[0]).resolve() for t in _LINK.findall(prose_of(index))
    }
    assert page == index or page in linked
