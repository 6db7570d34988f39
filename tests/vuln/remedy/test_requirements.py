"""Plans for requirements files: what goes up, what stays, and what the edited file looks like."""

from pathlib import Path

import pytest

from assay.vuln.remedy.indexes.catalogue import IndexCatalogue
from assay.vuln.remedy.indexes.sources import FolderIndex
from assay.vuln.remedy.model import PYPI
from assay.vuln.remedy.steps import Step
from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, sha256, steps_of

SHOP = advisory("PyPI", "shop", "1.5")


def hashes(*versions: str, name: str = "shop") -> list[str]:
    files = (f"{name}-{v}{end}" for v in versions for end in (".tar.gz", "-py3-none-any.whl"))
    return sorted(f"--hash=sha256:{sha256(file)}" for file in files)


def test_the_rest_of_the_file_stays() -> None:
    text = (
        "# why\r\n"
        "Shop[extra] == 1.0 ; python_version>'3'  # old\r\n"
        "other==2.0\r\n"
        "-r more.txt\r\n"
        "last==3"
    )
    made = plan({"requirements.txt": text, "more.txt": "\n"}, SHOP)
    assert made.texts == {"requirements.txt": text.replace("== 1.0 ", "== 1.5 ")}
    assert steps_of(made) == [("Shop", "1.0", "1.5", "PASSED")]
    (one,) = made.upgrades
    assert [mended.vulnerability for mended in one.mends] == ["GHSA-shop-1.5"]
    assert (one.why_not, one.command, one.step) == ("", "", Step.MINOR)


def test_the_smallest_version_without_any_is_taken() -> None:
    """1.5 fixes the one and has the other; 1.6 has a third that begins there."""
    records = (
        SHOP,
        advisory("PyPI", "shop", "1.2..1.6"),
        advisory("PyPI", "shop", "1.6..1.7"),
        advisory("PyPI", "shop", "3.0..3.1"),
    )
    made = plan({"requirements.txt": "shop==1.0\n"}, *records)
    assert steps_of(made) == [("shop", "1.0", "1.7", "PASSED")]


def test_a_version_that_mends_some_is_taken_where_none_mends_all() -> None:
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, advisory("PyPI", "shop"))
    (one,) = made.upgrades
    assert (one.new, one.left) == ("1.5", ("GHSA-shop-none",))
    assert [mended.vulnerability for mended in one.mends] == ["GHSA-shop-1.5"]
    assert made.verdict.value == "FAILED"


def test_what_has_another_problem_instead_is_no_improvement() -> None:
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, advisory("PyPI", "shop", "1.5..9.9"))
    assert steps_of(made) == [("shop", "1.0", "9.9", "PASSED")]
    worse = advisory("PyPI", "shop", id_="GHSA-worse")
    worse = worse.replace(b'"introduced": "0"', b'"introduced": "1.2"')
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, worse)
    assert made.upgrades == ()
    assert reasons_of(made) == [("shop", "no advisory names a version that fixes it")]


def test_unknown_is_not_safe() -> None:
    """An advisory whose range cannot be read may be about any version."""
    odd = advisory("PyPI", "shop", id_="GHSA-odd").replace(b'"ECOSYSTEM"', b'"TOMORROW"')
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, odd)
    assert made.upgrades == ()
    assert reasons_of(made) == [
        ("shop", "of 1 newer versions nobody can tell whether they have it")
    ]


def test_malicious_is_taken_out_and_never_upgraded() -> None:
    bad = advisory("PyPI", "shop", "1.5", id_="MAL-2026-1")
    made = plan({"requirements.txt": "shop==1.0\n"}, bad)
    assert (made.upgrades, made.texts) == ((), {})
    (one,) = made.unfixed
    assert (one.why, one.hint) == (
        "it is reported as malicious",
        "take it out, and treat what it ran on as broken into: it is made to do harm",
    )


def test_malicious_goes_up_with_no_other_either(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    shelf.pypi("counter", {"1.0": ("shop<1.5",), "1.2": ("shop",)})
    bad = advisory("PyPI", "counter", "1.2", id_="MAL-2026-1")
    text = "shop==1.0\ncounter==1.0\n"
    made = plan({"requirements.txt": text}, SHOP, bad, catalogue=shelf.catalogue())
    assert (made.upgrades, made.texts) == ((), {})
    assert [one.package for one in made.unfixed] == ["counter", "shop"]


def test_only_what_was_asked_for() -> None:
    text = "shop==1.0\nother==1.0\n"
    records = (SHOP, advisory("PyPI", "other", "2.0", cve="CVE-2026-1"))
    for only in ("other", "Other", "cve-2026-1", "ghsa-other-2.0"):
        made = plan({"requirements.txt": text}, *records, only=(only,))
        assert steps_of(made) == [("other", "1.0", "2.0", "PASSED")]
    assert plan({"requirements.txt": text}, *records, only=("nothing",)).upgrades == ()


def test_no_larger_step_than_asked_for() -> None:
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, max_step=Step.PATCH)
    assert reasons_of(made) == [
        ("shop", "shop 1.5 is a minor step, and at most patch is asked for")
    ]


@pytest.mark.parametrize(
    ("current", "fixed", "expected"),
    [("1.0", "1.5rc1", []), ("1.4rc1", "1.5rc1", ["1.5rc1"]), ("1.0", "1.5+mine", [])],
)
def test_pre_releases_are_for_who_has_one(current: str, fixed: str, expected: list[str]) -> None:
    made = plan({"requirements.txt": f"shop=={current}\n"}, advisory("PyPI", "shop", fixed))
    assert [one.new for one in made.upgrades] == expected


def test_hashes_are_never_invented() -> None:
    text = f"shop==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    made = plan({"requirements.txt": text}, SHOP)
    (one,) = made.upgrades
    assert made.texts == {}
    assert (one.verdict.value, one.why_not, one.command) == (
        "UNKNOWN",
        "its hashes cannot be written: the new version is not known here",
        (
            "pip-compile --generate-hashes --upgrade-package shop==1.5"
            " --output-file ./requirements.txt ./requirements.in"
        ),
    )


def test_all_hashes_of_the_new_version_in_the_layout_of_the_old(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    old = hashes("1.0")[0]
    one, other = hashes("1.5")
    for before, after in {
        f"shop==1.0 \\\n    {old}\n    # via x\n": f"shop==1.5 \\\n    {one} \\\n    {other}\n    # via x\n",
        f"shop==1.0 {old} {old}  # y\n": f"shop==1.5 {one} {other}  # y\n",
        f"shop==1.0 \\\r\n  {old} \\\r\n  {old}\r\n": f"shop==1.5 \\\r\n  {one} \\\r\n  {other}\r\n",
        f"shop==1.0 {old}": f"shop==1.5 {one} {other}",
    }.items():
        made = plan({"requirements.txt": before}, SHOP, catalogue=shelf.catalogue())
        assert made.texts == {"requirements.txt": after}
        assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]
        assert made.not_checked == ()


def test_only_releases_that_are_there_and_not_yanked(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": (), "1.6": (), "1.4": ()}, yanked=("1.5",))
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=shelf.catalogue())
    assert steps_of(made) == [("shop", "1.0", "1.6", "PASSED")]
    shelf.pypi("shop", {"1.0": (), "1.5": ()}, yanked=("1.5",))
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=shelf.catalogue())
    assert reasons_of(made) == [
        ("shop", "every newer version has a known vulnerability, or there is none")
    ]


def test_only_releases_that_run_on_the_products_python(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    pythons = {"1.5": ">=3.12", "1.6": ">=3.9"}
    shelf.pypi("shop", {"1.0": (), "1.5": (), "1.6": ()}, python=pythons)
    files = {
        "requirements.txt": "shop==1.0\n",
        "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.10"\n',
    }
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert steps_of(made) == [("shop", "1.0", "1.6", "PASSED")]
    assert made.upgrades[0].notes == ("it needs Python >=3.9",)


def test_who_forbids_is_named_and_the_last_resort_is_not_taken(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    shelf.pypi("counter", {"1.0": ("shop<1.5",)})
    text = "shop==1.0\ncounter==1.0\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    assert reasons_of(made) == [("shop", "counter 1.0 asks for shop <1.5")]
    assert made.texts == {}


def test_who_forbids_goes_up_with_it(tmp_path: Path) -> None:
    """The smallest step of the other one that helps, and no vulnerable one."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    asked = {"1.0": ("shop<1.5",), "1.1": ("shop<1.5",), "1.2": ("shop",), "1.3": ("shop",)}
    shelf.pypi("counter", {**asked, "1.4": ("shop",)})
    text = "shop==1.0\ncounter==1.0\n"
    bad = advisory("PyPI", "counter", "1.2..1.3")
    made = plan({"requirements.txt": text}, SHOP, bad, catalogue=shelf.catalogue())
    assert steps_of(made) == [
        ("shop", "1.0", "1.5", "PASSED"),
        ("counter", "1.0", "1.3", "PASSED"),
    ]
    assert [one.because for one in made.upgrades] == ["", "shop"]
    assert made.texts == {"requirements.txt": "shop==1.5\ncounter==1.3\n"}


def test_what_the_new_version_asks_for_goes_up_as_well(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ("till>=2", "door; extra == 'x'")})
    shelf.pypi("till", {"1.0": (), "2.1": (), "3.0": ()})
    files = {"requirements.txt": "shop==1.0\ntill==1.0\n"}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"requirements.txt": "shop==1.5\ntill==2.1\n"}


def test_what_a_hashed_file_has_not_is_named(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ("till>=2",)})
    text = f"shop==1.0 {hashes('1.0')[0]}\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    (one,) = made.upgrades
    assert (made.texts, one.why_not) == ({}, "the file has no till >=2")
    assert "it also asks for till >=2, which the file has not" in one.notes


def test_an_exact_wish_is_written_anew_and_a_bound_is_not() -> None:
    files = {"requirements.txt": "shop==1.0\n", "requirements.in": "shop==1.0  # mine\n"}
    made = plan(files, SHOP)
    assert made.texts == {
        "requirements.txt": "shop==1.5\n",
        "requirements.in": "shop==1.5  # mine\n",
    }
    made = plan({**files, "requirements.in": "shop<1.2\n"}, SHOP)
    assert reasons_of(made) == [("shop", "requirements.in asks for shop <1.2")]
    project = '[project]\nname = "x"\ndependencies = ["shop == 1.0", "other"]\n'
    made = plan({"requirements.txt": "shop==1.0\n", "pyproject.toml": project}, SHOP)
    assert made.texts["pyproject.toml"] == project.replace("1.0", "1.5")
    project = project.replace("== 1.0", "~= 1.0.3")
    made = plan({"requirements.txt": "shop==1.0\n", "pyproject.toml": project}, SHOP)
    assert reasons_of(made) == [("shop", "pyproject.toml asks for shop ~=1.0.3")]


def test_what_another_index_serves_is_not_asked_of_this_one(tmp_path: Path) -> None:
    """A namesake on the public index may be anybody's: see `test_catalogue`; the plan says so."""
    made = plan({"requirements.txt": "--index-url https://own.example/simple\nshop==1.0\n"}, SHOP)
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]
    (gap,) = made.not_checked
    assert str(gap) == (
        "releases, the index of PyPI: nobody was asked whether these versions are there, and what"
        " they ask for (use --online, or --index with a copy)"
    )


def test_other_ecosystems_are_named_and_not_planned() -> None:
    lock = '[[package]]\nname = "shop"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
    made = plan({"Cargo.lock": lock}, advisory("crates.io", "shop", "1.5.0"))
    (one,) = made.unfixed
    assert (one.path, one.why, one.hint) == (
        "Cargo.lock",
        "upgrades are planned for lock files of Python and npm alone",
        "1.5.0 has none of them",
    )


def test_few_questions_where_there_are_many_releases(tmp_path: Path) -> None:
    """The first release that helps is searched for by halves: each is a question to the index."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    asked = {f"1.{number}": ("shop<1.5",) if number < 70 else ("shop",) for number in range(100)}
    shelf.pypi("counter", asked)
    told: list[str] = []
    catalogue = IndexCatalogue(
        sources={PYPI: FolderIndex(ecosystem=PYPI, folder=shelf.folder)}, progress=told.append
    )
    made = plan({"requirements.txt": "shop==1.0\ncounter==1.0\n"}, SHOP, catalogue=catalogue)
    assert [(one.package, one.new) for one in made.upgrades] == [
        ("shop", "1.5"),
        ("counter", "1.70"),
    ]
    assert len(told) < 20
    asked |= {f"1.{number}": ("shop>1.5",) for number in range(90, 100)}
    shelf.pypi("counter", asked)  # the newest are too new
    made = plan(
        {"requirements.txt": "shop==1.0\ncounter==1.0\n"}, SHOP, catalogue=shelf.catalogue()
    )
    assert made.texts == {"requirements.txt": "shop==1.5\ncounter==1.70\n"}


def test_a_pin_that_is_there_twice() -> None:
    made = plan({"requirements.txt": "shop==1.0\nshop[x]==1.0\n"}, SHOP)
    assert made.texts == {"requirements.txt": "shop==1.5\nshop[x]==1.5\n"}
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]


def test_better_is_not_what_nobody_can_tell() -> None:
    """1.5 has less than 1.0, as far as known; a third advisory cannot be read."""
    odd = advisory("PyPI", "shop", id_="GHSA-odd").replace(b'"ECOSYSTEM"', b'"TOMORROW"')
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, advisory("PyPI", "shop"), odd)
    assert (made.upgrades, made.texts) == ((), {})


def test_a_withdrawn_advisory_names_no_version() -> None:
    gone = advisory("PyPI", "shop", "1.4", id_="GHSA-gone")
    gone = gone.replace(b'"modified"', b'"withdrawn": "2026-01-01T00:00:00Z", "modified"')
    last = advisory("PyPI", "shop", last="1.2", id_="GHSA-last")
    made = plan({"requirements.txt": "shop==1.0\n"}, last, gone)
    assert reasons_of(made) == [("shop", "no advisory names a version that fixes it")]


def test_a_version_with_an_epoch() -> None:
    made = plan(
        {"requirements.txt": "shop==1!1.0\n"}, advisory("PyPI", "shop", "1!1.5", id_="GHSA-x")
    )
    assert made.texts == {"requirements.txt": "shop==1!1.5\n"}


def test_one_that_went_up_goes_farther_where_another_needs_it(tmp_path: Path) -> None:
    """Both are vulnerable; the smallest version of the one is too old for the other."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": (), "2.0": ()})
    shelf.pypi("zoo", {"1.0": (), "3.0": ("shop>=2.0",)})
    records = (SHOP, advisory("PyPI", "shop", "1.4"), advisory("PyPI", "zoo", "3.0"))
    made = plan(
        {"requirements.txt": "shop==1.0\nzoo==1.0\n"}, *records, catalogue=shelf.catalogue()
    )
    assert made.texts == {"requirements.txt": "shop==2.0\nzoo==3.0\n"}
    assert {one.package: one.because for one in made.upgrades} == {"shop": "", "zoo": ""}
    shelf.pypi("shop", {"1.0": (), "1.5": ("zoo<2",), "2.0": ("zoo<2",), "2.1": ("zoo",)})
    shelf.pypi("zoo", {"1.0": (), "3.0": ()})
    made = plan(
        {"requirements.txt": "shop==1.0\nzoo==1.0\n"}, *records, catalogue=shelf.catalogue()
    )
    assert made.texts == {"requirements.txt": "shop==2.1\nzoo==3.0\n"}


def test_what_nobody_knows_the_wishes_of_comes_last(tmp_path: Path) -> None:
    """An index lost the metadata of 1.6; what it asks for is not nothing."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ("till>=2",), "1.6": ("till>=3",)})
    shelf.pypi("till", {"1.0": (), "2.0": ()})
    (tmp_path / "shop-1.6-py3-none-any.whl.metadata").unlink()
    files = {"requirements.txt": "shop==1.0\ntill==1.0\n"}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"requirements.txt": "shop==1.5\ntill==2.0\n"}
    shelf.pypi("till", {"1.0": ()})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"requirements.txt": "shop==1.6\ntill==1.0\n"}
    assert [gap.where for gap in made.not_checked] == ["shop 1.6"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("shop[x]==1.0", {"shop": "1.5", "till": "2.1"}),
        ("Shop [y, X] == 1.0", {"Shop": "1.5", "till": "2.1"}),
        ("shop==1.0", {"shop": "1.5"}),
        ("shop[y]==1.0", {"shop": "1.5"}),
    ],
)
def test_the_wishes_of_an_extra_count_where_it_is_in_use(
    tmp_path: Path, line: str, expected: dict[str, str]
) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": ("till; extra == 'x'",), "1.5": ('till>=2; extra == "X"',)})
    shelf.pypi("till", {"1.0": (), "2.1": ()})
    made = plan({"requirements.txt": f"{line}\ntill==1.0\n"}, SHOP, catalogue=shelf.catalogue())
    assert {one.package: one.new for one in made.upgrades} == expected


@pytest.mark.parametrize(
    ("asks", "text", "why"),
    [
        (("shop<1.5; extra == 'dev'",), "counter==1.0", []),
        (
            ("shop<1.5; extra == 'dev'",),
            "counter[dev]==1.0",
            ["counter 1.0 asks for shop <1.5"],
        ),
        (("shop<1.5; python_version < '3.8'",), "counter==1.0", []),
        (
            ("shop<1.5; python_version < '3.12'",),
            "counter==1.0",
            ["counter 1.0 asks for shop <1.5"],
        ),
    ],
)
def test_what_is_not_asked_in_this_product_does_not_forbid(
    tmp_path: Path, asks: tuple[str, ...], text: str, why: list[str]
) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    shelf.pypi("counter", {"1.0": asks})
    files = {
        "requirements.txt": f"shop==1.0\n{text}\n",
        "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n',
    }
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [one.why for one in made.unfixed] == why


def test_an_extra_that_another_package_asks_for_is_in_use(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ("till>=2; extra == 'x'",)})
    shelf.pypi("till", {"1.0": (), "2.1": ()})
    shelf.pypi("counter", {"1.0": ("shop[x]",)})
    pins = "shop==1.0\ntill==1.0\ncounter==1.0\n"
    made = plan({"requirements.txt": pins}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"requirements.txt": "shop==1.5\ntill==2.1\ncounter==1.0\n"}
