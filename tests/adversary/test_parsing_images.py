"""Parsing: images, archives, packages and programs made to harm whoever looks into them."""

import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.operations.survey_source import Target, survey_source
from assay.sbom.component import Inventory
from assay.sbom.images.image import build_tree
from assay.sbom.images.layout import open_layout
from assay.system.layers import Extent, unpack_layer
from assay.system.ziptree import Allowance, open_zip
from tests.fakes.programs import elf, pointed_elf
from tests.fakes.trees import Layout, digest_of, purls, survey, tar_of, whys


def survey_at(path: str) -> Inventory:
    return survey_source(Target(source=path))[0]


def layout_of(tmp_path: Path, *layers: bytes) -> Layout:
    layout = Layout(tmp_path / "layout")
    layout.list(layout.image(layers))
    return layout


def refusal(path: str) -> str:
    with pytest.raises(AssayError) as caught:
        survey_at(path)
    return str(caught.value)


def test_path_in_a_tar_entry_that_leads_out(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, tar_of({"../../etc/os-release": b"ID=evil\n"}))
    assert refusal(f"oci:{layout.root}") == (
        "[malformed] a name that leads out of the image, at layers[0].../../etc/os-release"
    )


def test_symlink_escape_of_a_layer_stays_inside_the_root(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    target = "../" * 40 + str(tmp_path / "secret").lstrip("/")
    layout = layout_of(
        tmp_path,
        tar_of({"out": target}),
        tar_of({"out/lib/apk/db/installed": b"P:a\nV:1\n\n", "etc/os-release": b"ID=alpine\n"}),
    )
    component = survey_at(f"oci:{layout.root}").components[0]
    inside = str(tmp_path / "secret").lstrip("/")
    assert component.found_in[0].startswith(f"{inside}/lib/apk/db/installed@sha256:")
    assert list((tmp_path / "secret").iterdir()) == []


def test_symlink_escape_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside" / "node_modules" / "a").mkdir(parents=True)
    (tmp_path / "outside" / "node_modules" / "a" / "package.json").write_bytes(
        b'{"name": "a", "version": "1"}'
    )
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "web").symlink_to("../outside")
    inventory = survey_at(str(tmp_path / "inside"))
    assert inventory.components == ()
    assert whys(inventory) == ["file, web: a link that leads out of what was looked at"]


def test_links_in_a_circle(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, tar_of({"a": "b", "b": "a"}), tar_of({"a/c": b""}))
    assert refusal(f"oci:{layout.root}") == "[malformed] links in a circle, at layers[1].a"


def test_decompression_bomb_in_a_layer(tmp_path: Path) -> None:
    file = tmp_path / "layer"
    file.write_bytes(gzip.compress(b"\0" * 2**24))
    extent = Extent(file=file, offset=0, size=file.stat().st_size)
    with pytest.raises(MalformedError) as caught:
        unpack_layer(extent, tmp_path / "out", max_bytes=2**30, free_bytes=2**20)
    assert str(caught.value) == "[malformed] packed more than 200-fold, as bombs are"
    assert (tmp_path / "out").stat().st_size < 2**23


def test_members_of_a_jar_that_share_one_allowance() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.jar", b"\0" * 100_000)
    inventory = survey({"a.jar": out.getvalue()})
    assert len(whys(inventory)) == 21  # each is no archive, and the outer one has no coordinates
    with (
        open_zip(out.getvalue(), Allowance(left=500_000)) as tree,
        pytest.raises(MalformedError) as caught,
    ):
        [tree.load(file.path, max_bytes=2**20) for file in tree.files]
    assert str(caught.value) == "[malformed] the archive unpacks to more than is read of one"


def test_duplicate_keys_in_a_manifest(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, tar_of({"a": b""}))
    index = (layout.root / "index.json").read_text()
    (layout.root / "index.json").write_text(index.replace("{", '{"schemaVersion": 2, ', 1))
    assert refusal(f"oci:{layout.root}") == (
        "[malformed] not strict JSON: repeated key 'schemaVersion'"
    )


def test_a_layer_that_was_exchanged(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, tar_of({"a": b""}))
    image = open_layout(layout.root, reference="", platform="")
    evil = gzip.compress(tar_of({"a": b"evil"}), mtime=0)
    image.layers[0].extent.file.write_bytes(evil)
    fresh = open_layout(layout.root, reference="", platform="")
    with pytest.raises(AssayError) as caught:
        build_tree(fresh, tmp_path)
    assert str(caught.value).startswith(f"[rejected] a layer that is {digest_of(evil)}, not ")


def test_terminal_escape_sequence_in_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "\x1b[2J.jar").write_bytes(b"x")
    inventory = survey_at(str(tmp_path))
    assert whys(inventory) == [
        "Java archive, \\x1b[2J.jar: no sound zip archive: File is not a zip file"
    ]


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, tar_of({"b\udcff.jar": b"x"}))
    assert whys(survey_at(f"oci:{layout.root}"))[0].startswith("Java archive, b\\udcff.jar")


def test_a_pointer_of_a_program_that_leads_far_out() -> None:
    data = bytearray(pointed_elf())
    at = data.index(b"\xff Go buildinf:") + 16
    data[at : at + 8] = struct.pack("<Q", 2**63)
    assert whys(survey({"bin/a": bytes(data)})) == ["program, bin/a: a pointer out of the program"]


def test_a_table_of_a_program_that_claims_to_be_huge() -> None:
    data = bytearray(elf({".text": b"x" * 600}))
    data[60:62] = b"\xff\xff"  # 65,535 sections
    assert whys(survey({"bin/a": bytes(data)})) == [
        "program, bin/a: a table of the program is cut off"
    ]


def test_a_package_that_poses_as_one_of_an_index(tmp_path: Path) -> None:
    """A folder that somebody installed has the name of a package, and is another thing."""
    info = tmp_path / "lib/python3.12/site-packages/requests-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: requests\nVersion: 2.0\n")
    (info / "direct_url.json").write_text(json.dumps({"url": "file:///src", "dir_info": {}}))
    assert purls(survey_at(str(tmp_path))) == ["pkg:generic/requests@2.0"]
