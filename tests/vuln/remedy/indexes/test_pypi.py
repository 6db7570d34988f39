import json

import pytest

from assay.core.errors import MalformedError
from assay.vuln.nativeranges import MAX_RANGE
from assay.vuln.remedy.indexes.pypi import parse_project_page, parse_requirements_of
from assay.vuln.remedy.model import Release, ReleaseFile, Requirement

SHA = "0" * 64
WHEEL = "shop-1.5-py3-none-any.whl"


def file_of(name: str = WHEEL, **members: object) -> dict[str, object]:
    return {"filename": name, "url": f"../{name}", "hashes": {"sha256": SHA}, **members}


def page(*files: dict[str, object], name: str = "Shop") -> bytes:
    return json.dumps({"name": name, "files": list(files)}).encode()


def test_both_forms_say_the_same() -> None:
    """PEP 691 in JSON, PEP 503, 592 and 658 in HTML."""
    metadata = {"sha256": "1" * 64}
    told = file_of() | {"requires-python": ">=3.9", "yanked": "broken", "core-metadata": metadata}
    html = (
        f'<a href="../{WHEEL}#sha256={SHA}" data-requires-python="&gt;=3.9" data-yanked="broken"'
        f' data-core-metadata="sha256={"1" * 64}">{WHEEL}</a>'
    )
    found = parse_project_page(page(told), "shop")
    assert found == {
        "1.5": Release(
            version="1.5",
            files=(
                ReleaseFile(
                    name=WHEEL,
                    url=f"../{WHEEL}",
                    digest=f"sha256:{SHA}",
                    has_metadata=True,
                    metadata_digest="sha256:" + "1" * 64,
                ),
            ),
            yanked=True,
            python=">=3.9",
        )
    }
    assert parse_project_page(f"<!DOCTYPE html><body>{html}".encode(), "shop") == found


def test_a_release_is_yanked_with_its_last_file() -> None:
    """PEP 592; an empty reason is one as well, and `false` is none."""
    sdist = file_of("shop-1.5.tar.gz", yanked=False)
    found = parse_project_page(page(file_of(yanked=""), sdist), "shop")
    assert not found["1.5"].yanked
    assert [file.name for file in found["1.5"].files] == ["shop-1.5.tar.gz"]
    assert parse_project_page(page(file_of(yanked="")), "shop")["1.5"].yanked


def test_one_version_in_two_spellings() -> None:
    found = parse_project_page(
        page(file_of("shop-1.0.tar.gz"), file_of("shop-1.0.0-py3-none-any.whl")), "shop"
    )
    assert [len(release.files) for release in found.values()] == [2]


@pytest.mark.parametrize(
    "name",
    [
        "other-9.9-py3-none-any.whl",
        "shop-9.9.exe",
        "shop.whl",
        "../shop-9.9.tar.gz",
        "-shop-9.9.tar.gz",
        'shop-9.9-py3-none-any", x = ".whl',
    ],
)
def test_files_of_others_are_no_releases(name: str) -> None:
    assert parse_project_page(page(file_of(name)), "shop") == {}


def test_a_hash_of_another_form_is_none() -> None:
    for told in ({}, {"md5": SHA}, {"sha256": "z" * 64}, {"sha256": f"{SHA} --hash=sha256:{SHA}"}):
        found = parse_project_page(page(file_of() | {"hashes": told}), "shop")
        assert found["1.5"].files[0].digest == ""


def test_requirements() -> None:
    text = b"""Metadata-Version: 2.1
Name: SHOP
Version: 1.5.0
Requires-Dist: Till_X[b,a] (>=2,<3)
Requires-Dist: door ; extra == "x"

Words that mean nothing: Requires-Dist: no
"""
    assert parse_requirements_of(text, name="shop", version="1.5") == (
        Requirement(name="till-x", range="<3,>=2", extras=("a", "b")),
        Requirement(name="door", range="", marker='extra == "x"'),
    )


METADATA = b"Metadata-Version: 2.1\nName: shop\nVersion: 1.5\n"
REFUSED = {
    "endless-version": (
        lambda: parse_requirements_of(
            METADATA.replace(b"1.5", b"1" * 5000), name="shop", version="1.5"
        ),
        "metadata of another release, and not of 'shop' 1.5",
    ),
    "endless-requirement": (
        lambda: parse_requirements_of(
            METADATA + b"Requires-Dist: x>" + b"1" * 5000, name="shop", version="1.5"
        ),
        "a requirement of 5002 characters",
    ),
    "another-page": (
        lambda: parse_project_page(page(name="other"), "shop"),
        "a page about another project, and not 'shop', at name",
    ),
    "another-name": (
        lambda: parse_requirements_of(METADATA, name="other", version="1.5"),
        "metadata of another release, and not of 'other' 1.5",
    ),
    "another-version": (
        lambda: parse_requirements_of(METADATA, name="shop", version="1.6"),
        "metadata of another release, and not of 'shop' 1.6",
    ),
    "no-version": (
        lambda: parse_requirements_of(b"Name: shop\nVersion: x\n", name="shop", version="1.6"),
        "metadata of another release, and not of 'shop' 1.6",
    ),
    "no-requirement": (
        lambda: parse_requirements_of(
            METADATA + b"Requires-Dist: ???\n", name="shop", version="1.5"
        ),
        "'???' is no requirement",
    ),
    "large": (
        lambda: parse_requirements_of(b"x" * (8 * 2**20 + 1), name="shop", version="1.5"),
        "8388609 bytes, where at most 8388608 are read",
    ),
}


@pytest.mark.parametrize(("read", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(read: object, message: str) -> None:
    assert callable(read)
    with pytest.raises(MalformedError) as caught:
        read()
    assert str(caught.value) == f"[malformed] {message}"


def test_a_page_in_html_names_files_by_its_anchors_alone() -> None:
    """Mirrors put more on a page, and queries behind a file's name."""
    html = (
        '<link href="shop-9.9.tar.gz"><a name="x">shop-9.8.tar.gz</a>'
        '<a href="../shop%2D1.5.tar.gz?x=a/b">anything</a>'
    )
    found = parse_project_page(html.encode(), "shop")
    assert list(found) == ["1.5"]
    (file,) = found["1.5"].files
    assert (file.name, file.url) == ("shop-1.5.tar.gz", "../shop%2D1.5.tar.gz?x=a/b")
    assert (file.digest, file.has_metadata, file.metadata_digest) == ("", None, "")
    assert (found["1.5"].python, found["1.5"].yanked) == ("", False)


def test_the_longest_requirement() -> None:
    longest = b"x>" + b"1" * (MAX_RANGE - 2)
    (one,) = parse_requirements_of(
        METADATA + b"Requires-Dist: " + longest, name="shop", version="1.5"
    )
    assert len(one.range) == MAX_RANGE - 1


def test_a_refusal_shows_the_beginning_of_a_long_text() -> None:
    text = b"Requires-Dist: " + b"!" * 100
    with pytest.raises(MalformedError) as caught:
        parse_requirements_of(METADATA + text, name="shop", version="1.5")
    assert caught.value.what == f"{'!' * 80!r} is no requirement"
