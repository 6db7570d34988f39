"""Plans for package-lock.json: places, ranges, and entries as npm would write them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.vuln.remedy.steps import Step
from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, sha512, steps_of

SHOP = advisory("npm", "shop", "1.2.0")
Members = Mapping[str, object]


def entry(name: str, version: str, **members: object) -> dict[str, object]:
    return {
        "version": version,
        "resolved": f"https://registry.example/{name}/-/{name}-{version}.tgz",
        "integrity": sha512(f"{name}@{version}"),
        **members,
    }


def project(asks: Mapping[str, str], packages: Members, **lock: object) -> dict[str, str]:
    """Return package.json and package-lock.json of version 3, laid out as npm does."""
    manifest = {"name": "product", "version": "1.0.0", "dependencies": dict(asks)}
    places = {"": manifest, **{f"node_modules/{name}": one for name, one in packages.items()}}
    whole = {"name": "product", "lockfileVersion": 3, "packages": places, **lock}
    return {
        "package.json": json.dumps(manifest, indent=2) + "\n",
        "package-lock.json": json.dumps(whole, indent=2) + "\n",
    }


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf")
    made.npm("shop", {version: {} for version in ("1.1.0", "1.2.0", "1.3.0", "2.0.0")})
    return made


def test_without_an_index_the_command_is_named() -> None:
    """The integrity of a version that nobody here knows is not invented."""
    made = plan(project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")}), SHOP)
    (one,) = made.upgrades
    assert (made.texts, one.verdict.value, one.why_not) == (
        {},
        "UNKNOWN",
        "the new version is not known here",
    )
    assert one.command == "npm install shop@1.2.0 --package-lock-only --ignore-scripts"


def test_within_the_range_the_lock_alone_changes(shelf: Shelf) -> None:
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0", license="MIT")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    expected = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.2.0", license="MIT")})
    assert made.texts == {"package-lock.json": expected["package-lock.json"]}
    assert steps_of(made) == [("shop", "1.1.0", "1.2.0", "PASSED")]
    assert (made.verdict.value, made.not_checked) == ("PASSED", ())


@pytest.mark.parametrize(
    ("range_", "expected"),
    [("1.1.0", "1.2.0"), ("~1.1.0", "~1.2.0"), ("^0.9.0", "^1.2.0"), ("=1.1.0", "=1.2.0")],
)
def test_the_products_own_range_is_written_anew(shelf: Shelf, range_: str, expected: str) -> None:
    files = project({"shop": range_}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts == project({"shop": expected}, {"shop": entry("shop", "1.2.0")})


@pytest.mark.parametrize("range_", [">=1.0.0 <1.2.0", "latest", "1.1.x", "npm:other@1"])
def test_a_range_of_another_form_is_named(shelf: Shelf, range_: str) -> None:
    files = project({"shop": range_}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert (made.texts, made.upgrades) == ({}, ())
    assert reasons_of(made) == [("shop", f"package.json asks for shop {range_}")]


def test_tabs_line_ends_and_the_end_of_the_file_stay(shelf: Shelf) -> None:
    files = project({"shop": "1.1.0"}, {"shop": entry("shop", "1.1.0")})
    odd = {
        path: json.dumps(json.loads(text), indent="\t").replace("\n", "\r\n")
        for path, text in files.items()
    }
    made = plan(odd, SHOP, catalogue=shelf.catalogue())
    expected = project({"shop": "1.2.0"}, {"shop": entry("shop", "1.2.0")})
    assert made.texts == {
        path: json.dumps(json.loads(text), indent="\t").replace("\n", "\r\n")
        for path, text in expected.items()
    }


def test_an_entry_gets_what_npm_would_write(shelf: Shelf) -> None:
    shelf.npm(
        "shop",
        {
            "1.1.0": {"dependencies": {"till": "^1.0.0"}, "bin": "old.js"},
            "1.2.0": {
                "dependencies": {"till": "^1.1.0"},
                "engines": {"node": ">=18"},
                "bin": "cli.js",
                "hasInstallScript": True,
                "deprecated": "use another",
            },
        },
    )
    shelf.npm("till", {"1.0.0": {}, "1.1.0": {}, "1.2.0": {}})
    old = entry("shop", "1.1.0", dependencies={"till": "^1.0.0"}, bin={"shop": "old.js"}, cpu=["x"])
    files = project({"shop": "^1.0.0"}, {"shop": old, "till": entry("till", "1.0.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    written = json.loads(made.texts["package-lock.json"])["packages"]
    assert written["node_modules/shop"] == entry(
        "shop",
        "1.2.0",
        dependencies={"till": "^1.1.0"},
        engines={"node": ">=18"},
        bin={"shop": "cli.js"},
        hasInstallScript=True,
        deprecated="use another",
    )
    assert written["node_modules/till"] == entry("till", "1.1.0")
    assert [one.because for one in made.upgrades] == ["", "shop"]
    assert made.upgrades[0].notes == (
        "it runs a script when it is installed, which the old one did not",
        "it is deprecated: use another",
    )


def test_one_place_of_several(shelf: Shelf) -> None:
    """Each place is judged by who gets it: the nested one may be fixed, the other one may not."""
    shelf.npm("cart", {"1.0.0": {"dependencies": {"shop": "^1.0.0"}}})
    shelf.npm("desk", {"1.0.0": {"dependencies": {"shop": "1.1.0"}}})
    packages = {
        "cart": entry("cart", "1.0.0", dependencies={"shop": "^1.0.0"}),
        "cart/node_modules/shop": entry("shop", "1.1.0"),
        "desk": entry("desk", "1.0.0", dependencies={"shop": "1.1.0"}),
        "shop": entry("shop", "1.1.0"),
    }
    files = project({"cart": "1.0.0", "desk": "1.0.0"}, packages)
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [(one.place, one.new) for one in made.upgrades] == [
        ("node_modules/cart/node_modules/shop", "1.2.0")
    ]
    assert [(one.place, one.why, one.hint) for one in made.unfixed] == [
        (
            "node_modules/shop",
            "desk 1.0.0 asks for shop 1.1.0",
            (
                "as a last resort, against what its dependents say:"
                ' "overrides": {"shop": "1.2.0"} in package.json'
            ),
        )
    ]


def test_the_direct_dependency_that_lets_it_in_is_found(shelf: Shelf) -> None:
    """What else the new one brings is for npm to place, and so no edit; the chain is followed."""
    shelf.npm(
        "cart",
        {
            "1.0.0": {"dependencies": {"desk": "1.0.0"}},
            "1.1.0": {"dependencies": {"desk": "1.1.0"}},
            "1.2.0": {"dependencies": {"desk": "1.2.0", "novel": "^1.0.0"}},
            "2.0.0": {"dependencies": {"desk": "^1.2.0"}},
        },
    )
    shelf.npm(
        "desk",
        {
            "1.0.0": {"dependencies": {"shop": "1.1.0"}},
            "1.1.0": {"dependencies": {"shop": "1.1.0"}},
            "1.2.0": {"dependencies": {"shop": "^1.1.0", "another": "^1.0.0"}},
        },
    )
    packages = {
        "cart": entry("cart", "1.0.0", dependencies={"desk": "1.0.0"}),
        "desk": entry("desk", "1.0.0", dependencies={"shop": "1.1.0", "another": "^2.0.0"}),
        "shop": entry("shop", "1.1.0"),
        "another": entry("another", "2.0.0"),
    }
    made = plan(project({"cart": "^1.0.0"}, packages), SHOP, catalogue=shelf.catalogue())
    (one,) = made.upgrades
    assert (one.package, one.old, one.new, one.because) == ("cart", "1.0.0", "1.2.0", "shop")
    assert (one.verdict.value, made.texts) == ("UNKNOWN", {})
    assert one.command == "npm install cart@1.2.0 --package-lock-only --ignore-scripts"
    small = plan(
        project({"cart": "^1.0.0"}, packages),
        SHOP,
        catalogue=shelf.catalogue(),
        max_step=Step.PATCH,
    )
    assert small.upgrades == ()


def test_what_the_lock_has_not_is_left_to_npm(shelf: Shelf) -> None:
    shelf.npm("shop", {"1.1.0": {}, "1.2.0": {"dependencies": {"novel": "^1.0.0"}}})
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    (one,) = made.upgrades
    assert (made.texts, one.why_not) == ({}, "the file has no novel ^1.0.0")


def test_an_optional_wish_may_stay_open(shelf: Shelf) -> None:
    optional = {
        "optionalDependencies": {"fast": "1.0.0"},
        "peerDependencies": {"peer": "*"},
        "peerDependenciesMeta": {"peer": {"optional": True}},
    }
    shelf.npm("shop", {"1.1.0": {}, "1.2.0": optional})
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    written = json.loads(made.texts["package-lock.json"])["packages"]["node_modules/shop"]
    assert written == entry("shop", "1.2.0", **optional)


def nested(version: str, integrity: str) -> dict[str, object]:
    return {
        "cart": {
            "version": "1.0.0",
            "requires": {"shop": "^1.0.0"},
            "dependencies": {"shop": {"version": version, "integrity": integrity}},
        }
    }


@pytest.mark.parametrize("version", [1, 2])
def test_nested_entries_change_as_well(shelf: Shelf, version: int) -> None:
    """Version 2 says everything twice, and npm of old reads the nested half."""
    shelf.npm("cart", {"1.0.0": {"dependencies": {"shop": "^1.0.0"}}})
    packages = {
        "cart": entry("cart", "1.0.0", dependencies={"shop": "^1.0.0"}),
        "cart/node_modules/shop": entry("shop", "1.1.0"),
    }
    old, new = sha512("shop@1.1.0"), sha512("shop@1.2.0")
    files = project(
        {"cart": "1.0.0"}, packages, lockfileVersion=version, dependencies=nested("1.1.0", old)
    )
    if version == 1:
        whole = json.loads(files["package-lock.json"])
        del whole["packages"]
        files["package-lock.json"] = json.dumps(whole, indent=2)
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    written = json.loads(made.texts["package-lock.json"])
    assert written["dependencies"] == nested("1.2.0", new)
    if version == 2:
        assert written["packages"]["node_modules/cart/node_modules/shop"] == entry("shop", "1.2.0")


def test_a_workspace_has_a_manifest_of_its_own(shelf: Shelf) -> None:
    files = project(
        {}, {"shop": entry("shop", "1.1.0"), "part": {"resolved": "part", "link": True}}
    )
    whole = json.loads(files["package-lock.json"])
    manifest = {"name": "part", "dependencies": {"shop": "1.1.0"}}
    whole["packages"]["part"] = manifest
    files |= {
        "package-lock.json": json.dumps(whole, indent=2),
        "part/package.json": json.dumps(manifest),
    }
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts["part/package.json"] == files["part/package.json"].replace("1.1.0", "1.2.0")
    written = json.loads(made.texts["package-lock.json"])["packages"]
    assert written["part"]["dependencies"] == {"shop": "1.2.0"}


def test_what_is_inside_of_another_archive_cannot_go_up_alone(shelf: Shelf) -> None:
    packages = {
        "cart": entry("cart", "1.0.0", bundleDependencies=["shop"]),
        "cart/node_modules/shop": {"version": "1.1.0", "inBundle": True},
    }
    made = plan(project({"cart": "1.0.0"}, packages), SHOP, catalogue=shelf.catalogue())
    assert made.upgrades == ()
    assert reasons_of(made) == [
        ("shop", "it is in the archive of another package, or from no registry")
    ]


def test_the_registry_of_the_file_is_kept(shelf: Shelf) -> None:
    """An index cannot send the user's tool to another host by `dist.tarball`."""
    one = entry("shop", "1.1.0")
    one["resolved"] = "https://mirror.example/npm/shop/-/shop-1.1.0.tgz"
    made = plan(project({"shop": "^1.0.0"}, {"shop": one}), SHOP, catalogue=shelf.catalogue())
    written = json.loads(made.texts["package-lock.json"])["packages"]["node_modules/shop"]
    assert written["resolved"] == "https://mirror.example/npm/shop/-/shop-1.2.0.tgz"


def test_no_weaker_integrity_than_before(shelf: Shelf) -> None:
    weak = {"dist": {"tarball": "https://x.example/y", "shasum": "0" * 40}}
    shelf.npm("shop", {"1.1.0": {}, "1.2.0": weak})
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [one.why_not for one in made.upgrades] == ["its integrity is not known"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"shop": "1.1.0"}, {"shop": "1.2.0"}),
        ({"cart": {"shop": "$shop"}}, None),
        ({"shop@^1": {".": "1.1.x"}}, None),
        ({"other": "1.1.0"}, {"other": "1.1.0"}),
    ],
)
def test_what_an_override_forces_is_a_wish_of_the_product(
    shelf: Shelf, overrides: dict[str, object], expected: dict[str, object] | None
) -> None:
    """The lock file alone would be out of step with the manifest."""
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")})
    manifest = json.loads(files["package.json"]) | {"overrides": overrides}
    made = plan(files | {"package.json": json.dumps(manifest)}, SHOP, catalogue=shelf.catalogue())
    if expected is None:
        assert (made.texts, made.upgrades) == ({}, ())
        assert "package.json asks for shop" in made.unfixed[0].why
    else:
        written = made.texts.get("package.json", json.dumps(manifest))
        assert json.loads(written)["overrides"] == expected
        assert "1.2.0" in made.texts["package-lock.json"]


@pytest.mark.parametrize("fixed", ["1.5", "v1.5.0", "=1.5.0"])
def test_a_fixed_version_that_npm_would_not_publish(fixed: str) -> None:
    """Advisories are written by hand; what is proposed ends in a file."""
    files = project({"shop": "^1.0.0"}, {"shop": entry("shop", "1.1.0")})
    made = plan(files, advisory("npm", "shop", fixed, id_="GHSA-x"))
    assert reasons_of(made) == [("shop", "no advisory names a version that fixes it")]
