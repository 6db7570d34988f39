"""Plans for uv.lock, poetry.lock, pdm.lock and Pipfile.lock."""

import json
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.vuln.remedy.model import Release, ReleaseFile
from assay.vuln.remedy.tomledit import NewBlock, edit_toml_lock
from tests.vuln.remedy.shelf import Shelf, advisory, plan, sha256, steps_of

SHOP = advisory("PyPI", "shop", "1.5")
REGISTRY = "https://files.example"


def uv_lock(version: str, *, source: str = f'registry = "{REGISTRY}/simple"') -> str:
    sdist, wheel = f"shop-{version}.tar.gz", f"shop-{version}-py3-none-any.whl"
    return f"""version = 1
requires-python = ">=3.9"

[[package]]
name = "product"
version = "0.1"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "shop" }},
]

[[package]]
name = "shop"
version = "{version}"
source = {{ {source} }}
dependencies = [
    {{ name = "till" }},
]
sdist = {{ url = "{REGISTRY}/{sdist}", hash = "sha256:{sha256(sdist)}", size = 7 }}
wheels = [
    {{ url = "{REGISTRY}/{wheel}", hash = "sha256:{sha256(wheel)}", size = 7 }},
]

[[package]]
name = "till"
version = "2.0"
source = {{ {source} }}
sdist = {{ url = "{REGISTRY}/till-2.0.tar.gz", hash = "sha256:{"0" * 64}", size = 7 }}
"""


def flat_lock(version: str, *, python: str = "", layout: str = "") -> str:
    """Return a lock file as Poetry and PDM lay it out."""
    files = "".join(
        f'    {{file = "{name}", hash = "sha256:{sha256(name)}"}},\n'
        for name in (f"shop-{version}-py3-none-any.whl", f"shop-{version}.tar.gz")
    )
    return f"""# generated
[[package]]
name = "shop"
version = "{version}"
{python}files = [
{layout or files}]

[package.dependencies]
till = ">=1"

[[package]]
name = "till"
version = "2.0"
files = []

[metadata]
lock-version = "2.1"
content-hash = "{"0" * 64}"
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf")
    made.pypi("shop", {"1.0": ("till>=1",), "1.5": ("till>=1", "door; extra == 'x'")})
    made.pypi("till", {"2.0": ()})
    return made


def test_uv(shelf: Shelf) -> None:
    made = plan({"uv.lock": uv_lock("1.0")}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"uv.lock": uv_lock("1.5")}
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]


def test_uv_offline_has_its_command() -> None:
    made = plan({"part of it/uv.lock": uv_lock("1.0")}, SHOP)
    assert made.texts == {}
    assert [one.command for one in made.upgrades] == [
        "cd './part of it' && uv lock --upgrade-package shop==1.5"
    ]


@pytest.mark.parametrize("name", ["poetry.lock", "pdm.lock"])
def test_flat(shelf: Shelf, name: str) -> None:
    shelf.pypi("shop", {"1.0": ("till>=1",), "1.5": ("till>=1",)}, python={"1.5": ">=3.9"})
    word = {"poetry.lock": "python-versions", "pdm.lock": "requires_python"}[name]
    old, new = (
        flat_lock(version, python=f'{word} = ">={python}"\n')
        for version, python in (("1.0", "3.8"), ("1.5", "3.9"))
    )
    if name == "pdm.lock":
        asked = '[package.dependencies]\ntill = ">=1"', 'dependencies = ["till>=1"]'
        old, new = (
            text.replace(*asked).replace("lock-version", "lock_version") for text in (old, new)
        )
        old, new = (text.replace('"2.1"', '"4.5"') for text in (old, new))
    for end in ("\n", "\r\n"):
        files = {name: old.replace("\n", end)}
        made = plan(files, SHOP, catalogue=shelf.catalogue())
        assert made.texts == {name: new.replace("\n", end)}


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock"])
def test_other_wishes_are_left_to_the_tool(shelf: Shelf, name: str) -> None:
    shelf.pypi("shop", {"1.0": ("till>=1",), "1.5": ("till>=1", "novel")})
    text = uv_lock("1.0") if name == "uv.lock" else flat_lock("1.0")
    made = plan({name: text}, SHOP, catalogue=shelf.catalogue())
    (one,) = made.upgrades
    assert (made.texts, one.why_not) == ({}, "it asks for novel in another way than before")


def test_another_range_matters_where_the_file_has_it(shelf: Shelf) -> None:
    shelf.pypi("shop", {"1.0": ("till>=1",), "1.5": ("till>=2",)})
    assert plan({"uv.lock": uv_lock("1.0")}, SHOP, catalogue=shelf.catalogue()).texts
    made = plan({"poetry.lock": flat_lock("1.0")}, SHOP, catalogue=shelf.catalogue())
    assert [one.why_not for one in made.upgrades] == ["it asks for till in another way than before"]


def test_the_products_own_range_has_to_let_it_in(shelf: Shelf) -> None:
    project = '[tool.poetry.dependencies]\npython = "^3.9"\nshop = "~1.0"\n'
    files = {"poetry.lock": flat_lock("1.0"), "pyproject.toml": project}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [one.why for one in made.unfixed] == ["pyproject.toml asks for shop >=1.0,<1.1"]
    exact = {**files, "pyproject.toml": project.replace("~1.0", "1.0")}
    made = plan(exact, SHOP, catalogue=shelf.catalogue())
    assert [one.why_not for one in made.upgrades] == [
        "the product's own range has to change as well"
    ]


def pipfile_lock(version: str) -> str:
    hashes = [f"shop-{version}-py3-none-any.whl", f"shop-{version}.tar.gz"]
    entry = {
        "hashes": sorted(f"sha256:{sha256(name)}" for name in hashes),
        "markers": "python_version >= '3.8'",
        "version": f"=={version}",
    }
    whole = {"_meta": {"pipfile-spec": 6}, "default": {"Shop": entry}}
    return json.dumps({**whole, "develop": {"shop": entry}}, indent=4) + "\n"


def test_pipfile_lock(shelf: Shelf) -> None:
    """In both groups, and nothing else."""
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    made = plan({"Pipfile.lock": pipfile_lock("1.0")}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"Pipfile.lock": pipfile_lock("1.5")}
    assert steps_of(made) == [("Shop", "1.0", "1.5", "PASSED")]
    (one,) = plan({"Pipfile.lock": pipfile_lock("1.0")}, SHOP).upgrades
    assert one.command == "pipenv upgrade --lock-only Shop==1.5"


def test_what_uv_forces_is_a_wish_of_the_product(shelf: Shelf) -> None:
    project = '[project]\nname = "x"\n[tool.uv]\noverride-dependencies = ["shop<1.2"]\n'
    files = {"uv.lock": uv_lock("1.0"), "pyproject.toml": project}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [one.why for one in made.unfixed] == ["pyproject.toml asks for shop <1.2"]


def py_lock(version: str, *, at: str, single: bool) -> str:
    """Return a pylock.toml as uv writes it: a single wheel stands on the line of its list."""
    sdist, wheel = f"shop-{version}.tar.gz", f"shop-{version}-py3-none-any.whl"

    def table(name: str) -> str:
        digest = sha256(name)
        return (
            f'{{ url = "https://files.example/{name}", upload-time = {at}, size = 7, '
            f'hashes = {{ sha256 = "{digest}" }} }}'
        )

    wheels = f"[{table(wheel)}]" if single else f"[\n    {table(wheel)},\n]"
    return f"""# made by hand
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.9"

[[packages]]
name = "shop"
version = "{version}"
index = "https://own.example/simple"
sdist = {table(sdist)}
wheels = {wheels}

[[packages]]
name = "till"
version = "2.0"
directory = {{ path = "till" }}
"""


FILE = ReleaseFile(name="shop-1.5.tar.gz", url=f"{REGISTRY}/shop-1.5.tar.gz", digest="sha256:ab")
WHEEL = ReleaseFile(
    name="shop-1.5-py3-none-any.whl",
    url=f"{REGISTRY}/shop-1.5-py3-none-any.whl",
    digest="sha256:ab",
)


def new_block(*files: ReleaseFile, version: str = "1.0") -> NewBlock:
    release = Release(version="1.5", files=files)
    return NewBlock(name="shop", old=version, release=release, version="1.5")


REFUSED = {
    "twice": (
        "poetry",
        flat_lock("1.0") + flat_lock("1.0"),
        new_block(FILE),
        "2 blocks of shop 1.0, where one is needed",
    ),
    "no-block": (
        "uv",
        uv_lock("1.0"),
        new_block(FILE, WHEEL, version="1.1"),
        "0 blocks of shop 1.1, where one is needed",
    ),
    "no-wheel": (
        "uv",
        uv_lock("1.0"),
        new_block(FILE),
        "shop 1.5 comes in other kinds of files than before",
    ),
    "layout": (
        "poetry",
        flat_lock("1.0", layout="  {hash = 'x'}\n"),
        new_block(FILE),
        "the files of shop are laid out in another way",
    ),
    "quote": (
        "poetry",
        flat_lock("1.0"),
        new_block(ReleaseFile(name='a"b', url="", digest="sha256:ab")),
        "'a\"b' cannot be written into the lock file",
    ),
    "place": (
        "uv",
        uv_lock("1.0"),
        new_block(
            ReleaseFile(name=FILE.name, url="file:///etc/shop-1.5.tar.gz", digest="sha256:ab"),
            WHEEL,
        ),
        "the place of 'shop-1.5.tar.gz' is no URL of its own",
    ),
    "extras": (
        "uv",
        uv_lock("1.0").replace(
            "sdist = {", "[package.optional-dependencies]\nx = []\nsdist = {", 1
        ),
        new_block(FILE, WHEEL),
        "shop is locked with extras, which may differ",
    ),
    "attested": (
        "pylock",
        py_lock("1.0", at="2023-01-01T00:00:00Z", single=True).replace(
            '\n[[packages]]\nname = "till"',
            '[[packages.attestation-identities]]\nkind = "x"\n[[packages]]\nname = "till"',
        ),
        new_block(FILE, WHEEL),
        "shop is locked with who attested it, which is not known",
    ),
}


@pytest.mark.parametrize(("kind", "text", "new", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(kind: str, text: str, new: NewBlock, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        edit_toml_lock(kind, text, (new,))
    assert str(caught.value) == f"[malformed] {message}"


def dated(shelf: Shelf, at: str) -> None:
    path = shelf.folder / "shop.json"
    page = json.loads(path.read_text())
    for file in page["files"]:
        file["upload-time"] = at
    path.write_text(json.dumps(page))


@pytest.mark.parametrize("single", [True, False])
def test_pylock(shelf: Shelf, *, single: bool) -> None:
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    dated(shelf, "2024-02-03T04:05:06.789012Z")
    before = py_lock("1.0", at="2023-01-01T00:00:00Z", single=single)
    made = plan({"pylock.toml": before}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"pylock.toml": py_lock("1.5", at="2024-02-03T04:05:06Z", single=single)}
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]


def test_pylock_does_not_say_who_asks_and_they_are_asked_all_the_same(shelf: Shelf) -> None:
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    shelf.pypi("counter", {"1.0": ("shop<1.5",)})
    text = py_lock("1.0", at="2023-01-01T00:00:00Z", single=True)
    counter = '[[packages]]\nname = "counter"\nversion = "1.0"\n'
    made = plan({"pylock.toml": text + counter}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {}
    assert [one.why for one in made.unfixed] == ["counter 1.0 asks for shop <1.5"]


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("2024-02-03T04:05:06.789012Z", "2024-02-03T04:05:06.789Z"),
        ("2024-02-03T04:05:06.120000Z", "2024-02-03T04:05:06.12Z"),
        ("2024-02-03T04:05:06.000400Z", "2024-02-03T04:05:06Z"),
        ("2024-02-03T04:05:06Z", "2024-02-03T04:05:06Z"),
        ('2024", x = "', ""),
    ],
)
def test_uv_gets_the_time_of_upload(shelf: Shelf, told: str, written: str) -> None:
    """As uv writes it; a text that is no time is left out."""
    dated(shelf, told)
    before = uv_lock("1.0").replace(
        ", size = 7", ', size = 7, upload-time = "2023-01-01T00:00:00Z"'
    )
    made = plan({"uv.lock": before}, SHOP, catalogue=shelf.catalogue())
    time = f', upload-time = "{written}"' if written else ""
    till = uv_lock("1.5").rpartition("size = 7")
    expected = (
        till[0].replace(", size = 7", f", size = 7{time}")
        + 'size = 7, upload-time = "2023-01-01T00:00:00Z"'
        + till[2]
    )
    assert made.texts == {"uv.lock": expected}


@pytest.mark.parametrize("marker", ["python_version < '3.8'", 'python_version < "3"'])
def test_what_the_products_python_never_asks_for_does_not_stand_in_the_way(
    shelf: Shelf, marker: str
) -> None:
    shelf.pypi("shop", {"1.0": ("till>=1", f"old; {marker}"), "1.5": ("till>=1",)})
    made = plan({"uv.lock": uv_lock("1.0")}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"uv.lock": uv_lock("1.5")}
