"""Programs that end where their first table should begin."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.binaries.sections import read_programs


@pytest.mark.parametrize(
    "data", [b"\x7fELF", b"\x7fELF\x02", b"\x7fELF\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe"]
)
def test_a_few_bytes_of_a_program_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_programs(lambda start, length: data[start : start + length])
