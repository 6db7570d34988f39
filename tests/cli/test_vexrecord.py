"""`assay vex record`, `list` and `withdraw`, as a user runs them."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from assay.cli.vex import app
from assay.cli.vexrecord import _complete_document
from assay.core.errors import AssayError
from tests.fakes.typed import run_typed
from tests.operations.site import Site
from tests.operations.vexkit import document, written


@pytest.fixture
def there(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    monkeypatch.chdir(site.top)
    return site


def run(*words: str | Path) -> Result:
    result = run_typed(app, "vex", *map(str, words))
    if isinstance(result.exception, AssayError):
        raise result.exception
    return result


def said(*words: str | Path) -> dict[str, object]:
    """Return what a command prints for programs."""
    answer = run(*words, "--json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert isinstance(found, dict)
    return found


def test_recorded_listed_and_withdrawn(there: Site) -> None:
    old = {**document(), "timestamp": "2020-01-01T00:00:00Z"}
    file = written(there, old)
    done = said("record", file)
    assert (done["schema"], done["notChecked"]) == ("assay.vex-record/v1", [])
    assert isinstance(done["document"], dict)
    entry = str(done["document"]["entry"])
    assert run("list").stdout.splitlines()[:2] == ["VEX: 1 document", f"  entry {entry}: vex.json"]
    listed = said("list")
    assert listed["schema"] == "assay.vex-list/v1"
    assert listed["documents"] == [done["document"]]
    assert listed["applied"] == listed["confirmed"] == listed["notChecked"] == []
    gone = said("withdraw", entry, "--reason", "wrong")
    assert (gone["schema"], gone["reason"]) == ("assay.vex-withdraw/v1", "wrong")
    again = run("record", file).stdout.splitlines()
    assert again[0].startswith("Recorded vex.json, entry ")
    shown = run("withdraw", again[0].split()[3], "--reason", "wrong again").stdout
    assert shown.startswith("Withdrew vex.json, entry ")


def test_a_file_that_is_no_vex(there: Site) -> None:
    with pytest.raises(AssayError) as caught:
        run("record", written(there, b"[]"))
    assert str(caught.value) == (
        f"[malformed] list where an object is needed, at {there.folder / 'vex.json'}"
    )


def test_no_file(there: Site) -> None:
    with pytest.raises(AssayError) as caught:
        run("record", there.folder / "none.json")
    assert caught.value.code == "usage"


def test_documents_are_completed(there: Site) -> None:
    context = type("Context", (), {"params": {"repository": there.top}})()
    assert _complete_document(context, "") == []
    recorded = said("record", written(there, {**document(), "timestamp": "2020-01-01T00:00:00Z"}))
    assert isinstance(recorded["document"], dict)
    entry = str(recorded["document"]["entry"])
    assert _complete_document(context, entry) == [(entry, "vex.json")]
    assert _complete_document(context, "x") == []
    nowhere = type("Context", (), {"params": {"repository": there.folder / "none"}})()
    assert _complete_document(nowhere, "") == []
