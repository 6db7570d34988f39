"""Layers on one another: what the root folder of an image holds in the end."""

import io
from collections.abc import Mapping

import pytest

from assay.core.errors import MalformedError
from assay.sbom.images.rootfs import RootFolder
from assay.system.tarindex import TarKind, TarMember, index_tar
from tests.fakes.trees import tar_of

Layer = Mapping[str, bytes | str | None]


def root_of(*layers: Layer) -> RootFolder:
    root = RootFolder()
    for layer in layers:
        data = tar_of(layer)
        root.add_layer(index_tar(io.BytesIO(data), size=len(data)))
    return root


def held(*layers: Layer) -> dict[str, int]:
    """Return the files of the root folder, and the layer that each is from."""
    return {path: placed.layer for path, placed in sorted(root_of(*layers).files())}


LAID = {
    "replaced": (({"a": b"1"}, {"a": b"2"}), {"a": 1}),
    "kept": (({"a": b"1"}, {"b": b"2"}), {"a": 0, "b": 1}),
    "whiteout": (({"d/a": b"1", "d/b": b"1"}, {"d/.wh.a": b""}), {"d/b": 0}),
    "whiteout-of-a-folder": (({"d/e/a": b"1"}, {"d/.wh.e": b""}), {}),
    "whiteout-of-nothing": (({"a": b"1"}, {"x/.wh.b": b""}), {"a": 0}),
    "opaque": (
        ({"d/a": b"1", "d/e/b": b"1"}, {"d/c": b"2", "d/.wh..wh..opq": b""}),
        {"d/c": 1},
    ),
    "opaque-after-what-it-keeps": (
        ({"d/a": b"1"}, {"d/.wh..wh..opq": b"", "d/a": b"2"}),
        {"d/a": 1},
    ),
    "marks-of-aufs": (({"a": b"1"}, {".wh..wh.plnk": b"", ".wh..wh.orph": None}), {"a": 0}),
    "added-again": (({"a": b"1"}, {".wh.a": b""}, {"a": b"3"}), {"a": 2}),
    "file-in-place-of-a-folder": (({"a/b": b"1"}, {"a": b"2"}), {"a": 1}),
    "folder-in-place-of-a-file": (({"a": b"1"}, {"a": None, "a/b": b"2"}), {"a/b": 1}),
    "folder-that-was-there": (({"a/b": b"1"}, {"a": None}), {"a/b": 0}),
    "link-in-place-of-a-file": (({"a": b"1"}, {"a": "b"}), {}),
    "through-a-link": (({"lib": "usr/lib", "usr/lib/a": b"1"}, {"lib/a": b"2"}), {"usr/lib/a": 1}),
    "whiteout-through-a-link": (
        ({"lib": "/usr/lib", "usr/lib/a": b"1"}, {"lib/.wh.a": b""}),
        {},
    ),
    "link-that-climbs": (
        ({"x/lib": "../../../usr", "usr/a": b"1"}, {"x/lib/a": b"2"}),
        {"usr/a": 1},
    ),
    "dots-and-slashes": (({"./a": b"1", "/b": b"1", "c//d": b"1"},), {"a": 0, "b": 0, "c/d": 0}),
}


@pytest.mark.parametrize(("layers", "expected"), LAID.values(), ids=LAID)
def test_layers(layers: tuple[Layer, ...], expected: dict[str, int]) -> None:
    assert held(*layers) == expected


def test_a_hard_link_is_the_file_that_it_links_to() -> None:
    root = root_of({"a": b"one"})
    link = TarMember(name="b/c", kind=TarKind.HARDLINK, offset=0, size=0, link="a")
    root.add_layer([link])
    files = dict(root.files())
    assert files["b/c"] == files["a"]


def test_a_hard_link_to_nothing_is_a_gap() -> None:
    root = RootFolder()
    root.add_layer([TarMember(name="b", kind=TarKind.HARDLINK, offset=0, size=0, link="a")])
    assert (dict(root.files()), root.gaps) == ({}, [("b", "a hard link to nothing")])


def test_a_device_takes_the_place_of_a_file() -> None:
    root = root_of({"a": b"one"})
    root.add_layer([TarMember(name="a", kind=TarKind.OTHER, offset=0, size=0)])
    assert dict(root.files()) == {}


def test_a_file_with_holes_is_a_gap() -> None:
    root = RootFolder()
    root.add_layer([TarMember(name="a", kind=TarKind.SPARSE, offset=0, size=9)])
    assert (dict(root.files()), root.gaps) == ({}, [("a", "a file with holes, which is not read")])


REFUSED: dict[str, tuple[tuple[Layer, ...], str]] = {
    "name": (({"a/../../b": b""},), "a name that leads out of the image, at a/../../b"),
    "whiteout": (({"a/../.wh.b": b""},), "a name that leads out of the image, at a/../.wh.b"),
    "deep": (({"a/" * 513: None},), f"a name that leads out of the image, at {'a/' * 249}a…"),
    "circle": (({"a": "b", "b": "a"}, {"a/c": b""}), "links in a circle, at a"),
    "growing": (({"a": "a/a"}, {"a/c": b""}), "links in a circle, at a"),
}


@pytest.mark.parametrize(("layers", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(layers: tuple[Layer, ...], what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        root_of(*layers)
    assert str(caught.value) == f"[malformed] {what}"
