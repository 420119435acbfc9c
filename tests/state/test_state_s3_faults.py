"""The state in S3 where the store fails, refuses, forgets or lies: what is told, and what still holds."""

import sys

import pytest
from s3_proxy import CONDITIONS
from s3_sites import CREDENTIALS, KEY, find_keys, open_bucket, save
from state_values import make_request, make_state

from planner.core.desired import S3Backend
from planner.state.errors import StoreError
from planner.state.locks.errors import LockHeldError
from planner.state.stores.history import SaveNote
from planner.state.stores.s3.client import open_s3_client
from planner.state.stores.s3.store import open_s3_store


@pytest.mark.parametrize(
    "dropped",
    [
        pytest.param(CONDITIONS, id="all"),
        pytest.param(("if-none-match",), id="If-None-Match"),
        pytest.param(("if-match",), id="If-Match"),
    ],
)
def test_store_that_does_not_keep_conditions_is_refused_before_the_first_lock(meddling, meddled, s3_where, dropped):
    meddling.dropped = dropped
    with pytest.raises(StoreError, match="no conditional writes") as caught:
        meddled("a").acquire(make_request())
    assert "OBS" in caught.value.diagnostics[0].detail
    with pytest.raises(StoreError, match="no conditional writes"):
        meddled("a").probe()
    assert find_keys(s3_where) == []


def test_store_that_does_not_know_conditions_is_refused(meddling, meddled):
    body = b"<Error><Code>NotImplemented</Code><Message>A header \x1b[31m you provided</Message></Error>"
    meddling.refuse = lambda _method, _path, headers: (501, body) if headers.get("If-None-Match") else None
    with pytest.raises(StoreError, match="no conditional writes"):
        meddled("a").acquire(make_request())


def test_probe_of_a_store_with_conditions_leaves_nothing_behind(s3_store, s3_where):
    s3_store.probe()
    assert find_keys(s3_where) == []


def lose_first(part):
    """Lose the answer to the first write of a key that ends with ``part``."""
    left = [True]
    return lambda method, path: method == "PUT" and path.endswith(part) and bool(left and left.pop())


@pytest.mark.parametrize("part", [KEY, f"{KEY}.lock", "r-1.json", "saves.jsonl"])
def test_write_whose_answer_was_lost_is_no_lost_race(meddling, meddled, s3_where, part):
    store = meddled("a")
    save(store, 1, note=SaveNote(receipt_id="r-0"))
    meddling.lose = lose_first(part)
    with store.acquire(make_request("lock-2")):
        store.load()
        store.save(make_state(serial=2), SaveNote(receipt_id="r-1"))
        store.save_pending("x")
        store.save_receipt("r-1", "{}")
        store.save(make_state(serial=3), SaveNote(receipt_id="r-1"))
    found = open_bucket(where=s3_where, directory=store._place.side_path.parents[1])
    assert (found.load().serial, found.load_pending(), found.find_holder()) == (3, "x", None)
    assert [one.serial for one in found.load_versions()] == [3, 1]


def test_save_goes_on_after_a_write_that_arrived_though_the_store_was_away(meddling, meddled):
    store = meddled("a")
    with store.acquire(make_request()):
        store.load()
        meddling.lose = lambda method, path: method == "PUT" and path.endswith(KEY)
        with pytest.raises(StoreError, match="cannot be reached"):
            store.save(make_state(serial=1))
        meddling.lose = lambda _method, _path: False
        store.save(make_state(serial=2))
    assert store.load().serial == 2


def test_lock_is_held_on_after_a_heartbeat_without_an_answer(meddling, meddled):
    store = meddled("a")
    with store.acquire(make_request()) as held:
        meddling.lose = lambda _method, path: path.endswith(".lock")
        with pytest.raises(StoreError):
            held.renew()
        meddling.lose = lambda _method, _path: False
        held.renew()
        store.load()
        store.save(make_state(serial=1))
    assert store.find_holder() is None


@pytest.mark.parametrize("status", [429, 500, 503, 409])
def test_call_that_fails_in_passing_is_made_again(meddling, meddled, status):
    left = [(status, b"<Error><Code>SlowDown</Code></Error>")] * 2
    meddling.refuse = lambda *_: left.pop() if left else None
    store = meddled("a")
    save(store, 1)
    assert (store.load().serial, left) == (1, [])


def test_store_that_is_away_is_told_with_the_way_on(meddling, meddled):
    store = meddled("a")
    with store.acquire(make_request()):
        store.load()
        meddling.refuse = lambda *_: (503, b"")
        with pytest.raises(StoreError) as caught:
            store.save(make_state(serial=2))
        meddling.refuse = lambda *_: None
    detail = caught.value.diagnostics[0].detail
    assert "journal" in detail
    assert "poolctl plan" in detail


SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIA-very-known",
    "AWS_SECRET_ACCESS_KEY": "hunter2hunter2",
    "AWS_SESSION_TOKEN": "t" * 40,
}


def test_store_that_answers_with_what_it_was_sent_tells_no_credential(meddling, meddled, monkeypatch):
    for name, text in SECRETS.items():
        monkeypatch.setenv(name, text)
    body = "".join(SECRETS.values())
    meddling.refuse = lambda *_: (403, f"<Error><Code>No</Code><Message>\u202e{body}</Message></Error>".encode())
    store = meddled("a")
    with pytest.raises(StoreError, match="refuses") as caught:
        store.load()
    told = f"{caught.value.diagnostics} {store._objects._client!r}"
    assert not [text for text in SECRETS.values() if text in told]
    assert "No (status 403): \\u202e***" in caught.value.diagnostics[0].detail


def test_bucket_that_is_not_there_is_told(s3_where, tmp_path):
    missing = S3Backend(bucket="nowhere-at-all", key=KEY, region=s3_where.region, endpoint=s3_where.endpoint)
    with pytest.raises(StoreError, match="refuses") as caught:
        open_bucket(tmp_path, missing).load()
    assert "NoSuchBucket" in caught.value.diagnostics[0].detail


def test_missing_credentials_are_told(s3_where, tmp_path, monkeypatch):
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StoreError, match="no credentials") as caught:
        open_s3_store(tmp_path, open_s3_client(s3_where)).load()
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.diagnostics[0].detail


def test_profile_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StoreError, match="cannot be used") as caught:
        open_s3_client(S3Backend(bucket="b", key="k"))
    assert "nobody" in caught.value.diagnostics[0].detail


def test_missing_extra_is_told_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "boto3.session")
    with pytest.raises(StoreError, match="not installed") as caught:
        open_s3_client(S3Backend(bucket="b", key="k", region="eu-central-1"))
    assert "pip install 'poolctl[s3]'" in caught.value.diagnostics[0].detail


@pytest.mark.parametrize(
    ("where", "variables", "host"),
    [
        pytest.param(
            S3Backend(bucket="b", key="k", region="eu-central-1"), {}, "s3.eu-central-1.amazonaws.com", id="AWS"
        ),
        pytest.param(
            S3Backend(bucket="b", key="k", endpoint="https://s3.example:9000"),
            {},
            "s3.example",
            id="endpoint of the files",
        ),
        pytest.param(
            S3Backend(bucket="b", key="k"),
            {"AWS_ENDPOINT_URL_S3": "https://s3.example"},
            "s3.example",
            id="of the environment",
        ),
        pytest.param(
            S3Backend(bucket="b", key="k", endpoint="https://s3.example"),
            {"AWS_ENDPOINT_URL": "https://other.example"},
            "s3.example",
            id="files before the environment",
        ),
    ],
)
def test_client_calls_the_host_that_is_asked_for(where, variables, host, monkeypatch):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert open_s3_client(where).host == host


LISTED = b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"


@pytest.mark.parametrize(
    ("body", "ask"),
    [
        pytest.param(b"hello", lambda store: store.load(), id="an object without its tag"),
        pytest.param(LISTED, lambda store: store.load_receipts(), id="a list without its rest"),
    ],
)
def test_server_of_another_kind_that_says_yes_to_everything_is_told(meddling, meddled, body, ask):
    meddling.refuse = lambda *_: (200, body)
    with pytest.raises(StoreError, match="refuses") as caught:
        ask(meddled("a"))
    assert "it is no store of this kind" in caught.value.diagnostics[0].detail


def test_bucket_of_one_name_at_two_stores_has_two_side_files(s3_store, meddled, tmp_path):
    with s3_store.acquire(make_request("lock-1")), pytest.raises(LockHeldError, match="somebody else"):
        meddled("a").acquire(make_request("lock-2"))
    assert len([*(tmp_path / "a" / ".poolctl").glob("*.flock")]) == 2
