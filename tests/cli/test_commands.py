"""The command line itself: help, versions, formats, terminals, pipes and the ways out."""

import json
import os
import pty
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
import typer

from assay import __version__
from assay.cli.app import app
from assay.cli.lazygroup import every_command
from assay.cli.output import print_json
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.operations.show_versions import RELIED_ON
from tests.fakes.typed import run_typed
from tests.operations.run import ENTRIES, VERDICT
from tests.operations.site import ASSAY, SECONDS, Answer, Site

USAGE: Final = 2


COMMANDS: Final = tuple(words for words, _ in every_command(app))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help(checked_site: Site, words: tuple[str, ...]) -> None:
    answer = checked_site.assay(*words, "--help")
    assert answer.outcome == (0, "")
    assert answer.out.decode().startswith(f"Usage: {' '.join(('assay', *words))} ")
    assert "Options:" in answer.out.decode()


@pytest.mark.parametrize("words", [("check",), ("log",), ("vulns", "import")], ids=" ".join)
def test_an_unknown_option(checked_site: Site, words: tuple[str, ...]) -> None:
    answer = checked_site.assay(*words, "--bogus")
    assert answer.status == USAGE
    assert answer.err.startswith("[usage] No such option: --bogus ")
    assert answer.err.endswith(f"(see assay {' '.join(words)} --help)\n")
    assert answer.out == b""


WRONG: Final = {
    "an unknown command": (
        ("chekc",),
        "No such command 'chekc'. Did you mean 'check'? (see assay --help)",
    ),
    "an unknown subcommand": (
        ("log", "lst"),
        "No such command 'lst'. Did you mean 'list'? (see assay log --help)",
    ),
    "one argument too many": (
        ("check", ".", "x"),
        "Got unexpected extra argument(s) (x) (see assay check --help)",
    ),
    "a missing argument": (("replay",), "Missing argument 'verdict' (see assay replay --help)"),
    "a missing option": (
        ("sign", "x", "--output", "y"),
        "Missing option '--signer' (see assay sign --help)",
    ),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_call(checked_site: Site, words: tuple[str, ...], message: str) -> None:
    expected = (USAGE, f"[usage] {message}")
    answer = checked_site.assay(*words)
    assert (answer.outcome, answer.out) == (expected, b"")
    as_json = checked_site.assay(*words, "--json")
    assert as_json.outcome == expected
    assert as_json.document.field("code").text() == "usage"


@pytest.mark.parametrize("words", [(), ("log",)], ids=["assay", "assay log"])
def test_no_command_shows_the_help(checked_site: Site, words: tuple[str, ...]) -> None:
    answer = checked_site.assay(*words)
    assert answer.status == USAGE
    assert answer.err.startswith(f"Usage: {' '.join(('assay', *words))} ")
    name = " ".join(("assay", *words))
    assert answer.err.endswith(f"\n[usage] no command (see {name} --help)\n")


def test_version(checked_site: Site) -> None:
    answer = checked_site.assay("--version")
    assert answer.outcome == (0, "")
    told = dict(line.split(" ", 1) for line in answer.out.decode().splitlines())
    assert tuple(told) == ("assay", "python", "git", *RELIED_ON)
    assert told["assay"] == __version__
    assert "missing" not in told.values()


def test_as_a_module(checked_site: Site) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "assay", "log", "list", "--json"),
        cwd=checked_site.top,
        env=checked_site.environment(),
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    assert done.stdout == checked_site.assay("log", "list", "--json").out


def test_completion(checked_site: Site) -> None:
    plain = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    for shell, mark in (("bash", "complete -o default"), ("zsh", "#compdef assay")):
        answer = checked_site.assay("--show-completion", shell, environment=plain)
        assert answer.outcome == (0, "")
        assert mark in answer.out.decode()
    asked = {"_ASSAY_COMPLETE": "complete_bash", "COMP_WORDS": "assay re", "COMP_CWORD": "1"}
    assert checked_site.assay(environment=asked).out.split() == [b"review", b"replay"]


ANSWERS: Final = {
    "assay.init/v1": ("init",),
    "assay.status/v1": ("status",),
    "assay.log-verify/v1": ("log", "verify"),
    "assay.log-list/v1": ("log", "list"),
    "assay.vulns-status/v1": ("vulns", "status"),
    "assay.replay/v1": ("replay", str(VERDICT)),
}


@pytest.mark.parametrize(("schema", "words"), ANSWERS.items(), ids=ANSWERS)
def test_one_document(checked_site: Site, schema: str, words: tuple[str, ...]) -> None:
    answer = checked_site.assay(*words, "--json")
    assert answer.outcome == (0, "")
    assert answer.document.field("schema").text() == schema
    assert isinstance(answer.document.field("notChecked").items(), tuple)


def test_one_document_of_a_check(checked_site: Site) -> None:
    data = (checked_site.folder / "check.json").read_bytes()
    document = JsonValue(parse_json(data, max_bytes=2**24))
    assert document.field("schema").text() == "assay.check/v1"
    assert document.field("verdict").text() == "PASSED"
    assert document.field("notChecked").items() == ()


def test_one_document_of_a_verification(checked_site: Site) -> None:
    subject = f"gitCommit:{checked_site.repo.head}"
    words = ("verify", checked_site.saved, "--subject", subject, "--trust-root", checked_site.trust)
    answer = checked_site.assay(*words, "--json")
    assert answer.outcome == (0, "")
    assert answer.document.field("schema").text() == "assay.verify/v1"
    assert answer.document.field("verdict").text() == "PASSED"
    plain = checked_site.assay(*words).out.decode()
    assert plain.startswith("PASSED: decided ")
    assert f", signed by local, entry {VERDICT} of {ENTRIES} in assay.local/" in plain


def test_advisories_that_cannot_be_read_are_not_checked(site: Site) -> None:
    (site.folder / "osv" / "broken.json").write_text("{")
    answer = site.assay("vulns", "import", site.folder / "osv", "--json")
    [gap] = answer.document.field("notChecked").items()
    assert gap.field("where").text() == "PyPI"
    assert gap.field("why").text() == "1 cannot be read"


BEGINNINGS: Final = {
    "html": (b"<!doctype html>", "report.html"),
    "sarif": (b'{"$schema":', "report.sarif"),
    "markdown": (b"#", "report.md"),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_formats(site: Site, name: str) -> None:
    beginning, file = BEGINNINGS[name]
    answer = site.assay("check", "--format", name, "--output", site.folder / file)
    assert answer.outcome == (0, "")
    assert answer.out == (site.folder / file).read_bytes()
    assert answer.out.lower().startswith(beginning)
    assert b"\x1b" not in answer.out


def test_text_and_all_files_at_once(site: Site) -> None:
    files = [site.folder / f"r{end}" for end in (".txt", ".html", ".json", ".sarif", ".md")]
    answer = site.assay("check", *(word for file in files for word in ("-o", file)))
    assert answer.outcome == (0, "")
    assert answer.out.startswith(b"PASSED ")
    assert b"\x1b" not in answer.out
    assert answer.out.decode().splitlines()[-5:] == [f"Report: {file}" for file in files]
    assert answer.out.startswith(files[0].read_bytes())
    document = JsonValue(parse_json(files[2].read_bytes(), max_bytes=2**24))
    assert document.field("schema").text() == "assay.check/v1"


@pytest.mark.parametrize("words", [("--format", "pdf"), ("--output", "report.pdf")])
def test_an_unknown_format(site: Site, words: tuple[str, str]) -> None:
    """It is refused before anything is looked at."""
    answer = site.assay("check", *words)
    named = words[1].removeprefix("report")
    assert answer.outcome == (
        USAGE,
        (
            f"[usage] unknown report format '{named}' (one of: text, json, sarif, html, "
            "markdown, codequality, .html, .htm, .json, .sarif, .md, .txt, .codequality)"
        ),
    )
    assert site.intact() == ENTRIES


def test_a_report_that_cannot_be_written(site: Site) -> None:
    """The verdict is recorded; the status says that the answer did not arrive."""
    place = site.folder / "verdict.json" / "report.html"  # below a file: also root cannot
    answer = site.assay("check", "--output", place, "--json")
    assert answer.outcome == (3, f"[unavailable] cannot write: File exists, at {place}")
    assert answer.document.field("schema").text() == "assay.error/v1"
    assert site.intact() > 10


def drain(descriptor: int, into: bytearray) -> None:
    """Read to the end, which a terminal shows by an error."""
    with suppress(OSError):
        while chunk := os.read(descriptor, 65536):
            into += chunk


def on_terminal(site: Site, *words: str, stdout: bool, stderr: bool) -> Answer:
    """Run a command whose stdout, stderr or both are terminals; what they show is returned."""
    shown = {"out": bytearray(), "err": bytearray()}
    ends = {
        name: pty.openpty() if terminal else os.pipe()
        for name, terminal in (("out", stdout), ("err", stderr))
    }
    with subprocess.Popen(
        (ASSAY, *words),
        cwd=site.top,
        env=site.environment({"TERM": "xterm-256color"}),
        stdin=subprocess.DEVNULL,
        stdout=ends["out"][1],
        stderr=ends["err"][1],
    ) as child:
        for _, writing in ends.values():
            os.close(writing)
        readers = [
            threading.Thread(target=drain, args=(reading, shown[name]))
            for name, (reading, _) in ends.items()
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(SECONDS)
    for reading, _ in ends.values():
        os.close(reading)
    return Answer(status=child.returncode, out=bytes(shown["out"]), err=shown["err"].decode())


def test_colours_and_progress_on_a_terminal(site: Site) -> None:
    answer = on_terminal(site, "check", stdout=True, stderr=True)
    assert answer.status == 0
    assert b"\x1b[1;32mPASSED" in answer.out
    assert "Searching the history for secrets" in answer.err
    assert answer.err.endswith("\r\x1b[2K")  # the line is taken away


def test_progress_without_a_terminal_for_the_answer(site: Site) -> None:
    answer = on_terminal(site, "check", stdout=False, stderr=True)
    assert answer.status == 0
    assert b"\x1b" not in answer.out
    assert "Recording the evidence" in answer.err


def test_no_progress_beside_a_document(site: Site) -> None:
    answer = on_terminal(site, "check", "--json", stdout=False, stderr=True)
    assert answer.outcome == (0, "")
    assert answer.document.field("schema").text() == "assay.check/v1"


@pytest.mark.parametrize(
    "words", [("status",), ("log", "list", "--json"), ("--help",)], ids=" ".join
)
def test_a_reader_that_left(checked_site: Site, words: tuple[str, ...]) -> None:
    """As in `assay status | head -1`: a quiet end, by the status that shells know."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out:
        done = subprocess.run(
            (ASSAY, *words),
            cwd=checked_site.top,
            env=checked_site.environment(),
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "words", [("status",), ("log", "list", "--json"), ("--help",), ("replay", "99", "--json")]
)
def test_no_room_for_the_answer(checked_site: Site, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            (ASSAY, *words),
            cwd=checked_site.top,
            env=checked_site.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    message = (
        "[unavailable] the system refused: No space left on device (the answer may not be whole)\n"
    )
    refused = (2, f"[usage] no entry 99, at {checked_site.log}\n")
    assert (done.returncode, done.stderr.decode()) == (refused if "99" in words else (3, message))


def test_an_encoding_that_lacks_characters(checked_site: Site) -> None:
    narrow = {"PYTHONIOENCODING": "ascii", "LANG": "C"}
    answer = checked_site.assay("status", environment=narrow)
    assert answer.outcome == (0, "")
    answer.out.decode("ascii")


BROKEN: Final = """
import sys, typer
from assay.cli import app, main
from assay.cli.options import JsonOption
def break_(*, as_json: JsonOption = False) -> None:
    raise RuntimeError("not foreseen: \\x1b[31m")
broken = typer.Typer(add_completion=False)
broken.command("break")(break_)
app.app.add_command(typer.main.get_command(broken))
main.run()
"""


@pytest.mark.parametrize("words", [("break",), ("break", "--json")], ids=" ".join)
def test_a_bug(checked_site: Site, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        (sys.executable, "-c", BROKEN, *words),
        cwd=checked_site.top,
        env=checked_site.environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 70
    first, *_, error, last = done.stderr.decode().splitlines()
    assert first == "Traceback (most recent call last):"
    assert error == "RuntimeError: not foreseen: \\x1b[31m"
    assert last == ("[bug] this should not have happened; please report it with the lines above")
    if "--json" in words:
        document = JsonValue(parse_json(done.stdout, max_bytes=2**20))
        assert document.field("code").text() == "bug"
        assert document.field("what").text() == "RuntimeError: not foreseen: \\x1b[31m"
    else:
        assert done.stdout == b""


def test_an_answer_is_named_after_its_command() -> None:
    group = typer.Typer()
    group.command("list")(lambda: print_json({"notChecked": []}))
    group.command("show")(lambda: print_json({}, form="draft"))
    listed, shown = (run_typed(group, "log", word).stdout for word in ("list", "show"))
    assert json.loads(listed) == {"schema": "assay.log-list/v1", "notChecked": []}
    assert json.loads(shown) == {"schema": "assay.log-show-draft/v1"}
