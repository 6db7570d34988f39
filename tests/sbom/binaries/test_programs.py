"""What Go and Rust programs say they were built from."""

import subprocess
from pathlib import Path

import pytest

from assay.sbom.binaries.gobuildinfo import parse_go_build, standard_library_version
from assay.system.process import find_program
from tests.fakes.programs import (
    MAGIC,
    MODULES,
    crates,
    elf,
    inline_build,
    macho,
    pe,
    pointed_elf,
    universal,
)
from tests.fakes.trees import purls, survey, whys

GO = [
    "pkg:golang/example.com/a/v2@v2.0.1",
    "pkg:golang/example.com/fork@v1.0.1",
    "pkg:golang/example.com/shop@v1.2.0",
    "pkg:golang/stdlib@1.22.1",
]
FORMS = {
    "elf": elf({".text": b"x" * 40, ".go.buildinfo": inline_build()}),
    "elf-32": elf({".go.buildinfo": inline_build()}, wide=False),
    "elf-big-endian": elf({".go.buildinfo": inline_build()}, big=True),
    "elf-data": elf({".data": b"\0" * 48 + inline_build()}),
    "mach-o": macho({"__go_buildinfo": inline_build()}),
    "universal": universal(macho({"__text": b"x"}), macho({"__go_buildinfo": inline_build()})),
    "pe": pe({".text": b"x" * 9, ".data": b"\0" * 32 + inline_build()}),
    "pointers": pointed_elf("go1.22.1"),
    "pointers-big-endian": pointed_elf("go1.22.1", big=True),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_go_programs(data: bytes) -> None:
    inventory = survey({"usr/bin/shop": data})
    assert purls(inventory) == GO
    assert whys(inventory) == []
    shop = inventory.components[2]
    assert (shop.kind, shop.methods) == ("application", ("binary-analysis",))
    assert shop.depends_on == (GO[0], GO[1], GO[3])
    assert inventory.components[0].hashes == ("h1:aaaa=",)
    assert inventory.components[3].cpes == ("cpe:2.3:a:golang:go:1.22.1:*:*:*:*:*:*:*",)


def go(modules: str, version: str = "go1.22.1") -> dict[str, bytes]:
    return {"bin/a": elf({".go.buildinfo": inline_build(version, modules)})}


def one_crate(**more: object) -> bytes:
    return crates([{"name": "a", "version": "1", "source": "x", **more}])


COMMIT = "0123456789ab" * 3 + "0123"
STAMPED = (
    "mod\texample.com/shop\t(devel)\nbuild\tvcs=git\nbuild\tvcs.time=2024-03-01T10:20:30Z\n"
    f"build\tvcs.revision={COMMIT}\n"
)
VERSIONS = {
    "commit": (STAMPED, "v0.0.0-20240301102030-0123456789ab"),
    "commit-with-changes": (
        f"{STAMPED}build\tvcs.modified=true\n",
        "v0.0.0-20240301102030-0123456789ab+dirty",
    ),
}


@pytest.mark.parametrize(("modules", "version"), VERSIONS.values(), ids=VERSIONS)
def test_a_program_built_from_a_commit(modules: str, version: str) -> None:
    inventory = survey(go(modules))
    assert inventory.components[0].version == version
    assert whys(inventory) == []


NOTED = {
    "own-version": (
        go("mod\texample.com/shop\t(devel)\n"),
        "program, bin/a: it does not say its own version (example.com/shop)",
    ),
    "folder": (
        go("mod\ta.example/a\tv1.0.0\ndep\tb.example/b\tv1.0.0\n=>\t./b\t\t\n"),
        "program, bin/a: b.example/b was replaced by a folder, whose version it does not say",
    ),
    "no-modules": (
        go("path\texample.com/shop\n"),
        "program, bin/a: it was built without modules (example.com/shop): none is listed",
    ),
    "no-release": (
        go("mod\ta.example/a\tv1.0.0\n", "devel go1.23-abcdef"),
        "program, bin/a: its Go is no release (devel go1.23-abcdef): which standard library it has is unknown",
    ),
    "odd-line": (go("odd\n"), "program, bin/a: 'odd' is no line of build information"),
    "odd-module": (go("mod\t\tv1\n"), "program, bin/a: '\\\\x09v1' is no module"),
    "unmarked": (
        {"bin/a": elf({".go.buildinfo": inline_build(modules="")[:-1] + b"\x03abc"})},
        "program, bin/a: the list of modules is not marked as one",
    ),
    "cut-off": (
        {"bin/a": elf({".go.buildinfo": inline_build()[:60]})},
        "program, bin/a: the build information is cut off",
    ),
    "head-cut-off": (
        {"bin/a": elf({".go.buildinfo": MAGIC})},
        "program, bin/a: the build information is cut off",
    ),
    "not-text": (
        {"bin/a": elf({".go.buildinfo": inline_build().replace(b"example", b"\xff" * 7)})},
        "program, bin/a: the build information is no text",
    ),
    "pointer-size": (
        {"bin/a": elf({".go.buildinfo": (MAGIC + b"\x05\0").ljust(64, b"\0")})},
        "program, bin/a: pointers of 5 bytes",
    ),
    "pointer-out": (
        {"bin/a": elf({".go.buildinfo": (MAGIC + b"\x08\0").ljust(64, b"\xff")})},
        "program, bin/a: a pointer out of the program",
    ),
    "elf-class": (
        {"bin/a": b"\x7fELF\x09\x09".ljust(600, b"\0")},
        "program, bin/a: an ELF file of another class or byte order",
    ),
    "elf-table": (
        {"bin/a": elf({".text": b"x" * 600})[:600]},
        "program, bin/a: a table of the program is cut off",
    ),
    "elf-rows": (
        {"bin/a": elf({".text": b"x" * 600}).replace(b"\x40\0\x03\0", b"\1\1\x03\0")},
        "program, bin/a: a table of sections of another form",
    ),
    "rust-not-packed": (
        {"bin/a": elf({".dep-v0": b"odd"})},
        "program, bin/a: not packed with zlib",
    ),
    "rust-cut-off": (
        {"bin/a": elf({".dep-v0": one_crate()[:-3]})},
        "program, bin/a: cut off, or over 8388608 bytes",
    ),
    "rust-edge": (
        {"bin/a": elf({".dep-v0": one_crate(dependencies=[1])})},
        "program, bin/a: a dependency that is not in the list (at packages[0])",
    ),
    "rust-kind": (
        {"bin/a": elf({".dep-v0": one_crate(kind="odd")})},
        "program, bin/a: 'odd' is not known (at packages[0].kind)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "note"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_read_is_noted(files: dict[str, bytes], note: str) -> None:
    assert whys(survey(files)) == [note]


def test_the_toolchain_itself_needs_no_modules() -> None:
    inventory = survey(go("path\tcmd/go\n"))
    assert (purls(inventory), whys(inventory)) == (["pkg:golang/stdlib@1.22.1"], [])


RUST: list[dict[str, object]] = [
    {"name": "shop", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2]},
    {"name": "serde", "version": "1.0.200", "source": "crates.io", "dependencies": []},
    {"name": "cc", "version": "1.0.90", "source": "crates.io", "kind": "build"},
]


@pytest.mark.parametrize(
    "data",
    [
        elf({".dep-v0": crates(RUST)}),
        pe({".dep-v0": crates(RUST)}),
        macho({"rust-deps-v0": crates(RUST)}),
    ],
    ids=["elf", "pe", "mach-o"],
)
def test_rust_programs(data: bytes) -> None:
    inventory = survey({"shop.exe": data})
    cc, serde, shop = inventory.components
    assert [cc.purl, serde.purl, shop.purl] == [
        "pkg:cargo/cc@1.0.90",
        "pkg:cargo/serde@1.0.200",
        "pkg:generic/shop@0.1.0",  # a folder of somebody's own
    ]
    assert (cc.development, serde.development, serde.direct, shop.kind) == (
        *(True, False, True),
        "application",
    )
    assert shop.depends_on == (cc.purl, serde.purl)
    assert whys(inventory) == []


NO_PROGRAMS = {
    "java-class": b"\xca\xfe\xba\xbe\0\0\0\x41".ljust(600, b"\0"),
    "script": b"#!/bin/sh\n".ljust(600, b"#"),
}
SILENT = {
    "dos": b"MZ".ljust(600, b"\0"),
    "elf": elf({".text": b"x" * 100}),
    "marked-in-the-wrong-place": elf({".data": b"\0" * 7 + inline_build()}),
}


@pytest.mark.parametrize("data", NO_PROGRAMS.values(), ids=NO_PROGRAMS)
def test_what_is_no_program(data: bytes) -> None:
    inventory = survey({"bin/a": data})
    assert (inventory.components, whys(inventory)) == ((), [])


@pytest.mark.parametrize("data", SILENT.values(), ids=SILENT)
def test_programs_that_say_nothing(data: bytes) -> None:
    inventory = survey({"bin/a": data})
    assert inventory.components == ()
    assert whys(inventory) == ["program, bin/a: it does not say what it was built from"]


RELEASES = {
    "go1.22.1": "1.22.1",
    "go1.21": "1.21",
    "go1.22rc2": "1.22rc2",
    "go1.22.1 X:boringcrypto": "1.22.1",
    "go1.22.1-vendor.2": "1.22.1",
    "devel go1.23-abc": "",
    "": "",
}


@pytest.mark.parametrize("toolchain", RELEASES)
def test_the_version_of_the_standard_library(toolchain: str) -> None:
    assert standard_library_version(toolchain) == RELEASES[toolchain]


def test_a_replacement_before_any_module_is_left_out() -> None:
    assert parse_go_build("go1.22", f"=>\ta\tv1\n{MODULES}").modules[0].path == "example.com/a/v2"


@pytest.mark.slow
def test_a_program_that_go_made(tmp_path: Path) -> None:
    program = find_program("go")
    if program is None:
        pytest.skip("go is not installed")
    (tmp_path / "go.mod").write_text("module example.com/tiny\n")
    (tmp_path / "main.go").write_text("package main\nfunc main() {}\n")
    command = (str(program), "build", "-o", "tiny", ".")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = purls(survey({"tiny": (tmp_path / "tiny").read_bytes()}))
    assert found[0] == "pkg:golang/example.com/tiny"
    assert found[1].startswith("pkg:golang/stdlib@1.")
