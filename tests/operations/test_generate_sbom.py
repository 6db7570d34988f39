"""The operation behind `assay sbom generate`."""

import json
from pathlib import Path

import pytest

from assay.core.errors import AssayError, UsageError
from assay.operations.generate_sbom import Described, Generated, generate_sbom
from assay.operations.survey_source import Target
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.minimum import check_minimum
from tests.fakes.restserver import Answered, Asked, serving
from tests.fakes.trees import Layout, tar_of

LOCK = b'{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}}'
RELEASE = b"ID=debian\nVERSION_ID=12\n"
LAYER = tar_of({"etc/os-release": RELEASE, "var/lib/dpkg/status.d/a": b"Package: a\nVersion: 1\n"})


@pytest.fixture(autouse=True)
def _at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.delenv("ASSAY_REGISTRY_USER", raising=False)


def generate(source: str, *, platform: str = "", output: Path | None = None) -> Generated:
    return generate_sbom(
        Target(source=source, platform=platform),
        described=Described(),
        format_="cyclonedx-1.6",
        output=output,
    )


def test_a_folder_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_bytes(LOCK)
    made = generate(str(tmp_path))
    assert made.document == generate(str(tmp_path)).document
    document = json.loads(made.document)
    assert [part["purl"] for part in document["components"]] == ["pkg:npm/a@1.0.0"]
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    assert document["metadata"]["component"]["name"] == tmp_path.name


def test_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_bytes(b"")
    output = tmp_path / "sbom.json"
    made = generate(str(tmp_path), output=output)
    assert output.read_bytes() == made.document
    answer = made.as_json()
    assert answer["notChecked"] == [gap.as_json() for gap in made.not_checked] != []


def test_a_file_that_nobody_looks_into_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    made = generate(str(tmp_path / "a.zip"))
    (gap,) = made.not_checked
    assert (gap.what, gap.where) == ("file", "a.zip")
    assert json.loads(made.document)["compositions"][0]["aggregate"] == "incomplete"


def test_an_image(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "layout")
    layout.list(layout.image([LAYER]), name="latest")
    moved = tmp_path / "a@b"
    layout.root.rename(moved)
    assert generate(f"oci:{moved}").version == generate(f"oci:{moved}@latest").version
    made = generate(f"oci:{moved}@latest")
    document = json.loads(made.document)
    assert document["metadata"]["component"]["type"] == "container"
    assert made.version == layout.listed[0]["digest"]
    assert made.components == 2


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_image_of_a_registry_has_a_purl(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "layout")
    layout.list(layout.image([LAYER]), name="latest")

    def answer(asked: Asked) -> Answered:
        last = asked.path.rpartition("/")[2]
        digest = str(layout.listed[0]["digest"]) if last == "latest" else last
        file = layout.root / "blobs" / digest.replace(":", "/")
        return Answered(status=200, body=file.read_bytes())

    with serving(answer) as served:
        host = served.url.removeprefix("http://")
        made = generate(f"registry:{host}/team/shop:latest")
    subject = json.loads(made.document)["metadata"]["component"]
    assert subject["purl"].startswith(f"pkg:oci/shop@{made.version}?repository_url=127.0.0.1")


def refusal(source: str, **more: str) -> str:
    with pytest.raises(AssayError) as caught:
        generate(source, **more)  # type: ignore[arg-type]
    return str(caught.value)


def test_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(f"{tmp_path}/absent") == (
        f"[usage] no such folder or file, at {tmp_path}/absent "
        "(an image is oci:…, docker-archive:…, registry:…)"
    )
    assert refusal(str(tmp_path), platform="linux/amd64") == (
        "[usage] only an image has platforms (leave out --platform)"
    )
    assert refusal("docker-archive:x", platform="linux/amd64") == (
        "[usage] an archive of `docker save` is for one platform; leave out --platform"
    )
    assert refusal("registry:alpine").startswith("[usage] no name of an image, at alpine (")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert refusal(str(tmp_path)) == (
        "[usage] no time, at $SOURCE_DATE_EPOCH (seconds since 1970, or unset it)"
    )


def test_an_unknown_format_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as caught:
        generate_sbom(
            Target(source=str(tmp_path / "absent")),
            described=Described(),
            format_="odd",
            output=None,
        )
    assert str(caught.value).startswith("[usage] 'odd' is no format that is written")


def described(folder: Path, format_: str = "cyclonedx-1.6", **said: str) -> bytes:
    assert said.keys() <= {"author", "supplier", "name", "version", "purl"}
    return generate_sbom(
        Target(source=str(folder)),
        described=Described(
            authors=(said["author"],) if "author" in said else (),
            supplier=said.get("supplier", ""),
            name=said.get("name", ""),
            version=said.get("version", ""),
            purl=said.get("purl", ""),
        ),
        format_=format_,
        output=None,
    ).document


SAID = {
    "author": "Jo Doe",
    "supplier": "Shop Inc",
    "name": "shop",
    "purl": "pkg:github/Acme/shop@1.2",
}


@pytest.mark.parametrize("format_", ["cyclonedx-1.6", "cyclonedx-1.7-xml", "spdx-2.3", "spdx-3.0"])
def test_what_is_said_of_it_is_in_the_document(tmp_path: Path, format_: str) -> None:
    sbom = parse_sbom(described(tmp_path, format_, **SAID))
    assert sbom.authors == ("Jo Doe",)
    assert sbom.subject is not None
    found = sbom.subject
    assert (found.name, found.version, found.supplier, found.purl) == (
        "shop",
        "1.2",
        "Shop Inc",
        "pkg:github/acme/shop@1.2",
    )
    lacking = {row.element for row in check_minimum(sbom, profile="ntia").found if row.missing}
    assert lacking == {"dependency relationship"}  # of an empty folder


UNSAID = {
    "purl": ({"purl": "pkg:x"}, "--purl"),
    "two-versions": (
        {"purl": "pkg:npm/a@1", "version": "2"},
        "[usage] versions '1' and '2' (say it once)",
    ),
    "no-author": ({"author": " "}, "[usage] a name is empty, at --author"),
    "escape": ({"supplier": "a\x1b"}, "[usage] 'a\\\\x1b' cannot be printed"),
}


@pytest.mark.parametrize(("said", "message"), UNSAID.values(), ids=UNSAID)
def test_what_cannot_be_said(tmp_path: Path, said: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        described(tmp_path, **said)
    assert message in str(caught.value)
