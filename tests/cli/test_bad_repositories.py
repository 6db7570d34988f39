"""Repositories that are none, broken or odd, as `assay check` in a terminal answers them.

The outcome of a refusal is its exit status and all of stderr; `notChecked` of an answer is complete.
"""

import shutil
import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import Final

import pytest

from tests.fakes.gitrepo import GitRepo
from tests.operations.site import Answer, Site

Folder = Callable[[Site], Path | bytes]
MIB: Final = 2**20


def gaps(answer: Answer) -> list[tuple[str, str, str]]:
    """Return what was not checked, where, and why, of a check that ended with an answer."""
    assert answer.err == ""
    return [
        (item.field("what").text(), item.field("where").text(), item.field("why").text())
        for item in answer.document.field("notChecked").items()
    ]


def check(site: Site, folder: Path | bytes) -> Answer:
    """Check `folder`, which has no log yet."""
    assert site.assay("init", folder).outcome == (0, "")
    return site.assay("check", folder, "--json")


def verdict(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.document.field("verdict").text()


def a_plain_folder(site: Site) -> Path:
    (site.folder / "plain").mkdir()
    return site.folder / "plain"


def an_empty_repository(site: Site) -> Path:
    return GitRepo(site.folder / "empty").top


def a_folder_with_a_false_git(site: Site) -> Path:
    (site.folder / "false" / ".git").mkdir(parents=True)
    return site.folder / "false"


REFUSED: Final[dict[str, tuple[Folder, int, str]]] = {
    "not a repository": (
        a_plain_folder,
        2,
        "[usage] not a Git repository, at {}/plain (run git init, or name another folder)",
    ),
    "no such folder": (lambda site: site.folder / "gone", 2, "[usage] no such folder, at {}/gone"),
    "a name that is not UTF-8": (
        lambda site: bytes(site.folder) + b"/\xff\x1b[31m",
        2,
        "[usage] no such folder, at {}/\\udcff\\x1b[31m",
    ),
    "a file": (
        lambda site: site.top / "app.py",
        2,
        "[usage] not a folder, at {}/shop/app.py (name the folder of the repository)",
    ),
    "inside .git": (
        lambda site: site.top / ".git",
        2,
        "[usage] inside the repository's own folder, at {}/shop/.git (name the work tree)",
    ),
    "no commit yet": (
        an_empty_repository,
        2,
        "[usage] the repository has no commit at HEAD yet, at {}/empty (commit first)",
    ),
    "a .git that is none": (
        a_folder_with_a_false_git,
        1,
        (
            "[rejected] there is a .git, which is no repository: 'fatal: not a git repository (or any "
            "of the parent directories): .git', at {}/false (run git fsck, or clone it again)"
        ),
    ),
}


@pytest.mark.parametrize(("folder", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_no_repository(site: Site, folder: Folder, status: int, message: str) -> None:
    place = folder(site)
    answer = site.assay("check", place, "--json")
    assert answer.outcome == (status, message.format(site.folder))
    assert answer.document.field("schema").text() == "assay.error/v1"
    [unchecked] = answer.document.field("notChecked").items()
    assert unchecked.field("what").text() == "everything"
    assert unchecked.field("why").text() == answer.document.field("what").text()


@pytest.mark.parametrize("command", ["init", "status", "check"])
def test_no_repository_for_any_command(site: Site, command: str) -> None:
    folder, status, message = REFUSED["no commit yet"]
    answer = site.assay(command, folder(site))
    assert (answer.outcome, answer.out) == ((status, message.format(site.folder)), b"")


def test_a_shallow_clone(site: Site) -> None:
    first = site.repo.head
    site.repo.commit("Second")
    answer = check(site, site.repo.clone(site.folder / "shallow", "--depth=1").top)
    assert verdict(answer) == (3, "UNKNOWN")
    assert gaps(answer) == [
        ("history", site.repo.head, "1 parents are not here: the clone is shallow"),
        (
            "history",
            site.repo.head,
            "the clone is shallow: who took part in changes is not all here",
        ),
        ("history", "before the shallow boundary", "the clone is shallow"),
    ]
    assert first != site.repo.head


def test_a_bare_repository(site: Site) -> None:
    answer = check(site, site.repo.clone(site.folder / "bare", "--bare").top)
    assert verdict(answer) == (0, "PASSED")
    assert gaps(answer) == []


def test_a_detached_head(site: Site) -> None:
    site.repo.git("checkout", "-q", "--detach")
    answer = site.assay("check", "--json")
    assert verdict(answer) == (0, "PASSED")
    assert answer.document.field("branch").text() == ""
    assert gaps(answer) == []


def test_a_submodule(site: Site) -> None:
    site.repo.submodule("lib", "https://git.example/lib", "11" * 20)
    site.repo.commit("Take a library in")
    answer = site.assay("check", "--json")
    assert verdict(answer) == (3, "UNKNOWN")
    assert {gap[:2] for gap in gaps(answer)} == {("submodule", "lib")}


def test_symlinks_out_of_the_tree(site: Site) -> None:
    outside = site.folder / "outside.py"
    outside.write_text("eval(input())\n")
    site.repo.symlink("out.py", str(outside))
    site.repo.symlink("up.py", "../outside.py")
    site.repo.symlink("in.py", "app.py")
    site.repo.commit("Link")
    answer = site.assay("check", "--json")
    assert verdict(answer) == (1, "FAILED")
    assert gaps(answer) == [
        ("symlink", "out.py", f"it leads out of the commit, to '{outside}'"),
        ("symlink", "up.py", "it leads out of the commit, to '../outside.py'"),
    ]
    assert answer.document.field("findings").items() == ()


def test_names_that_are_not_utf8(site: Site) -> None:
    site.repo.write(b"caf\xe9\x1b[31m.py", "x = 1\n")
    site.repo.write(b"d\xff/requirements.txt", "leftpad-py==1.0.0\n")
    site.repo.commit("Odd names")
    site.repo.write(b"new\xfe.txt", "not committed\n")
    files = [site.folder / f"report{ending}" for ending in (".txt", ".html", ".md", ".sarif")]
    answer = site.assay("check", "--json", *(word for file in files for word in ("-o", file)))
    assert verdict(answer) == (3, "UNKNOWN")
    why = "its name has characters that cannot be handed to a program safely"
    assert gaps(answer) == [("file", "caf\\udce9\\x1b[31m.py", why)]
    assert [file.name for file in files if b"\x1b" in file.read_bytes()] == []
    assert [file.name for file in files if "caf\\udce9" not in file.read_text()] == ["report.sarif"]


def plant_zeros(site: Site, size: int) -> None:
    """Commit a file of `size` zeros (whole MiB) without ever having it on the disk."""
    packer = zlib.compressobj(1)
    digest = sha1(usedforsecurity=False)
    header = b"blob %d\0" % size
    parts = [packer.compress(header) + packer.flush(zlib.Z_FULL_FLUSH)]
    digest.update(header)
    zeros = bytes(MIB)
    check_sum = zlib.adler32(header)
    again = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)  # no header: to be repeated
    block = again.compress(zeros) + again.flush(zlib.Z_FULL_FLUSH)
    for _ in range(size // MIB):
        digest.update(zeros)
        check_sum = zlib.adler32(zeros, check_sum)
    oid = digest.hexdigest()
    ending = b"\x03\x00" + check_sum.to_bytes(4, "big")  # the last, empty block, and the sum
    file = site.repo.git_dir / "objects" / oid[:2] / oid[2:]
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as out:
        out.writelines((*parts, *(block for _ in range(size // MIB)), ending))
    tree = site.repo.text("ls-tree", "HEAD") + f"\n100644 blob {oid}\tzeros.bin\n"
    site.repo.commit_tree(site.repo.git("mktree", stdin=tree.encode()).decode().strip())


@pytest.mark.parametrize(
    "size", [200 * MIB, pytest.param(2100 * MIB, marks=pytest.mark.slow)], ids=["200M", "2G"]
)
def test_a_large_blob(site: Site, size: int) -> None:
    """It is searched piece by piece, not loaded."""
    plant_zeros(site, size)
    answer = site.assay("check", "--json")
    assert verdict(answer) == (0, "PASSED")
    assert gaps(answer) == []
    searched = answer.document.field("examined").field("secrets").field("bytes").integer()
    assert searched > size


def test_a_large_file_beside_the_commit(site: Site) -> None:
    with (site.top / "zeros.bin").open("wb") as file:
        file.truncate(200 * MIB)
    answer = site.assay("check", "--json")
    assert verdict(answer) == (3, "UNKNOWN")
    assert gaps(answer) == [("uncommitted file", "zeros.bin", "larger than 52428800 bytes")]


def test_a_corrupt_pack(site: Site) -> None:
    site.repo.git("gc", "-q")
    [pack] = (site.repo.git_dir / "objects" / "pack").glob("*.pack")
    content = bytearray(pack.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20] = bytes(20)
    pack.chmod(0o600)
    pack.write_bytes(content)
    answer = site.assay("check", "--json")
    assert answer.status == 1
    assert answer.err.startswith("[rejected] the repository is damaged: ")
    assert answer.err.endswith(" (run git fsck; clone it again if it names lost objects)\n")
    assert answer.document.field("code").text() == "rejected"
    assert site.intact() == 12


def test_a_pack_cut_short(site: Site) -> None:
    head = site.repo.head
    site.repo.git("gc", "-q")
    [pack] = (site.repo.git_dir / "objects" / "pack").glob("*.pack")
    content = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(content[:40])
    assert site.assay("check").outcome == (
        1,
        (
            f"[rejected] the commit {head} at HEAD cannot be read, at . "
            "(run git fsck; clone it again if objects are lost)"
        ),
    )


def loose(site: Site, name: str) -> Path:
    """Return the file of the object that `name` means."""
    oid = site.repo.text("rev-parse", name)
    return site.repo.git_dir / "objects" / oid[:2] / oid[2:]


def test_an_object_that_is_missing(site: Site) -> None:
    file = loose(site, "HEAD:README.md")
    file.unlink()
    answer = site.assay("check", "--json")
    assert verdict(answer) == (3, "UNKNOWN")
    oid = file.parent.name + file.name
    assert gaps(answer) == [("object", oid, "the history needs it and Git cannot find it")]


def test_an_object_that_is_damaged(site: Site) -> None:
    file = loose(site, "HEAD:app.py")
    file.chmod(0o600)
    file.write_bytes(b"damaged")
    answer = site.assay("check", "--json")
    assert verdict(answer) == (3, "UNKNOWN")
    assert gaps(answer) == [
        ("file", "app.py", "its content is not in this clone"),
        ("object", file.parent.name + file.name, "Git cannot read it"),
    ]


def test_an_object_that_may_not_be_read(site: Site) -> None:
    file = loose(site, "HEAD:README.md")
    file.chmod(0)
    answer = site.assay_as_anybody("check", "--json")
    assert verdict(answer) == (3, "UNKNOWN")
    assert gaps(answer) == [("object", file.parent.name + file.name, "Git cannot read it")]


def test_files_beside_the_commit_that_may_not_be_read(site: Site) -> None:
    site.repo.write("new.txt", "new\n").chmod(0)
    site.repo.write("README.md", "changed\n").chmod(0)
    folder = site.repo.write("closed/inside.txt", "unseen\n").parent
    folder.chmod(0)
    answer = site.assay_as_anybody("check", "--json")
    folder.chmod(0o700)
    assert verdict(answer) == (3, "UNKNOWN")
    assert gaps(answer) == [
        ("folder", "closed/", "cannot read: Permission denied"),
        ("uncommitted file", "README.md", "cannot read: Permission denied"),
        ("uncommitted file", "new.txt", "cannot read: Permission denied"),
    ]


def test_a_folder_where_a_file_is_expected(site: Site) -> None:
    (site.top / "app.py").unlink()
    site.repo.write("app.py/inside.txt", "new\n")
    answer = site.assay("check", "--json")
    assert verdict(answer) == (0, "PASSED")
    assert gaps(answer) == []


def test_a_repository_that_may_not_be_entered(site: Site) -> None:
    shutil.copytree(site.top, site.folder / "closed" / "shop")
    (site.folder / "closed").chmod(0)
    answer = site.assay_as_anybody("check", site.folder / "closed" / "shop", "--json")
    (site.folder / "closed").chmod(0o700)
    assert answer.outcome == (
        3,
        f"[unavailable] the system refused: Permission denied, at '{site.folder}/closed/shop'",
    )
