"""A repository with people who sign and review, without a log: `Workshop` keeps the reviews itself."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from assay.core.digest import sha256_of
from assay.core.reliance import Reliance
from assay.signing.trust import Principal, PrincipalKind
from assay.source.changes import load_line, load_range
from assay.source.judging import CommitTrust
from assay.source.mergetree import compute_merges
from assay.source.repository import Repository, open_repository
from assay.source.review import Decision, Review
from assay.source.reviewed import Judged, RecordedReview, ReviewKnowledge, judge_line
from assay.source.signers import CommitSigners
from tests.fakes.gitrepo import ALICE, BOB, EPOCH, GitRepo, Person, SshKey, make_ssh_key
from tests.fakes.signers import person, root_of, ssh

CARO: Final[Person] = ("Caro Example", "caro@example.org")
BOT: Final[Person] = ("Forge", "noreply@forge.example")
NOW: Final = datetime.fromisoformat("2026-06-01T00:00:00Z")


@dataclass(kw_only=True)
class Workshop:
    """Alice, Bob and Caro, a bot that merges, their keys, and what they said of changes."""

    repo: GitRepo
    keys: Mapping[str, SshKey]
    people: list[Principal]
    reviews: list[RecordedReview] = field(default_factory=list)
    seen: dict[str, datetime] = field(default_factory=dict)
    opened: Repository | None = None

    @property
    def signers(self) -> CommitSigners:
        return CommitSigners.of(root_of(*self.people))

    def commit(
        self,
        message: str = "Change",
        *,
        by: str = "alice",
        files: Mapping[str, str] | None = None,
        author: Person | None = None,
    ) -> str:
        """Commit as a person who signs; `author` puts another name into it."""
        names = {"alice": ALICE, "bob": BOB, "caro": CARO, "bot": BOT}
        return self.repo.commit(
            message,
            files=files,
            author=author or names[by],
            committer=names[by],
            sign=self.keys[by],
        )

    def merge(self, name: str, *, by: str = "bot", options: tuple[str, ...] = ()) -> str:
        """Merge a branch with a signed merge commit, as a forge's button does."""
        self.repo.at += timedelta(minutes=1)
        names = {"alice": ALICE, "bob": BOB, "bot": BOT}
        self.repo.git(
            *("-c", "gpg.format=ssh", "-c", f"user.signingKey={self.keys[by].private}"),
            *("merge", "-q", "-S", "--no-ff", "--no-verify", "-m", "Merge", *options, name),
            author=names[by],
        )
        return self.repo.head

    def squash(self, name: str, *, author: Person = ALICE, message: str = "Squash") -> str:
        """Squash a branch into one commit, which the bot signs."""
        self.repo.git("merge", "-q", "--squash", name)
        return self.commit(message, by="bot", author=author)

    def copy(self, into: Path) -> "Workshop":
        """Return another one like this, whose repository is in the folder `into`."""
        shutil.copytree(self.repo.top, into)
        repo = GitRepo(into, create=False)
        repo.at = self.repo.at
        return Workshop(repo=repo, keys=self.keys, people=list(self.people))

    def review(
        self,
        by: str,
        base: str,
        head: str,
        *,
        decision: Decision = Decision.APPROVE,
        tip: str = "",
        at: datetime | None = None,
    ) -> RecordedReview:
        """Say something of the change from `base` ("" for the first) to `head`."""
        repository = self._place()
        base = self.repo.text("rev-parse", base) if base else ""
        head = self.repo.text("rev-parse", head)
        commits = load_range(
            repository, base=base, head=head, trust=CommitTrust(signers=None), at=NOW
        )
        found = Review(
            decision=decision,
            reviewer=by,
            reason="because",
            looked_at="",
            branch="refs/heads/main",
            tip=tip or base,
            base=base,
            base_tree=self.repo.text("rev-parse", f"{base}^{{tree}}") if base else "",
            head=head,
            merged_tree=self._merged(base, head),
            commits=tuple(commits),
            files=1,
            submodules=0,
            observed_at=at or self.repo.at,
        )
        recorded = RecordedReview(
            review=found,
            reviewer=by,
            person=self.signers.is_person(by),
            order=len(self.reviews),
            reliance=Reliance(
                statement=sha256_of(str(len(self.reviews)).encode()),
                keys=(by,),
                role="reviewer",
                at=at or self.repo.at,
            ),
        )
        self.reviews.append(recorded)
        return recorded

    def judge(self, base: str = "", head: str = "main") -> tuple[Judged, ...]:
        """Judge the changes from `base` to `head`, merges computed as in real life."""
        repository = self._place()
        base = self.repo.text("rev-parse", base) if base else ""
        line = load_line(
            repository,
            base=base,
            head=self.repo.text("rev-parse", head),
            trust=CommitTrust(signers=self.signers),
            at=NOW,
        )
        parents = [c.own.commit.parents for c in line.changes]
        pairs = tuple((p[0], p[1]) for p in parents if len(p) == 2)
        knowledge = ReviewKnowledge(
            reviews=tuple(self.reviews),
            signers=self.signers,
            seen=self.seen,
            merges=compute_merges(repository, pairs),
        )
        return judge_line(line, knowledge)

    def answers(self, base: str = "", head: str = "main") -> list[tuple[str, tuple[str, ...]]]:
        """Return verdict and reasons of each change."""
        return [(one.verdict.value, one.reasons) for one in self.judge(base, head)]

    def _place(self) -> Repository:
        """Return the repository, opened once: of what is found then, its place alone is used."""
        if self.opened is None or self.opened.top != self.repo.top:
            self.opened = open_repository(self.repo.top)
        return self.opened

    def _merged(self, base: str, head: str) -> str:
        if not base or self.repo.text("merge-base", base, head) == base:
            return self.repo.text("rev-parse", f"{head}^{{tree}}")
        return compute_merges(self._place(), ((base, head),))[base, head]


def open_workshop(folder: Path) -> Workshop:
    """Return a workshop whose branch `main` has one commit, by Alice."""
    keys = {name: make_ssh_key(folder / "keys", name) for name in ("alice", "bob", "caro", "bot")}
    people = [
        person("alice", ssh(keys["alice"]), emails=(ALICE[1], "alice@home.example")),
        person("bob", ssh(keys["bob"]), emails=(BOB[1],)),
        person("caro", ssh(keys["caro"]), emails=(CARO[1],)),
        person("bot", ssh(keys["bot"]), emails=(BOT[1],), kind=PrincipalKind.SERVICE),
    ]
    workshop = Workshop(repo=GitRepo(folder / "repo"), keys=keys, people=people)
    workshop.repo.at = EPOCH
    workshop.commit("Begin", files={"a": "1\n"})
    return workshop
