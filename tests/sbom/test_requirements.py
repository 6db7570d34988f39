"""Requirements and constraints files."""

import codecs

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.requirements import MAX_REQUIREMENT_CHARACTERS, parse_requirements
from assay.sbom.lockfiles.textlines import MAX_TEXT_BYTES
from tests.sbom.reading import notes, only, purls

COMMIT = "0123456789" * 4
A, B = "a" * 64, "b" * 64


def read(content: str, path: str = "requirements.txt") -> Reading:
    return parse_requirements(content.encode(), path)


PINNED = {
    "plain": ("flask==3.0.0", "pkg:pypi/flask@3.0.0", ()),
    "normal-name": ("Flask_Login == 1.0", "pkg:pypi/flask-login@1.0", ()),
    "extras": ("requests[socks,x] ==2.0", "pkg:pypi/requests@2.0", ()),
    "parentheses": ("flask (==3.0)", "pkg:pypi/flask@3.0", ()),
    "marker": ('flask==3.0 ; python_version < "3.11"', "pkg:pypi/flask@3.0", ()),
    "arbitrary": ("flask===3.0", "pkg:pypi/flask@3.0", ()),
    "with-range": ("flask==3.0,<4", "pkg:pypi/flask@3.0", ()),
    "epoch-and-local": ("flask==1!3.0+cpu", "pkg:pypi/flask@1%213.0%2Bcpu", ()),
    "comment": ("flask==3.0  # why", "pkg:pypi/flask@3.0", ()),
    "hashes": (
        f"flask==3.0 --hash=sha256:{B} \\\n  --hash=sha256:{A}\n",
        "pkg:pypi/flask@3.0",
        (f"sha256:{A}", f"sha256:{B}"),
    ),
    "marker-and-hash": (
        f'flask==3.0 ; python_version < "3.11" --hash sha256:{A}',
        "pkg:pypi/flask@3.0",
        (f"sha256:{A}",),
    ),
    "other-options": ("flask==3.0 --config-settings x=y", "pkg:pypi/flask@3.0", ()),
    "editable-git": (
        f"-e git+https://host.example/o/a.git@{COMMIT}#egg=A_b",
        f"pkg:generic/a-b@{COMMIT}?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
        (),
    ),
    "named-git": (
        f"a @ git+https://host.example/o/a.git@{COMMIT}",
        f"pkg:generic/a@{COMMIT}?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
        (),
    ),
    "url-with-hash": (
        f"a @ https://packages.example/a.whl#sha256={A}",
        f"pkg:generic/a@{A}",
        (f"sha256:{A}",),
    ),
    "url-with-option": (
        f"a @ https://packages.example/a.whl --hash=sha256:{A}",
        f"pkg:generic/a@{A}",
        (f"sha256:{A}",),
    ),
}


@pytest.mark.parametrize(("content", "purl", "hashes"), PINNED.values(), ids=PINNED)
def test_pinned(content: str, purl: str, hashes: tuple[str, ...]) -> None:
    component = only(read(content))
    assert component.purl == purl
    assert component.hashes == hashes
    assert component.direct is None


LOOSE = {
    "bare": ("flask", "flask", "flask"),
    "range": ("flask>=3.0,<4", "flask", "flask>=3.0,<4"),
    "wildcard": ("flask==3.*", "flask", "flask==3.*"),
    "compatible": ("flask~=3.0", "flask", "flask~=3.0"),
    "two-versions": ("flask==3.0,==3.1", "flask", "flask==3.0,==3.1"),
    "marker": ("flask; os_name == 'nt'", "flask", "flask; os_name == 'nt'"),
    "branch": (
        "a @ git+https://host.example/a.git@main",
        "a",
        "a @ git+https://host.example/a.git@main",
    ),
    "url": ("a @ https://packages.example/a.whl", "a", "a @ https://packages.example/a.whl"),
    "egg": (
        "git+https://host.example/a.git#egg=a",
        "a",
        "a @ git+https://host.example/a.git#egg=a",
    ),
    "hash-of-a-repository": (
        f"a @ git+https://host.example/a.git --hash=sha256:{A}",
        "a",
        "a @ git+https://host.example/a.git",
    ),
    "credentials-are-cut-out": (
        "a @ https://user:word@packages.example/a.whl",
        "a",
        "a @ https://packages.example/a.whl",
    ),
}


@pytest.mark.parametrize(("content", "name", "text"), LOOSE.values(), ids=LOOSE)
def test_loose(content: str, name: str, text: str) -> None:
    reading = read(content)
    assert [(item.name, item.text) for item in reading.loose] == [(name, text)]
    assert not reading.components
    assert not reading.not_checked


NOTED = {
    "garbage": ("@@", "'@@' is no requirement"),
    "two-names": ("flask django", "'django' is no version clause"),
    "clause": ("flask==", "'==' is no version clause"),
    "variable": ("flask==${VERSION}", "a variable of the environment, whose value is not known"),
    "option": ("--unheard-of x", "the option '--unheard-of' is not known"),
    "hash": ("flask==3.0 --hash=sha256:xyz", "'sha256:xyz' is no hash"),
    "remote-include": (
        "-r https://u:w@packages.example/r.txt",
        "'https://packages.example/r.txt' is not in the repository",
    ),
    "absolute-include": ("-r /etc/r.txt", "'/etc/r.txt' is not in the repository"),
    "include-above": ("-c ../../c.txt", "'../../c.txt' is not in the repository"),
    "include-nothing": ("-r", "'' is not in the repository"),
    "folder-above": ("-e ../a", "'../a' is not in the repository"),
    "nameless-url": (
        "https://packages.example/a.whl",
        "'https://packages.example/a.whl' does not tell the package's name",
    ),
    "archive": ("./a-1.0.whl", "'./a-1.0.whl' does not tell the package's name"),
    "long": (
        "a" * (MAX_REQUIREMENT_CHARACTERS + 1),
        f"over {MAX_REQUIREMENT_CHARACTERS} characters",
    ),
}


@pytest.mark.parametrize(("content", "why"), NOTED.values(), ids=NOTED)
def test_noted(content: str, why: str) -> None:
    """The line is named, and those around it are read."""
    reading = read(f"first==1.0\n{content}\nlast==1.0\n")
    assert purls(reading) == ["pkg:pypi/first@1.0", "pkg:pypi/last@1.0"]
    assert not reading.loose
    assert notes(reading) == [f"requirements line, requirements.txt: line 2: {why}"]


def test_other_files_are_named_from_the_top() -> None:
    reading = read(
        "-r base.txt\n-rmore.txt\n--requirement=x/y.txt\n-c ../c.txt\n", "requirements/dev.txt"
    )
    assert reading.includes == (
        "requirements/base.txt",
        "requirements/more.txt",
        "requirements/x/y.txt",
    )
    assert reading.constraints == ("c.txt",)
    assert not reading.not_checked


def test_our_own_folders_and_options_name_no_package() -> None:
    content = "-e .\n.\n./lib[x]\nlib/sub\n--index-url https://packages.example/simple\n--pre\n--require-hashes\n-i x\n\n# note\n"
    assert read(content) == read("")


def test_utf_16_is_read() -> None:
    data = codecs.BOM_UTF16_LE + "flask==3.0\r\n".encode("utf-16-le")
    assert only(parse_requirements(data, "r")).purl == "pkg:pypi/flask@3.0"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_requirements(b"a\xff", "r")
    assert str(caught.value) == (
        "[malformed] not text: 'utf-8' codec can't decode byte 0xff in position 1: "
        "invalid start byte"
    )


def test_comment_ends_a_continuation() -> None:
    """As in pip, which then refuses the option on a line of its own."""
    reading = read(f"flask==3.0 \\\n# why\n  --hash=sha256:{A}")
    assert purls(reading) == ["pkg:pypi/flask@3.0"]
    assert notes(reading) == [
        "requirements line, requirements.txt: line 3: the option '--hash' is not known"
    ]


def test_continuation_at_the_end_of_the_file() -> None:
    assert only(read("flask==3.0 \\")).purl == "pkg:pypi/flask@3.0"


def test_size_is_bounded() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_requirements(b" " * (MAX_TEXT_BYTES + 1), "r")
    assert str(caught.value) == (
        f"[malformed] {MAX_TEXT_BYTES + 1} bytes, where at most {MAX_TEXT_BYTES} are read"
    )
