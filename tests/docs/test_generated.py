"""Generated pages are what the code says; settings that are shown are settings that are read."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from assay.operations.configuration import Configuration, parse_configuration
from assay.operations.notifysettings import parse_settings
from assay.operations.signersettings import load_choices
from tests.docs.pages import PAGES, ROOT, blocks_of, name_of


def test_generated_pages_are_those_of_the_code() -> None:
    done = subprocess.run(
        (sys.executable, ROOT / "tools" / "generate_docs.py", "--check"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


SETTINGS = [
    pytest.param(block.text, id=f"{name_of(page)}:{block.line}")
    for page in PAGES
    for block in blocks_of(page)
    if block.language == "toml"
]


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_that_are_shown_are_read(text: str, tmp_path: Path) -> None:
    """Those of `assay.toml`, the signers in `config.toml`, and who is told in `notify.toml`."""
    if set(tomllib.loads(text)) == {"signers"}:
        (tmp_path / "config.toml").write_text(text)
        choices = load_choices(tmp_path / "config.toml", statements=tmp_path, log=tmp_path)
        assert not (choices.statements.default and choices.log.default)
    elif set(tomllib.loads(text)) == {"notify"}:
        assert parse_settings(text.encode(), where="notify.toml").targets
    else:
        assert parse_configuration(text.encode()) != Configuration()


def test_every_setting_is_shown() -> None:
    """The page about `assay.toml` names all that can be set."""
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text()
    [shown] = [b for b in blocks_of(Path(ROOT / "docs/reference/configuration.md")) if b.language]
    read = parse_configuration(shown.text.encode())
    default = Configuration()
    for field in ("name", "uri", "source", "exclusions", "policy_folder"):
        assert getattr(read, field) != getattr(default, field), field
    for name, value in read.source.as_json().items():
        kebab = "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
        assert kebab in page, name
        assert value != [], name
