"""Programs that end where their first table should begin."""

from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.sbom.binaries.gobuildinfo import MAX_TEXT_BYTES, read_go_build
from assay.sbom.binaries.sections import Program, Section, read_programs
from tests.fakes.programs import macho


@pytest.mark.parametrize(
    "data", [b"\x7fELF", b"\x7fELF\x02", b"\x7fELF\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe"]
)
def test_a_few_bytes_of_a_program_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_programs(lambda start, length: data[start : start + length])


def test_a_load_command_without_end_is_refused() -> None:
    data = bytearray(macho({"__go_buildinfo": b"x"}))
    data[36:40] = bytes(4)  # the size of the first command: the next one would be itself
    with pytest.raises(MalformedError) as caught:
        read_programs(lambda start, length: bytes(data[start : start + length]))
    assert str(caught.value) == "[malformed] a load command without end"


def test_a_text_larger_than_any_list_of_modules_is_not_read() -> None:
    asked: list[int] = []
    head = b"\xff Go buildinf:" + bytes((8, 0)) + (64).to_bytes(8, "little") * 2
    body = head + bytes(32) + (64).to_bytes(8, "little") + (2**40).to_bytes(8, "little")

    def load(start: int, length: int) -> bytes:
        asked.append(length)
        return body[start : start + length]

    section = Section(name=".go.buildinfo", address=1, offset=1, size=2**50)
    whole = replace(section, name=".data", address=64, offset=64, size=2**50)
    program = Program(format="ELF", sections=(replace(section, offset=0, size=64), whole))
    with pytest.raises(MalformedError) as caught:
        read_go_build(load, program)
    assert str(caught.value) == (
        f"[malformed] a text of {2**40} bytes, where at most {MAX_TEXT_BYTES} are read"
    )
    assert max(asked) == 64
