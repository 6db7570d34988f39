"""How near a folder comes to its vulnerabilities, without a repository or a log."""

import json
import zipfile
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.findings.reach import Level
from assay.operations.ask_reach import ReachReport, ask_reach
from assay.operations.manage_advisories import import_advisories
from tests.operations.run import clock
from tests.operations.site import write_advisories

LOCK = "rightpad-py==1.0.0\nleftpad-py==1.0.0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two vulnerable components, one of them imported."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    source = write_advisories(tmp_path / "advisories")
    write_advisories(source, package="leftpad-py")
    import_advisories(source, clock=clock())
    product = tmp_path / "product"
    product.mkdir()
    (product / "requirements.txt").write_text(LOCK)
    (product / "app.py").write_text("import rightpad_py\n")
    return product


def ask(path: Path, *, at_least: str = "declared") -> ReachReport:
    return ask_reach(str(path), at_least=at_least, progress=lambda _: None, clock=clock())


def test_the_nearest_come_first(folder: Path) -> None:
    report = ask(folder)
    told = [(f.title, f.reach.level if f.reach else None) for f in report.shown]
    assert told == [
        ("TEST-rightpad-py in rightpad-py 1.0.0", Level.IMPORTED),
        ("TEST-leftpad-py in leftpad-py 1.0.0", Level.DECLARED),
    ]
    assert (report.verdict, report.below, report.not_checked) == (Verdict.PASSED, 0, ())
    json.dumps(report.as_json())


def test_only_what_is_as_near_as_was_asked(folder: Path) -> None:
    report = ask(folder, at_least="imported")
    assert [finding.title for finding in report.shown] == ["TEST-rightpad-py in rightpad-py 1.0.0"]
    assert report.below == 1
    assert [f.title for f in ask(folder, at_least="called").shown] == []


def test_what_could_not_be_matched_leaves_the_list_open(folder: Path) -> None:
    (folder / "poetry.lock").write_text("[")
    report = ask(folder)
    assert report.verdict is Verdict.UNKNOWN
    assert [gap.where for gap in report.not_checked] == ["poetry.lock"]


def test_a_source_that_does_not_parse_leaves_the_levels_open(folder: Path) -> None:
    """Asked for what is called, and nothing found: with a file unread that is no answer."""
    (folder / "app.py").write_text("def (\n")
    report = ask(folder, at_least="called")
    assert (report.verdict, report.shown) == (Verdict.UNKNOWN, ())
    [gap] = report.not_checked
    assert (gap.what, gap.where) == ("source", "app.py")
    assert gap.why.startswith("no Python that is read here: invalid syntax")


def test_nothing_at_all_is_not_clean(folder: Path) -> None:
    empty = folder / "empty"
    empty.mkdir()
    report = ask(empty)
    assert (report.verdict, [gap.why for gap in report.not_checked]) == (
        Verdict.UNKNOWN,
        ["none was found"],
    )


def test_a_wheel_is_looked_into(folder: Path) -> None:
    wheel = folder.parent / "rightpad_py-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("rightpad_py/__init__.py", "")
        archive.writestr(
            "rightpad_py-1.0.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: rightpad-py\nVersion: 1.0.0\n",
        )
    [finding] = ask(wheel).shown
    assert finding.reach is not None
    assert finding.reach.level is Level.INSTALLED


REFUSED = {
    "folder": (
        ("gone", "declared"),
        "[usage] no such folder or file, at gone (an image is oci:…, docker-archive:…, registry:…)",
    ),
    "level": (
        (".", "unreachable"),
        "[usage] no level 'unreachable' (one of declared, installed, imported, referenced, called)",
    ),
}


@pytest.mark.parametrize(("asked", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(asked: tuple[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(Path(asked[0]), at_least=asked[1])
    assert str(caught.value) == message
