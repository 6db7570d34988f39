"""go.mod and go.sum."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.gomod import parse_go_mod, parse_go_sum
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls, text

H1 = "h1:" + "A" * 43 + "="
H2 = "h1:" + "B" * 43 + "="


def read(content: str, sums: dict[tuple[str, str], str] | None = None) -> Reading:
    return parse_go_mod(text(content), "go.mod", sums or {})


def test_requirements() -> None:
    reading = read(
        """
        module host.example/shop // our own

        go 1.21.3
        toolchain go1.22.0

        require host.example/Upper/a v1.0.0
        require (
        \thost.example/b/v2 v2.0.0-20240101000000-abcdefabcdef // indirect
        \t"host.example/c" v0.1.0+incompatible // indirect; why
        )
        exclude host.example/b/v2 v2.1.0
        retract [v1.0.0, v1.1.0]
        """,
        {("host.example/Upper/a", "v1.0.0"): H1},
    )
    first, second, third = reading.components
    assert first.purl == "pkg:golang/host.example/upper/a@v1.0.0"
    assert (first.name, first.version) == ("host.example/Upper/a", "v1.0.0")
    assert first.hashes == (H1,)
    assert first.direct is True
    assert second.purl == "pkg:golang/host.example/b/v2@v2.0.0-20240101000000-abcdefabcdef"
    assert (second.direct, second.hashes) == (False, ())
    assert third.version == "v0.1.0+incompatible"
    assert not reading.not_checked


REPLACED = {
    "every-version": (
        "host.example/a => host.example/f v1.5.0",
        "pkg:golang/host.example/f@v1.5.0",
    ),
    "this-version": (
        "host.example/a v1.0.0 => host.example/f v1.5.0",
        "pkg:golang/host.example/f@v1.5.0",
    ),
    "another-version": (
        "host.example/a v1.9.0 => host.example/f v1.5.0",
        "pkg:golang/host.example/a@v1.0.0",
    ),
}


@pytest.mark.parametrize(("line", "purl"), REPLACED.values(), ids=REPLACED)
def test_replace(line: str, purl: str) -> None:
    head = "go 1.17\nrequire host.example/a v1.0.0\n"
    assert purls(read(f"{head}replace {line}\n")) == [purl]
    assert purls(read(f"{head}replace (\n\t{line}\n)\n")) == [purl]


def test_replaced_by_a_folder_is_our_own() -> None:
    assert not read(
        "go 1.17\nrequire host.example/a v1.0.0\nreplace host.example/a => ./a\n"
    ).components


@pytest.mark.parametrize("go", ["go 1.16\n", ""])
def test_before_1_17_the_indirect_ones_are_not_known(go: str) -> None:
    reading = read(f"{go}require host.example/a v1.0.0\n")
    assert purls(reading) == ["pkg:golang/host.example/a@v1.0.0"]
    assert notes(reading) == [
        "indirect dependencies, go.mod: a go.mod before Go 1.17 does not name them"
    ]
    assert reading.not_checked[0].remedy == (
        "raise the go directive to 1.17 or later and run: go mod tidy"
    )
    assert not notes(read(f"{go}module host.example/shop\n"))


NOTED = {
    "version": ("require host.example/b main", "not a module and its version"),
    "alone": ("require host.example/b", "not a module and its version"),
    "directive": ("demand x", "'demand' is no directive that is known"),
    "replace": ("replace host.example/b", "replace without =>"),
    "replace-form": ("replace a b c => d", "replace is not written OLD => NEW"),
    "go": ("go x", "no version of Go"),
}


@pytest.mark.parametrize(("line", "why"), NOTED.values(), ids=NOTED)
def test_noted(line: str, why: str) -> None:
    reading = read(f"go 1.17\n{line}\nrequire host.example/a v1.0.0\n")
    assert purls(reading) == ["pkg:golang/host.example/a@v1.0.0"]
    assert notes(reading) == [f"go.mod line, go.mod: line 2: {why}"]


def test_sums() -> None:
    content = (
        f"host.example/a v1.0.0 {H1}\nhost.example/a v1.0.0/go.mod {H2}\n\n"
        "host.example/b v1.0.0\nhost.example/c v1.0.0 h2:x\n"
    )
    sums, reading = parse_go_sum(content.encode(), "go.sum")
    assert sums == {("host.example/a", "v1.0.0"): H1}
    why = "not a module, its version and an h1 hash"
    assert notes(reading) == [
        f"go.sum line, go.sum: line 4: {why}",
        f"go.sum line, go.sum: line 5: {why}",
    ]


def test_bytes_that_are_no_text_are_refused() -> None:
    message = "not text: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    with pytest.raises(MalformedError) as caught:
        parse_go_mod(b"\xff", "go.mod", {})
    assert str(caught.value) == f"[malformed] {message}"
    with pytest.raises(MalformedError) as caught:
        parse_go_sum(b"\xff", "go.sum")
    assert str(caught.value) == f"[malformed] {message}"
