"""The store in PostgreSQL beyond the contract: what is fenced by the row, who may do what, and what servers answer."""

import sys
import threading

import certifi
import pytest
from postgres_site import find_cluster, make_backend, open_in, serve_cluster
from state_values import make_request, make_state

from planner.core.desired import PostgresBackend
from planner.state.errors import DocumentError, StateChangedError, StoreError
from planner.state.locks.errors import LockLostError
from planner.state.stores.history import SaveNote
from planner.state.stores.postgres.store import find_state_name
from planner.state.stores.postgres.wire import make_wire

SECRET = "password-of-a-test"


@pytest.fixture
def backend(tmp_path):
    return make_backend(tmp_path)


@pytest.fixture
def store(backend, tmp_path):
    return open_in(tmp_path / "a", backend)


@pytest.fixture
def saved(store):
    with store.acquire(make_request()):
        store.save(make_state(serial=1))
    return store


def read_code(caught):
    return caught.value.diagnostics[0].code


def count_tables(backend):
    found = find_cluster().execute(f"SELECT count(*) FROM pg_tables WHERE schemaname = '{backend.schema}'")
    return found[0][0]


def change_row(backend, columns):
    find_cluster().execute(f'UPDATE "{backend.schema}".states SET {columns}')


def test_reading_makes_nothing(store, backend):
    assert (store.load(), store.find_holder(), store.load_pending()) == (None, None, "")
    assert (store.load_receipts(), store.load_versions(), store.load_version(1)) == ({}, (), None)
    assert count_tables(backend) == 0


def test_tables_are_made_once_by_all_who_come_first(backend, tmp_path):
    stores = [open_in(tmp_path / f"d{number}", backend) for number in range(8)]
    ended = []

    def take(store):
        with store.acquire(make_request(f"lock-{id(store)}", timeout=60)):
            ended.append(store)

    threads = [threading.Thread(target=take, args=(one,)) for one in stores]
    assert [thread.start() for thread in threads] == [None] * 8
    assert [thread.join() for thread in threads] == [None] * 8
    assert len(ended) == 8
    assert count_tables(backend) == 4


def test_directories_have_a_row_and_a_lock_each(backend, tmp_path):
    other = PostgresBackend(conn=backend.conn, schema=backend.schema, path="b/pools.state.json")
    first, second = open_in(tmp_path / "a", backend), open_in(tmp_path / "b", other)
    with first.acquire(make_request("lock-a")), second.acquire(make_request("lock-b")):
        first.save(make_state(serial=1))
        second.save(make_state(serial=7))
        first.save_receipt("r-1", "{}")
    assert (first.load().serial, second.load().serial) == (1, 7)
    assert (dict(first.load_receipts()), dict(second.load_receipts())) == ({"r-1": "{}"}, {})


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda store: store.save(make_state(serial=2)), id="state"),
        pytest.param(lambda store: store.save_receipt("r-1", "{}"), id="receipt"),
        pytest.param(lambda store: store.save_pending("x"), id="pending"),
    ],
)
def test_row_itself_refuses_whoever_lost_the_lock(saved, backend, act, monkeypatch):
    monkeypatch.setattr("planner.state.locks.leased_lock.LeasedLock._renew", lambda _lock: None)
    with saved.acquire(make_request("lock-1")):
        saved.load()
        change_row(backend, "lock_version = lock_version + 1")
        with pytest.raises(LockLostError, match="is gone"):
            act(saved)
    assert (saved.load().serial, saved.load_pending(), dict(saved.load_receipts())) == (1, "", {})


def test_row_that_somebody_else_wrote_is_not_overwritten(saved, backend):
    with saved.acquire(make_request("lock-1")):
        saved.load()
        change_row(backend, "version = version + 1")
        with pytest.raises(StateChangedError):
            saved.save(make_state(serial=2))
    assert saved.load().serial == 1
    assert [one.serial for one in saved.load_versions()] == [1]


def test_state_that_was_edited_by_hand_is_told_and_may_be_replaced_knowingly(saved, backend):
    change_row(backend, """state = '{"format_version": "1.0", '""")
    with pytest.raises(DocumentError, match="cut off") as caught:
        saved.load()
    assert read_code(caught) == "state.truncated"
    with saved.acquire(make_request()):
        saved.save(make_state(serial=2))
    assert saved.load().serial == 2


def test_newest_versions_are_kept_whole_and_the_others_by_their_notes(store, monkeypatch):
    monkeypatch.setattr("planner.state.stores.postgres.history.KEPT_VERSIONS", 2)
    monkeypatch.setattr("planner.state.stores.postgres.history.KEPT_NOTES", 3)
    with store.acquire(make_request()):
        for serial in range(1, 6):
            store.save(make_state(serial=serial), SaveNote(receipt_id=f"r-{serial}"))
    assert [one.serial for one in store.load_versions()] == [5, 4, 3]
    assert [store.load_version(serial) is None for serial in range(1, 6)] == [True, True, True, False, False]


def test_save_whose_answer_is_lost_is_found_to_have_arrived(saved, monkeypatch):
    run = type(saved._place.wire).run

    def lose_answer(wire, act):
        run(wire, act)
        monkeypatch.setattr(type(wire), "run", run)
        return run(wire, lambda cursor: cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())"))

    with saved.acquire(make_request()) as held:
        saved.load()
        monkeypatch.setattr(held, "_renew", lambda: None)
        monkeypatch.setattr(type(saved._place.wire), "run", lose_answer)
        saved.save(make_state(serial=2))
        saved.save(make_state(serial=3))
    assert saved.load().serial == 3


def test_role_that_may_only_read_can_plan_and_is_told_what_it_needs(saved, backend, tmp_path):
    find_cluster().execute(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        f'GRANT USAGE ON SCHEMA "{backend.schema}" TO reader',
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "{backend.schema}" TO reader',
    )
    try:
        reader = open_in(tmp_path / "b", make_backend(tmp_path, user="reader"))
        assert reader.load().serial == 1
        with pytest.raises(StoreError) as caught:
            reader.acquire(make_request())
    finally:
        find_cluster().execute("DROP OWNED BY reader", "DROP ROLE reader")
    assert read_code(caught) == "state.store-refused"
    assert "USAGE and CREATE" in caught.value.diagnostics[0].detail


def test_role_that_may_make_no_schema_is_told_what_it_needs(backend, tmp_path):
    find_cluster().execute("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError) as caught:
        open_in(tmp_path / "b", make_backend(tmp_path, user="guest")).acquire(make_request())
    assert read_code(caught) == "state.store-refused"
    assert "CREATE SCHEMA" in caught.value.diagnostics[0].detail


def test_tables_of_another_program_are_left_alone(store, backend):
    find_cluster().execute(
        f'CREATE SCHEMA "{backend.schema}"', f'CREATE TABLE "{backend.schema}".states (path text, name text)'
    )
    with pytest.raises(StoreError) as caught:
        store.acquire(make_request())
    assert read_code(caught) == "state.store-refused"
    assert "another program" in caught.value.diagnostics[0].detail


def test_database_that_only_reads_is_told(saved, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    assert saved.load().serial == 1
    with pytest.raises(StoreError, match="refuses") as caught:
        saved.acquire(make_request())
    assert "standby" in caught.value.diagnostics[0].detail


def test_statement_that_takes_too_long_is_told(saved, backend, tmp_path):
    import psycopg

    slow = open_in(tmp_path / "a", backend, timeout=0.2)
    with psycopg.connect(backend.conn) as blocker:
        blocker.execute(f'LOCK TABLE "{backend.schema}".states IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(StoreError) as caught:
            slow.load()
    assert read_code(caught) == "state.unreachable"
    assert slow.load().serial == 1


def test_database_that_is_not_there_is_told(backend, tmp_path):
    missing = PostgresBackend(conn=find_cluster().conn(database="nowhere"), schema=backend.schema)
    with pytest.raises(StoreError) as caught:
        open_in(tmp_path / "a", missing).load()
    assert read_code(caught) == "state.store-refused"
    assert "Make the database" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize("password", ["", SECRET + "x"], ids=["none", "wrong"])
def test_password_that_is_missing_or_wrong_is_told(backend, tmp_path, monkeypatch, password):
    find_cluster().execute("DROP ROLE IF EXISTS ada", f"CREATE ROLE ada LOGIN PASSWORD '{SECRET}'")
    monkeypatch.setenv("PGPASSWORD", password)
    with pytest.raises(StoreError) as caught:
        open_in(tmp_path / "a", make_backend(tmp_path, user="ada")).load()
    assert read_code(caught) == "state.credentials"
    assert SECRET not in str(caught.value.diagnostics)


def test_password_comes_from_the_environment_and_is_never_told(backend, tmp_path, monkeypatch):
    find_cluster().execute("DROP ROLE IF EXISTS ada", f"CREATE ROLE ada LOGIN PASSWORD '{SECRET}'")
    monkeypatch.setenv("PGPASSWORD", SECRET)
    store = open_in(tmp_path / "a", make_backend(tmp_path, user="ada"))
    assert store.load() is None
    with pytest.raises(StoreError) as caught:
        store.acquire(make_request())
    assert SECRET not in repr(store._place) + repr(caught.value) + str(caught.value.diagnostics)


def test_library_that_is_not_installed_is_told(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="not installed") as caught:
        store.load()
    assert "poolctl[postgres]" in caught.value.diagnostics[0].detail


def test_server_that_restarts_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("planner.state.stores.postgres.wire._PAUSES", (0.0, 0.0))
    with serve_cluster() as cluster:
        store = open_in(tmp_path / "a", make_backend(tmp_path, cluster))
        with store.acquire(make_request()) as held:
            store.save(make_state(serial=1))
            cluster.stop()
            with pytest.raises(StoreError) as caught:
                store.save(make_state(serial=2))
            cluster.start()
            held.require(1.0)
            store.save(make_state(serial=2))
        assert (store.load().serial, store.find_holder()) == (2, None)
    assert read_code(caught) == "state.unreachable"
    assert "poolctl plan" in caught.value.diagnostics[0].detail


def test_certificate_of_the_server_is_verified_where_that_is_asked_for(tmp_path, monkeypatch):
    with serve_cluster() as cluster:
        authority = cluster.encrypt()
        backend = PostgresBackend(conn=cluster.conn(query="sslmode=verify-full"))
        monkeypatch.setenv("PGSSLROOTCERT", certifi.where())
        with pytest.raises(StoreError) as caught:
            open_in(tmp_path / "a", backend).load()
        monkeypatch.setenv("PGSSLROOTCERT", str(authority))
        assert open_in(tmp_path / "a", backend).load() is None
    assert read_code(caught) == "state.store-refused"
    assert "certificate verify failed" in caught.value.diagnostics[0].detail
    assert "PGSSLROOTCERT" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize(
    ("conn", "environment", "options"),
    [
        pytest.param("postgresql://127.0.0.1/a", {}, {}, id="loopback"),
        pytest.param("postgresql:///a?host=/run/postgresql", {}, {}, id="socket"),
        pytest.param("postgresql://db.example/a", {"SSL_CERT_FILE": "/ca"}, {"sslmode": "verify-full", "sslrootcert": "/ca"}, id="verified by default"),
        pytest.param("postgresql://db.example/a?sslmode=verify-ca", {"PGSSLROOTCERT": "/ca"}, {"sslmode": "verify-ca"}, id="authority of the environment"),
        pytest.param("postgresql://db.example/a", {"PGSSLMODE": "require"}, {"sslmode": "require"}, id="mode of the environment"),
        pytest.param("postgresql://db.example/a?sslmode=verify-ca", {"PGSSLMODE": "disable", "PGSSLROOTCERT": "/ca"}, {"sslmode": "verify-ca"}, id="mode of the files goes first"),
    ],
)  # fmt: skip
def test_certificates_are_verified_beyond_this_machine(conn, environment, options):
    wire = make_wire(conn, environment=environment, timeout=30.0, schema="s")
    found = {name: text for name, text in wire.options.items() if name.startswith("ssl")}
    assert found == options


def test_place_is_told_without_the_user():
    wire = make_wire("postgresql://ada@db.example/infra", environment={}, timeout=30.0, schema="s")
    assert wire.shown == "s in postgresql://db.example:5432/infra"


def test_state_is_named_by_its_directory_in_the_repository(tmp_path):
    (tmp_path / "infra" / ".git").mkdir(parents=True)
    (tmp_path / "infra" / "prod").mkdir()
    assert find_state_name(tmp_path / "infra" / "prod") == "prod/pools.state.json"
    assert find_state_name(tmp_path / "infra") == "pools.state.json"


def test_state_outside_of_a_repository_has_the_plain_name(tmp_path):
    assert find_state_name(tmp_path).endswith("pools.state.json")
