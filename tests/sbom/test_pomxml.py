"""pom.xml: what it declares, and that it is not all."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.collect import read_inventory
from assay.sbom.lockfiles.pomxml import parse_pom
from tests.sbom.otherlocks import POM
from tests.sbom.reading import notes, purls, text


def project(inside: str) -> bytes:
    return f"<project><modelVersion>4.0.0</modelVersion>{inside}</project>".encode()


def dependency(inside: str) -> bytes:
    return project(
        f"<dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId>{inside}"
        "</dependency></dependencies>"
    )


def test_what_it_declares() -> None:
    reading = parse_pom(text(POM), "pom.xml")
    assert [(part.purl, part.direct, part.development) for part in reading.components] == [
        ("pkg:maven/org.example/core@2.1.0", True, False),
        ("pkg:maven/com.google.guava/guava@33.0.0-jre", True, False),
        ("pkg:maven/org.example/managed@1.5", True, False),
        ("pkg:maven/junit/junit@4.13.2", True, True),
    ]
    assert [loose.text for loose in reading.loose] == [
        "org.example/by-parent (no version here)",
        "org.example/range [1.0,2.0)",
        "org.example/unknown ${elsewhere}",
    ]
    assert notes(reading) == [
        "indirect dependencies, pom.xml: declared, not locked: a pom.xml does not name them"
    ]


def test_in_an_inventory_it_is_no_lock_file() -> None:
    inventory = read_inventory({"shop/pom.xml": text(POM)})
    assert inventory.lock_files == ()
    assert inventory.examined == {"manifests": 1}
    assert "shop/pom.xml: org.example/range [1.0,2.0)" in inventory.unpinned
    assert len(inventory.components) == 4


def test_one_that_asks_for_nothing_has_no_gap() -> None:
    inventory = read_inventory({"pom.xml": project("")})
    assert (inventory.not_checked, inventory.examined) == ((), {"manifests": 1})


REFUSED = {
    "entities": (b"<!DOCTYPE project [<!ENTITY a 'b'>]><project/>", "a document type"),
    "other": (b"<html/>", "no project of model 4.0.0"),
    "model": (
        b"<project><modelVersion>5.0.0</modelVersion></project>",
        "no project of model 4.0.0",
    ),
    "odd": (b"<project>", "not well-formed XML: no element found: line 1, column 9"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    data, what = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        parse_pom(data, "pom.xml")
    assert caught.value.what.startswith(what)
    (note,) = read_inventory({"pom.xml": data}).not_checked
    assert (note.what, note.where) == ("manifest", "pom.xml")


def test_a_property_that_stands_for_itself_ends() -> None:
    more = "<version>${v}</version>"
    data = dependency(more).replace(b"<dep", b"<properties><v>x${v}</v></properties><dep", 1)
    reading = parse_pom(data, "pom.xml")
    assert not purls(reading)
    assert reading.loose[0].text.startswith("a/b xxx")


def test_a_property_that_grows_is_noted() -> None:
    properties = f"<properties><v>{'${v}' * 40}</v></properties>".encode()
    data = dependency("<version>${v}</version>").replace(b"<dep", properties + b"<dep", 1)
    assert notes(parse_pom(data, "pom.xml"))[0].endswith("stands for too much")


def test_a_name_that_is_none_is_noted() -> None:
    data = dependency("<version>1 2</version>")
    assert notes(parse_pom(data, "p"))[0] == "lock file entry, p: a/b: '1 2' is no name or version"
