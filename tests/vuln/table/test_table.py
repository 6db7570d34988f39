"""A table gives back what was written, from the blocks that it is in, and no other bytes."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.digest import Digest
from assay.core.errors import MalformedError, TamperedError
from assay.system.largefiles import new_file
from assay.vuln.table.reading import MAX_BLOCK_BYTES, Table, open_table, parse_directory
from assay.vuln.table.sorting import LineSorter
from assay.vuln.table.writing import BLOCK_BYTES, write_table

WHAT = "the lines"


def written(path: Path, lines: Iterable[bytes]) -> Digest:
    with new_file(path.parent) as file:
        digest = write_table(sorted(lines), file, name="T")
        file.keep(path)
    return digest


def table_of(path: Path, lines: Iterable[bytes]) -> Table:
    return open_table(path, name="T", digest=written(path, lines), what=WHAT)


def long(key: str, value: str = "") -> bytes:
    """Return a line that fills a third of a block."""
    return f"{key}\t{value}{'x' * (BLOCK_BYTES // 3)}".encode()


KEYS = st.text("ab:", min_size=1, max_size=3)


@given(st.lists(st.tuples(KEYS, st.integers(0, 9), st.booleans()), max_size=30), KEYS)
def test_lines_are_found_by_their_beginning(said: list[tuple[str, int, bool]], asked: str) -> None:
    """However the lines fall into blocks, and though one key fills several."""
    lines = [long(k, str(n)) if is_long else f"{k}\t{n}".encode() for k, n, is_long in said]
    with TemporaryDirectory() as folder:
        table = table_of(Path(folder) / "t", lines)
        for prefix in (f"{asked}\t".encode(), asked.encode()):
            wanted = sorted(line for line in lines if line.startswith(prefix))
            assert list(table.values(prefix)) == [line.partition(b"\t")[2] for line in wanted]
            assert list(table.lines(prefix)) == wanted
        assert list(table.lines()) == sorted(lines)


def test_a_table_of_nothing(tmp_path: Path) -> None:
    table = table_of(tmp_path / "t", [])
    assert list(table.values(b"a")) == list(table.lines()) == []


def test_a_question_reads_few_blocks(tmp_path: Path) -> None:
    """The others may be anything: they are not opened."""
    lines = [long(f"k{number:03}") for number in range(60)]
    table = table_of(tmp_path / "t", lines)
    assert len(table.blocks) == 20
    path, known = tmp_path / "t", {number: table.blocks[number] for number in (9, 10)}
    data = bytearray(path.read_bytes())
    for number, block in enumerate(table.blocks):
        if number not in known:
            data[block.start] ^= 1
    path.write_bytes(data)
    assert len(list(table.values(b"k031\t"))) == 1
    with pytest.raises(TamperedError) as caught:
        list(table.values(b"k033\t"))
    assert str(caught.value) == (
        f"[tampered] the lines are not those that were imported, at {path} "
        "(import or update them again)"
    )


def test_another_table_is_refused(tmp_path: Path) -> None:
    digest = written(tmp_path / "t", [b"k\tv"])
    with pytest.raises(MalformedError) as caught:
        open_table(tmp_path / "t", name="U", digest=digest, what=WHAT)
    assert str(caught.value) == (
        f"[malformed] no table of U, in the form that is read here, at {tmp_path / 't'}"
    )


HEX = b"0" * 64
DIRECTORIES = {
    "another-version": b"assay-table/2\tT\n",
    "no-end": b"assay-table/1\tT",
    "an-empty-block": b"assay-table/1\tT\n0\t" + HEX + b"\tk\n",
    "no-digest": b"assay-table/1\tT\n5\t" + HEX[1:] + b"\tk\n",
    "no-key": b"assay-table/1\tT\n5\t" + HEX + b"\t\n",
    "too-large": b"assay-table/1\tT\n%d\t%b\tk\n" % (MAX_BLOCK_BYTES + 1, HEX),
}


@pytest.mark.parametrize("data", DIRECTORIES.values(), ids=DIRECTORIES)
def test_what_is_no_directory_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_directory(data, name="T")
    assert str(caught.value) == "[malformed] no table of T, in the form that is read here"


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=3).filter(lambda line: b"\n" not in line), max_size=40))
def test_what_memory_cannot_hold_is_sorted_on_the_disk(lines: list[bytes]) -> None:
    with (
        TemporaryDirectory() as folder,
        closing(LineSorter(folder=Path(folder), max_held=60)) as sorter,
    ):
        for line in lines:
            sorter.add(b"%b\t." % line)
        assert list(sorter.in_order()) == sorted(b"%b\t." % line for line in lines)
        assert list(Path(folder).iterdir()) == []


def test_more_runs_than_files_may_be_open(tmp_path: Path) -> None:
    lines = [f"{number * 7919 % 1000:04}\t".encode() for number in range(300)]
    with closing(LineSorter(folder=tmp_path, max_held=60)) as sorter:
        for line in lines:
            sorter.add(line)
        assert list(sorter.in_order()) == sorted(lines)
