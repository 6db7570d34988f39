"""PostgreSQL: what only it can do wrong, and what its errors become."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.system.clock import now
from assay.system.postgres import open_postgres
from tests.fakes.postgres import PostgresServer, run_server


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Return a server that these tests may stop."""
    with run_server() as running:
        yield running


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.url(server.new_database())


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def where(url: str) -> str:
    return url.replace("keeper@", "")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_acknowledged(
    server: PostgresServer, url: str, setting: str
) -> None:
    server.restart(**{setting: "off"})
    try:
        with pytest.raises(UnavailableError) as caught:
            open_postgres(url, schema="s", create=True)
    finally:
        server.restart()
    assert str(caught.value) == (
        f"[unavailable] {setting} is 'off': a crash could lose what was acknowledged, "
        f"at {where(url)} (set {setting} = on at the server, and restart it)"
    )


@pytest.mark.parametrize(
    ("default", "ours"),
    [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")],
)
def test_our_commits_wait_for_the_disk(url: str, default: str, ours: str) -> None:
    """Whatever the database's own default is: a session has the say."""
    name = url.partition("/test")[2].partition("?")[0]
    run(url, f"ALTER DATABASE test{name} SET synchronous_commit = {default}")
    with open_postgres(url, schema="s", create=True) as database:
        assert database.query_one("SHOW synchronous_commit") == (ours,)


def test_nothing_stands_in_for_a_table(url: str) -> None:
    run(url, "CREATE TABLE public.t (n int)")
    with open_postgres(url, schema="s", create=True) as database:
        assert database.query_one("SELECT to_regclass('t')") == (None,)
        with database.transaction():
            database.execute("CREATE TABLE t (n bigint)")
        database.execute("CREATE TEMPORARY TABLE t (n bigint)")
        database.execute("INSERT INTO t VALUES (1)")
        assert database.query_one("SELECT n FROM s.t") == (1,)


def test_a_password_that_is_wrong_is_not_repeated(server: PostgresServer) -> None:
    wrong = server.tcp_url().replace(server.password, "wrong-horse")
    with pytest.raises(UnavailableError) as caught:
        open_postgres(wrong, schema="s", create=True)
    assert "wrong-horse" not in str(caught.value)
    assert "password authentication failed" in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_that_is_right_is_not_repeated(server: PostgresServer) -> None:
    with open_postgres(server.tcp_url(), schema="s", create=True) as database:
        assert server.password not in repr(database)
        assert database.place == f"postgresql://127.0.0.1:{server.port}/postgres"


def test_tls_that_is_asked_for(server: PostgresServer) -> None:
    """This server has none."""
    with pytest.raises(UnavailableError) as caught:
        open_postgres(f"{server.tcp_url()}?sslmode=require", schema="s", create=True)
    assert "server does not support SSL, but SSL was required" in str(caught.value)


def test_no_server(server: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        open_postgres(f"postgresql:///assay?host={tmp_path}", schema="s", create=True)
    assert str(caught.value).startswith("[unavailable] no connection to the database: ")
    assert caught.value.hint == (
        "see that the server runs and listens there (pg_isready tells), or name another one in "
        "ASSAY_DATABASE; what was acknowledged is not lost"
    )


@pytest.mark.parametrize("apart", [timedelta(minutes=6), timedelta(days=-400)])
def test_a_clock_that_is_not_the_servers(url: str, apart: timedelta) -> None:
    """Of many machines that append to one log, one with a wrong clock would stop all others."""

    def wrong() -> datetime:
        return now() + apart

    open_postgres(url, schema="s", create=True).close()
    with open_postgres(url, schema="s", create=True, clock=wrong) as database:
        with pytest.raises(UnavailableError) as caught, database.transaction():
            database.execute("CREATE TABLE never (n bigint)")
        assert caught.value.what.startswith("the clock here says 20")
        assert caught.value.where == where(url)
        assert caught.value.hint == (
            "set the one that is wrong; timedatectl tells whether a machine keeps time"
        )
        found = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 's'"
        assert database.query_one(found) == (0,)  # and whoever reads only is not refused


@pytest.mark.parametrize("apart", [timedelta(minutes=4), timedelta(minutes=-4)])
def test_a_clock_that_is_nearly_the_servers(url: str, apart: timedelta) -> None:
    with open_postgres(url, schema="s", create=True, clock=lambda: now() + apart) as database:
        with database.transaction():
            database.execute("CREATE TABLE t (n bigint)")
        assert database.query("SELECT n FROM t") == []


def test_whose_clock_is_asked_cannot_be_another_function(url: str) -> None:
    """Whoever may write to the schema puts no clock of their own in the server's place."""
    open_postgres(url, schema="s", create=True).close()
    run(
        url,
        "CREATE FUNCTION s.clock_timestamp() RETURNS timestamptz"
        " LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$",
    )
    with open_postgres(url, schema="s", create=True) as database, database.transaction():
        pass


def test_no_such_database(server: PostgresServer) -> None:
    with pytest.raises(UnavailableError) as caught:
        open_postgres(server.url("nowhere"), schema="s", create=True)
    assert 'database "nowhere" does not exist' in str(caught.value)


def test_another_encoding(server: PostgresServer) -> None:
    run(server.url(), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C'")
    with pytest.raises(UnavailableError) as caught:
        open_postgres(server.url("latin"), schema="s", create=True)
    assert str(caught.value) == (
        f"[unavailable] the database's encoding is LATIN1, where UTF8 is needed, "
        f"at {where(server.url('latin'))} "
        "(make one with: createdb --encoding=UTF8 --template=template0)"
    )


def test_a_role_without_rights(server: PostgresServer, url: str) -> None:
    run(url, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    with pytest.raises(UnavailableError) as caught:
        open_postgres(url.replace("keeper", "guest"), schema="s", create=True)
    assert str(caught.value) == (
        f"[unavailable] the database refuses, at {where(url)} "
        "(give the role the right to this database and schema)"
    )


def test_a_session_that_may_only_read(url: str) -> None:
    """The default of a role does not matter; that of a standby does, and is told."""
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint)")
        with pytest.raises(UnavailableError) as caught, database.snapshot():
            database.execute("INSERT INTO t VALUES (1)")
    assert str(caught.value) == (
        f"[unavailable] the database cannot be written, at {where(url)} "
        "(it is a standby, or set to read only)"
    )


LOST = "[unavailable] the connection to the database was lost, at {} (try again; what was acknowledged is there, and nothing is recorded twice)"


def end_sessions(url: str) -> None:
    run(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'assay'",
    )


def test_a_connection_lost_within_a_transaction(url: str) -> None:
    """It fails as a whole; nothing of it is carried on outside."""
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint)")

        def write() -> None:
            with database.transaction():
                database.execute("INSERT INTO t VALUES (1)")
                end_sessions(url)
                database.execute("INSERT INTO t VALUES (2)")

        with pytest.raises(UnavailableError) as caught:
            write()
        assert str(caught.value) == LOST.format(where(url))
        assert database.query_one("SELECT count(*) FROM t") == (0,)


def test_a_lost_connection_is_not_used_to_go_on_within_a_transaction(url: str) -> None:
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint)")

        def write() -> None:
            with database.transaction():
                end_sessions(url)
                for number in (1, 2):
                    with pytest.raises(UnavailableError):
                        database.execute("INSERT INTO t VALUES (?)", (number,))

        with pytest.raises(UnavailableError):
            write()
        assert database.query_one("SELECT count(*) FROM t") == (0,)


def test_a_connection_lost_between_transactions_is_made_again(url: str) -> None:
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint)")
        end_sessions(url)
        assert database.query_one("SELECT count(*) FROM t") == (0,)
        end_sessions(url)
        with database.transaction():
            database.execute("INSERT INTO t VALUES (1)")
        assert database.query_one("SELECT count(*) FROM t") == (1,)
        assert database.query_one("SHOW synchronous_commit") == ("on",)


def test_a_server_that_was_killed_and_came_back(server: PostgresServer, url: str) -> None:
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint)")
        with database.transaction():
            database.execute("INSERT INTO t VALUES (1)")
        server.kill()
        with pytest.raises(UnavailableError):
            database.query_one("SELECT count(*) FROM t")
        server.start()
        assert database.query_one("SELECT count(*) FROM t") == (1,)


def test_a_server_that_recovers_is_waited_for(server: PostgresServer, url: str) -> None:
    """One process of the server is killed, and all of it recovers: whoever comes then waits."""
    open_postgres(url, schema="s", create=True).close()
    for _ in range(5):
        with psycopg.connect(url, autocommit=True) as other:
            os.kill(other.info.backend_pid, signal.SIGKILL)
            with suppress(psycopg.OperationalError):  # until the others know of it
                while True:
                    psycopg.connect(url).close()
            with open_postgres(url, schema="s", create=False) as database:
                assert database.query_one("SELECT 1") == (1,)


def test_a_server_that_starts_is_not_waited_for_longer_than_asked(
    server: PostgresServer, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)  # it lets nobody in, and waits for who is there
        with suppress(psycopg.OperationalError):  # until it knows
            while True:
                psycopg.connect(url).close()
        with pytest.raises(UnavailableError) as refused:
            open_postgres(url, schema="s", create=True, busy_seconds=0.3)
        assert "the database system is shutting down" in str(refused.value)
        assert other.info.server_version
    server.process.wait(timeout=60)
    server.start()


def test_a_damaged_page(server: PostgresServer, url: str) -> None:
    with open_postgres(url, schema="s", create=True) as database:
        database.execute("CREATE TABLE t (n bigint, data bytea)")
        with database.transaction():
            database.execute_many(
                "INSERT INTO t VALUES (?, ?)", [(n, os.urandom(1900)) for n in range(9)]
            )
        row = database.query_one("SELECT pg_relation_filepath('t')")
    assert row is not None
    server.stop()
    file = server.folder / "data" / str(row[0])
    content = bytearray(file.read_bytes())
    content[8192 + 100 : 8192 + 200] = b"\xff" * 100
    file.write_bytes(content)
    server.start()
    with (
        open_postgres(url, schema="s", create=False) as database,
        pytest.raises(TamperedError) as caught,
    ):
        database.query("SELECT n, data FROM t")
    assert caught.value.what.startswith(
        "not an intact PostgreSQL database: invalid page in block 1"
    )


def test_two_make_the_schema_at_once(url: str) -> None:
    failures = list[BaseException]()

    def make() -> None:
        try:
            open_postgres(url, schema="s", create=True).close()
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_client_that_is_not_installed() -> None:
    """A process in which psycopg cannot be found says what to install."""
    program = """
import sys
sys.modules["psycopg"] = None
from assay.core.errors import UsageError
from assay.evidence.storage.connecting import connect, place_of
for ask in (lambda: place_of("postgresql:///x"),
            lambda: connect("postgresql:///x", origin="o", create=True)):
    try:
        ask()
    except UsageError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert (
        done.stdout.splitlines()
        == [
            "[usage] PostgreSQL is asked for, and psycopg is not installed (pip install 'assay[postgres]')"
        ]
        * 2
    )


def test_nothing_of_psycopg_is_loaded_for_an_embedded_log() -> None:
    program = "import sys, assay.operations.home; print('psycopg' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_not_a_url() -> None:
    with pytest.raises(UsageError):
        open_postgres("assay.db", schema="s", create=True)


def test_a_transaction_in_which_something_failed_is_not_called_committed(url: str) -> None:
    """PostgreSQL answers such a COMMIT with a ROLLBACK, and with no error."""
    with open_postgres(url, schema="s", create=True) as database:

        def pass_over() -> None:
            with database.transaction():
                database.execute("CREATE TABLE t (n bigint)")
                with suppress(psycopg.errors.DivisionByZero):
                    database.execute("SELECT 1 / 0")

        with pytest.raises(UnavailableError) as caught:
            pass_over()
        assert str(caught.value) == (
            f"[unavailable] the database undid what it was to commit, at {where(url)} (try again)"
        )
        assert database.query_one("SELECT to_regclass('t')") == (None,)
