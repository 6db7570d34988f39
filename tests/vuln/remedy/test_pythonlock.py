"""Python's lock files as locks: who asks, for which Pythons, and packages at several versions."""

import json
from pathlib import Path

import pytest

from assay.vuln.remedy.locks import read_locks
from assay.vuln.remedy.pythons import NEVER, fits_python, marker_for
from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, sha256, steps_of

SHOP = advisory("PyPI", "shop", "1.5")


def pipfile_lock(*versions: tuple[str, str], **meta: object) -> str:
    default = {
        name: {
            "hashes": [f"sha256:{sha256(f'{name}-{version}.tar.gz')}"],
            "version": f"=={version}",
        }
        for name, version in versions
    }
    return json.dumps({"_meta": {"pipfile-spec": 6, **meta}, "default": default}, indent=4) + "\n"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf")
    made.pypi("shop", {"1.0": (), "1.5": ()})
    made.pypi("counter", {"1.0": ("shop<1.5",)})
    return made


def test_a_pipfile_lock_does_not_say_who_asks_and_they_are_asked_all_the_same(shelf: Shelf) -> None:
    text = pipfile_lock(("shop", "1.0"), ("counter", "1.0"))
    made = plan({"Pipfile.lock": text}, SHOP, catalogue=shelf.catalogue())
    assert (made.texts, reasons_of(made)) == ({}, [("shop", "counter 1.0 asks for shop <1.5")])


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ('shop = "<1.5"', "Pipfile asks for shop <1.5"),
        ('shop = {version = "~=1.0.0"}', "Pipfile asks for shop ~=1.0.0"),
        ('shop = "???"', "Pipfile asks for shop ???"),
    ],
)
def test_a_pipfile_is_a_wish_of_the_product(shelf: Shelf, wish: str, why: str) -> None:
    for group in ("packages", "dev-packages", "docs"):
        files = {"Pipfile.lock": pipfile_lock(("shop", "1.0")), "Pipfile": f"[{group}]\n{wish}\n"}
        made = plan(files, SHOP, catalogue=shelf.catalogue())
        assert (made.texts, reasons_of(made)) == ({}, [("shop", why)])
    free = {
        "Pipfile.lock": pipfile_lock(("shop", "1.0")),
        "Pipfile": '[packages]\nshop = "*"\nother = {git = "https://x.example/y.git"}\n',
    }
    assert steps_of(plan(free, SHOP, catalogue=shelf.catalogue())) == [
        ("shop", "1.0", "1.5", "PASSED")
    ]


FORKED = """version = 1
requires-python = ">=3.9"

[[package]]
name = "shop"
version = "1.0"
source = { registry = "https://x.example/simple" }
resolution-markers = ["python_full_version < '3.10'"]

[[package]]
name = "shop"
version = "1.2"
source = { registry = "https://x.example/simple" }
resolution-markers = ["python_full_version >= '3.10'"]
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", FORKED),
        (
            "requirements.txt",
            "shop==1.0 ; python_version < '3.10'\nshop==1.2 ; python_version >= '3.10'\n",
        ),
    ],
)
def test_a_package_at_several_versions_is_left_to_the_tool(
    shelf: Shelf, path: str, text: str
) -> None:
    """Which of them is meant by who asks depends on the environment, and nobody here can tell."""
    made = plan({path: text}, SHOP, catalogue=shelf.catalogue())
    why = "shop is there at several versions, for different environments"
    assert (made.texts, reasons_of(made)) == ({}, [("shop", why), ("shop", why)])
    assert [one.version for one in made.unfixed] == ["1.0", "1.2"]
    assert all("--upgrade-package shop==1.5" in one.hint for one in made.unfixed)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", FORKED),
        ("pylock.toml", 'lock-version = "1.0"\nrequires-python = ">=3.9"\npackages = []\n'),
        (
            "poetry.lock",
            'package = []\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.9"\n',
        ),
        (
            "pdm.lock",
            (
                'package = []\n[metadata]\nlock_version = "4.5.0"\n'
                '[[metadata.targets]]\nrequires_python = ">=3.9"\n'
            ),
        ),
    ],
)
def test_a_lock_file_says_for_which_pythons_it_is(path: str, text: str) -> None:
    project = b'[project]\nname = "x"\nrequires-python = ">=3.12"\n'
    (lock,) = read_locks({path: text.encode(), "pyproject.toml": project})
    assert lock.python == ">=3.9"


def test_the_python_of_a_pipfile_and_of_poetrys_own_table(shelf: Shelf) -> None:
    for meta, expected in (
        ({"python_version": "3.11"}, "==3.11.*"),
        ({"python_full_version": "3.11.2"}, "==3.11.2"),
        ({}, ""),
    ):
        text = pipfile_lock(("shop", "1.0"), requires=meta)
        (lock,) = read_locks({"Pipfile.lock": text.encode()})
        assert lock.python == expected
    shelf.pypi("shop", {"1.0": (), "1.5": (), "1.6": ()}, python={"1.5": ">=3.12", "1.6": ">=3.9"})
    project = '[tool.poetry.dependencies]\npython = "^3.9"\nshop = "*"\n'
    files = {"requirements.txt": "shop==1.0\n", "pyproject.toml": project}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert steps_of(made) == [("shop", "1.0", "1.6", "PASSED")]


def test_more_than_a_python_is_a_bound() -> None:
    assert not fits_python(">=3.12", ">3.8")


@pytest.mark.parametrize(
    ("marker", "product", "expected"),
    [
        ("python_version < '3.8'", ">=3.9", NEVER),
        ("python_version >= '3.8'", ">=3.9", ""),
        ("python_version < '3.10'", ">=3.9", "python_version < '3.10'"),
        ("python_full_version < '3.8'", ">=3.9", NEVER),
        ("python_full_version < '3.9.7'", ">=3.9", "python_full_version < '3.9.7'"),
        (
            "python_version < '3.8' and os_name == 'nt'",
            ">=3.9",
            "python_version < '3.8' and os_name == 'nt'",
        ),
        ("python_version < '3.8'", "", "python_version < '3.8'"),
        ("python_version < '3.8'", "no range", "python_version < '3.8'"),
        ("no marker", ">=3.9", "no marker"),
        ("python_version < '3.8'", ">=3.50", "python_version < '3.8'"),
        ("", ">=3.9", ""),
    ],
)
def test_a_marker_for_a_product(marker: str, product: str, expected: str) -> None:
    assert marker_for(marker, product) == expected


def test_indexes_of_pipfile_lock_pylock_and_pdm() -> None:
    """An index counts by its path as well, and without passwords; PDM names it elsewhere."""
    sources = [
        {"name": "one", "url": "https://me:secret@own.example:8443/a/simple/"},
        {"name": "two", "url": "https://pypi.org/simple"},
    ]
    text = json.loads(pipfile_lock(("shop", "1.0"), ("till", "1.0"), sources=sources))
    text["default"]["shop"]["index"] = "one"
    (lock,) = read_locks({"Pipfile.lock": json.dumps(text).encode()})
    assert {name: pin.registry for name, pin in lock.pins.items()} == {
        "shop": "own.example:8443/a/simple",
        "till": "own.example:8443/a/simple and pypi.org/simple",
    }
    pylock = (
        'lock-version = "1.0"\n[[packages]]\nname = "shop"\nversion = "1.0"\n'
        'index = "https://own.example/simple"\n'
    )
    (lock,) = read_locks({"pylock.toml": pylock.encode()})
    assert lock.pins["shop"].registry == "own.example/simple"
    pdm = '[[package]]\nname = "shop"\nversion = "1.0"\n[metadata]\nlock_version = "4.5.0"\n'
    project = '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://own.example/simple"\n'
    (lock,) = read_locks({"pdm.lock": pdm.encode(), "pyproject.toml": project.encode()})
    assert lock.pins["shop"].registry == "own.example/simple"
