import sys
from pathlib import Path

import pytest

from assay.system.sandboxview import installation_of, system_arguments


def make(path: Path, text: str = "\x7fELF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_program_in_bin_is_seen_with_its_code_and_nothing_else(tmp_path: Path) -> None:
    program = make(tmp_path / "local/bin/tool")
    make(tmp_path / "local/lib/tool/code.py")
    make(tmp_path / "local/share/assay/key")
    assert installation_of(program) == (tmp_path / "local/bin", tmp_path / "local/lib")


def test_links_and_interpreters_are_followed(tmp_path: Path) -> None:
    python = make(tmp_path / "pyenv/bin/python3")
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(python)
    script = make(tmp_path / "venv/bin/tool", f"#!{tmp_path}/venv/bin/python -I\n")
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/tool").symlink_to(script)
    assert installation_of(tmp_path / "home/bin/tool") == (
        tmp_path / "home/bin",
        tmp_path / "venv/bin",
        tmp_path / "pyenv/bin",
    )


def test_library_of_a_virtual_environment_of_copies_is_seen(tmp_path: Path) -> None:
    make(tmp_path / "base/lib/python3/os.py")
    program = make(tmp_path / "venv/bin/python3")
    make(tmp_path / "base/bin/python3")
    make(tmp_path / "venv/pyvenv.cfg", f"home = {tmp_path}/base/bin\nversion = 3\n")
    assert tmp_path / "base/lib" in installation_of(program)


@pytest.mark.parametrize("text", ["", "home = relative/bin\n", "home\n"])
def test_settings_of_an_environment_that_say_nothing(text: str, tmp_path: Path) -> None:
    program = make(tmp_path / "venv/bin/python3")
    make(tmp_path / "venv/pyvenv.cfg", text)
    assert installation_of(program) == (tmp_path / "venv/bin", tmp_path / "venv/pyvenv.cfg")


def test_program_elsewhere_is_seen_with_its_folder(tmp_path: Path) -> None:
    assert installation_of(make(tmp_path / "opt/tool")) == (tmp_path / "opt",)


def test_program_in_the_home_folder_is_seen_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    program = make(tmp_path / "tool")
    assert installation_of(program) == (program,)


def test_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert installation_of(tmp_path / "a") == (tmp_path,)


def test_what_the_system_has_is_seen_already() -> None:
    assert installation_of(Path("/usr/bin/env")) == ()
    assert str(Path("/usr")) in set(system_arguments())
    assert all(not str(part).startswith("/usr/") for part in installation_of(Path(sys.executable)))
