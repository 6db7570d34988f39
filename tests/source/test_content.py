from assay.core.jsonvalue import JsonValue
from assay.source.content import (
    LARGE_BYTES,
    MAX_LISTED,
    Content,
    LargeFile,
    count_content,
    parse_content,
)
from assay.source.elsewhere import Submodule
from assay.source.entries import TreeEntry


def entry(path: str, mode: str = "100644", size: int | None = 10) -> TreeEntry:
    return TreeEntry(path=path, mode=mode, oid="12" * 20, size=size)


def test_entries_are_counted() -> None:
    submodule = Submodule(path="sub", commit="34" * 20, url="")
    content = count_content(
        (
            entry("a"),
            entry("b", "100755"),
            entry("l\x1b", "120000"),
            entry("sub", "160000", None),
            entry("large", size=LARGE_BYTES + 1),
            entry("larger\udcff", size=LARGE_BYTES + 2),
            entry("at the limit", size=LARGE_BYTES),
            entry("absent", size=None),
        ),
        leaving=("l\x1b",),
        submodules=(submodule,),
    )
    assert content == Content(
        size=3 * LARGE_BYTES + 23,
        executables=1,
        symlinks=1,
        leaving_symlinks=("l\\x1b",),
        leaving_symlink_count=1,
        submodules=(submodule,),
        submodule_count=1,
        large=(
            LargeFile(path="larger\\udcff", size=LARGE_BYTES + 2),
            LargeFile(path="large", size=LARGE_BYTES + 1),
        ),
        large_count=2,
    )
    assert parse_content(JsonValue(content.as_json())) == content


def test_lists_are_bounded_and_their_length_is_told() -> None:
    many = tuple(f"l{n:04}" for n in range(MAX_LISTED + 5))
    content = count_content(
        tuple(entry(path, size=LARGE_BYTES + 1) for path in many),
        leaving=many,
        submodules=tuple(Submodule(path=path, commit="34" * 20, url="") for path in many),
    )
    assert len(content.large) == len(content.leaving_symlinks) == MAX_LISTED
    assert len(content.submodules) == MAX_LISTED
    assert content.large_count == content.leaving_symlink_count == len(many)
    assert content.submodule_count == len(many)
