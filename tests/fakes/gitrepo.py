r"""Real Git repositories for tests, built in a few lines, the same bytes on every run.

    repo = GitRepo(tmp_path / "repo")
    first = repo.commit("Begin", files={"README": "hello\n"})
    repo.branch("topic")
    repo.commit("Work", files={"a.py": "x = 1\n"}, author=("Bo", "bo@example.org"))
    repo.switch("main")
    merge = repo.merge("topic")

* Every commit has a fixed author and a date: one minute after the one before, from `EPOCH` on.
* The user's and the machine's Git configuration are not read.
* What Git itself refuses to make (a tree with `..` in it, a commit with a foreign header) is made
  with `raw_tree` and `raw_object`.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

EPOCH: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
Person = tuple[str, str]  # name, e-mail
ALICE: Final[Person] = ("Alice Example", "alice@example.org")
BOB: Final[Person] = ("Bob Example", "bob@example.org")

_SETTINGS: Final = (
    ("init.defaultBranch", "main"),
    ("commit.gpgSign", "false"),
    ("gc.auto", "0"),
    ("core.autocrlf", "false"),
    ("protocol.file.allow", "always"),  # clones and submodules from a folder of the test
    ("core.protectNTFS", "false"),  # so that hostile names can be made
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshKey:
    """A key pair made by `ssh-keygen` for one test."""

    private: Path
    public: str  # "ssh-ed25519 AAAA…"

    def allowed(self, principal: str) -> str:
        """Return the line that an allowed_signers file has for this key."""
        return f'{principal} namespaces="git" {self.public}\n'


def make_ssh_key(folder: Path, name: str = "id_test") -> SshKey:
    """Create an Ed25519 key without a passphrase in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    private = folder / name
    subprocess.run(
        (_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", private),
        check=True,
        capture_output=True,
    )
    public = private.with_suffix(".pub").read_text().split()
    return SshKey(private=private, public=" ".join(public[:2]))


class GitRepo:
    """A Git repository in the folder `top`, which is created and initialised."""

    def __init__(
        self, top: Path, *, bare: bool = False, object_format: str = "sha1", create: bool = True
    ) -> None:
        self.top = top
        self.at = EPOCH
        if create:
            top.mkdir(parents=True, exist_ok=True)
            options = ("--bare",) if bare else ()
            self.git("init", "-q", f"--object-format={object_format}", *options)

    @property
    def git_dir(self) -> Path:
        """Return the repository's own folder."""
        return Path(self.text("rev-parse", "--absolute-git-dir"))

    @property
    def head(self) -> str:
        """Return the id of the commit at HEAD."""
        return self.text("rev-parse", "HEAD")

    def git(
        self,
        *args: str | bytes | Path,
        stdin: bytes = b"",
        author: Person = ALICE,
        committer: Person | None = None,
    ) -> bytes:
        """Run Git in the repository and return what it wrote; a failure fails the test."""
        settings = (part for key, value in _SETTINGS for part in ("-c", f"{key}={value}"))
        done = subprocess.run(
            (_program("git"), *settings, *args),
            cwd=self.top,
            env=self._environment(author, committer or author),
            input=stdin,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"git {args!r}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def text(self, *args: str | bytes | Path) -> str:
        """Run Git and return its output as text without the line end."""
        return self.git(*args).decode().rstrip("\n")

    def write(self, path: str | bytes, content: str | bytes, *, executable: bool = False) -> Path:
        """Write a file of the working tree, which is not added."""
        file = self.top / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        if executable:
            file.chmod(0o755)
        return file

    def symlink(self, path: str, target: str) -> Path:
        """Make a symbolic link in the working tree, which is not added."""
        link = self.top / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
        return link

    def commit(
        self,
        message: str = "Change",
        *,
        files: Mapping[str, str | bytes] | None = None,
        author: Person = ALICE,
        committer: Person | None = None,
        sign: SshKey | None = None,
    ) -> str:
        """Write `files`, add everything, commit (also an empty change), and return the new id."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.at += timedelta(minutes=1)
        self.git(
            *_signing(sign),
            *("commit", "-q", "--allow-empty", "--no-verify", "-m", message),
            *(("-S",) if sign else ()),
            author=author,
            committer=committer,
        )
        return self.head

    def branch(self, name: str) -> None:
        """Create a branch at HEAD and switch to it."""
        self.git("switch", "-q", "-c", name)

    def switch(self, name: str) -> None:
        """Switch to an existing branch."""
        self.git("switch", "-q", name)

    def merge(self, *names: str, message: str = "Merge", author: Person = ALICE) -> str:
        """Merge the branches `names` with a merge commit, and return its id."""
        self.at += timedelta(minutes=1)
        self.git("merge", "-q", "--no-ff", "--no-verify", "-m", message, *names, author=author)
        return self.head

    def tag(self, name: str, *, message: str = "") -> None:
        """Tag HEAD: annotated where there is a message, else lightweight."""
        self.git("tag", *(("-a", "-m", message) if message else ()), name)

    def submodule(self, path: str, url: str, commit: str) -> None:
        """Add a submodule entry and its `.gitmodules`, without cloning; commit it afterwards."""
        self.git("config", "-f", ".gitmodules", f"submodule.{path}.path", path)
        self.git("config", "-f", ".gitmodules", f"submodule.{path}.url", url)
        self.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
        (self.top / path).mkdir(parents=True, exist_ok=True)

    def raw_object(self, kind: str, content: bytes) -> str:
        """Store any bytes as a "blob", "tree", "commit" or "tag", unchecked; return its id."""
        args = ("hash-object", "-t", kind, "-w", "--stdin", "--literally")
        return self.git(*args, stdin=content).decode().strip()

    def raw_tree(self, entries: Mapping[bytes, tuple[str, str]]) -> str:
        """Store a tree of `{name: (mode, id)}` with whatever names, and return its id."""
        content = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid)
            for name, (mode, oid) in entries.items()
        )
        return self.raw_object("tree", content)

    def commit_tree(self, tree: str, *, parents: tuple[str, ...] = (), message: str = "Raw") -> str:
        """Commit a tree, point HEAD's branch at it, and return the commit's id."""
        self.at += timedelta(minutes=1)
        options = tuple(part for parent in parents for part in ("-p", parent))
        commit = self.text("commit-tree", tree, *options, "-m", message)
        self.git("update-ref", "HEAD", commit)
        return commit

    def clone(self, into: Path, *options: str) -> "GitRepo":
        """Clone this repository into the folder `into`."""
        self.git("clone", "-q", *options, self.top.as_uri(), into)
        return GitRepo(into, create=False)

    def _environment(self, author: Person, committer: Person) -> dict[str, str]:
        date = self.at.isoformat()
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.top),  # has no .gitconfig unless the test writes one
            "LC_ALL": "C",
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": author[0],
            "GIT_AUTHOR_EMAIL": author[1],
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": committer[0],
            "GIT_COMMITTER_EMAIL": committer[1],
            "GIT_COMMITTER_DATE": date,
        }


def _signing(key: SshKey | None) -> tuple[str, ...]:
    if key is None:
        return ()
    return ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key.private}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found
