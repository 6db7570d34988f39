"""Packages that conda installed."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.sbom.installed.condameta import parse_conda_record
from tests.fakes.trees import purls, survey, whys

CHANNEL = "https://conda.anaconda.org/conda-forge/linux-64"
SHA256, MD5 = "ab" * 32, "cd" * 16
QUERY = "channel=conda.anaconda.org%2Fconda-forge&subdir=linux-64&type=conda"


def record(name: str, *needs: str, version: str = "1.0", **more: object) -> bytes:
    said = {
        "name": name,
        "version": version,
        "url": f"{CHANNEL}/{name}-{version}-h1_0.conda",
        "depends": list(needs),
    }
    return json.dumps(said | more).encode()


def test_packages_of_an_environment() -> None:
    found = survey(
        {
            "env/conda-meta/a-1.0-h1_0.json": record(
                "a", "b >=1.0,<2", "__glibc >=2.17", license="BSD-3-Clause",
                sha256=SHA256, md5=MD5, requested_spec="a", files=["lib/a.so"],
            ),
            "env/conda-meta/b-1.0-h1_0.json": record("b", "conda-forge::c"),
            "env/conda-meta/history": b"==> 2026 <==",
            "other/conda-meta/c-1.0-h1_0.json": record("c"),
            "env/lib/a.so": b"\x7fELF\2\1\1".ljust(700, b"\0"),
        }
    )  # fmt: skip
    assert purls(found) == [f"pkg:conda/{name}@1.0?build=h1_0&{QUERY}" for name in "abc"]
    a, b, c = found.components
    assert (a.direct, b.direct) == (True, None)
    assert a.hashes == (f"md5:{MD5}", f"sha256:{SHA256}")
    assert a.licences == ("BSD-3-Clause",)
    assert a.depends_on == (b.purl,)
    assert [item.edges_known for item in (a, b, c)] == [True, False, True]  # c is elsewhere
    assert found.examined["conda packages"] == 3
    assert whys(found) == []  # the library belongs to a


REFUSED = {
    "no-url": (b'{"name": "a", "version": "1"}', "[malformed] no url, at url"),
    "another": (
        record("a", url=f"{CHANNEL}/b-1.0-h1_0.conda"),
        "[malformed] a 1.0 from the URL of another package",
    ),
    "hash": (record("a", md5="x"), "[malformed] 'md5:x' is no hash"),
    "need": (record("a", "=1"), "[malformed] '=1' is no requirement, at depends[0]"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_conda_record(data)
    assert str(caught.value) == message
