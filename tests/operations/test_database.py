"""A log in PostgreSQL, as the installed command is told by `ASSAY_DATABASE`."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from assay.evidence.storage.connecting import schema_name
from tests.fakes.gitrepo import GitRepo
from tests.fakes.postgres import PostgresServer
from tests.operations.site import TREE, Answer, Site, empty_site, write_advisories


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A site whose log is in a database of its own."""

    server: PostgresServer
    site: Site
    url: str

    @property
    def place(self) -> str:
        """What messages call the database."""
        return self.url.replace(f"keeper:{self.server.password}@", "")

    @property
    def origin(self) -> str:
        return (self.site.top / ".assay" / "origin").read_text().strip()

    def assay(self, *words: str | Path, **more: str) -> Answer:
        answer = self.site.assay(*words, environment={"ASSAY_DATABASE": self.url, **more})
        assert self.server.password not in answer.err
        assert self.server.password.encode() not in answer.out
        return answer

    def edit(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"SET search_path = {schema_name(self.origin)}".encode())
            connection.execute(statement.encode())


def begin(folder: Path, server: PostgresServer) -> Kept:
    url = server.tcp_url(server.new_database())
    made = Kept(server=server, site=empty_site(folder), url=url)
    GitRepo(made.site.top).commit("Begin", files=TREE)
    return made


@pytest.fixture
def kept(tmp_path: Path, postgres_server: PostgresServer) -> Kept:
    """Return a site without a log."""
    return begin(tmp_path / "site", postgres_server)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Kept:
    """Return a site that was checked twice; read only."""
    made = begin(tmp_path_factory.mktemp("checked") / "site", postgres_server)
    done = made.assay("init")
    assert done.outcome == (0, "")
    assert f"Log          {made.place} ({made.origin})" in done.out.decode()
    advisories = write_advisories(made.site.folder / "osv")
    assert made.assay("vulns", "import", advisories).outcome == (0, "")
    assert made.assay("check").outcome == (0, "")
    assert made.assay("check").outcome == (0, "")
    return made


@pytest.fixture
def copied(checked: Kept, tmp_path: Path) -> Kept:
    """Return a copy of the checked site and its database, to do anything to."""
    server = checked.server
    name = checked.url.rpartition("/")[2]
    url = server.tcp_url(server.new_database(template=name))
    return Kept(server=server, site=checked.site.copy(tmp_path / "site"), url=url)


def test_the_whole_way(checked: Kept) -> None:
    answer = checked.assay("log", "verify", "--json")
    assert answer.outcome == (0, "")
    assert answer.document.field("size").integer() > 10
    for words in (("status",), ("log", "list"), ("init",)):
        assert checked.assay(*words).status == 0
    assert not list((checked.site.top / ".assay").rglob("*.sqlite"))


def test_an_edited_row(copied: Kept) -> None:
    copied.edit("UPDATE entries SET envelope = decode('7b7d', 'hex') WHERE number = 2")
    for words in (("log", "verify"), ("check",)):
        assert copied.assay(*words).outcome == (
            1,
            "[tampered] the envelope has another digest, at entries row 2",
        )


def test_the_database_was_emptied(copied: Kept) -> None:
    copied.edit(f"DROP SCHEMA {schema_name(copied.origin)} CASCADE")
    for words in (("log", "verify"), ("check",), ("init",)):
        assert copied.assay(*words).outcome == (
            1,
            (
                f"[tampered] the log has gone, of which entries were seen, at {copied.place} "
                "(restore it; or set ASSAY_DATABASE, if it is in PostgreSQL; or remove "
                f"{copied.site.top}/.assay and begin a new one)"
            ),
        )


def test_a_log_that_is_asked_for_in_another_place(copied: Kept) -> None:
    """Without the variable there is no file, and none is begun."""
    answer = copied.site.assay("check")
    assert answer.status == 1
    assert answer.err.startswith("[tampered] the log has gone, of which entries were seen")


def test_large_envelopes_in_a_folder_that_all_share(kept: Kept, tmp_path: Path) -> None:
    blobs = tmp_path / "blobs"
    kept.assay("init", ASSAY_BLOBS=str(blobs))
    kept.assay("vulns", "import", write_advisories(kept.site.folder / "osv"))
    lock = "".join(f"package-{n}==1.0.{n}\n" for n in range(2000))
    kept.site.repo.commit("Need much", files={"requirements.txt": lock})
    assert kept.assay("check", ASSAY_BLOBS=str(blobs)).status in {0, 1, 3}
    assert [path for path in blobs.rglob("*") if path.is_file()]
    assert kept.assay("log", "verify", ASSAY_BLOBS=str(blobs)).outcome == (0, "")
    shutil.rmtree(blobs)
    answer = kept.assay("log", "verify", ASSAY_BLOBS=str(blobs))
    assert answer.status == 3
    assert f", in {blobs} (restore it from a backup of the log)" in answer.err


WRONG = {
    "not a URL": ("log.db", "[usage] not the URL of a PostgreSQL database"),
    "another scheme": ("mysql://a:hidden@b/c", "[usage] not the URL of a PostgreSQL database"),
    "a raw sign in the password": (
        "postgresql://a:hid/den@b/c",
        "[usage] a host, port or name of a database cannot be read",
    ),
}


@pytest.mark.parametrize(("url", "message"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("words", [("init",), ("check",), ("log", "verify")], ids=" ".join)
def test_a_variable_that_is_wrong(
    kept: Kept, url: str, message: str, words: tuple[str, ...]
) -> None:
    kept.assay("init")
    answer = kept.site.assay(*words, environment={"ASSAY_DATABASE": url})
    assert answer.status == 2
    assert answer.err.startswith(f"{message} (postgresql://user@host:5432/database; ")
    assert "hid" not in answer.err


def test_a_server_that_does_not_answer(kept: Kept) -> None:
    kept.assay("init")
    url = f"postgresql:///assay?host={kept.site.folder}"
    answer = kept.site.assay("log", "verify", environment={"ASSAY_DATABASE": url})
    assert answer.status == 3
    assert answer.err.startswith("[unavailable] no connection to the database: ")
