"""What stands beside a state in git: each state has its own, and finds what earlier versions shared between two."""

import json

import pytest
from git_sites import call_git, make_clone, open_clone
from state_values import make_request, make_state

from planner.core.desired import GitBackend
from planner.state.stores.git.remote import RefMove

REF = "refs/heads/poolctl-state"
OLD_PENDING = "x.pending.jsonl"
OLD_RECEIPT = "x.receipts/old.json"


def record(lineage):
    return json.dumps({"record": "run_started", "lineage": lineage}) + "\n"


@pytest.fixture
def clone(tmp_path):
    return make_clone(tmp_path, "clone")


def open_path(clone, path):
    return open_clone(clone, backend=GitBackend(path=path))


def begin(store, lineage):
    """Save a first state of ``lineage`` and leave the lock to the caller."""
    lock = store.acquire(make_request(f"lock-{lineage}"))
    store.load()
    store.save(make_state(serial=1, lineage=lineage))
    return lock


def begin_both(clone):
    stores = {path: open_path(clone, path) for path in ("x", "x.json")}
    for path, store in stores.items():
        with begin(store, f"lineage of {path}"):
            pass
    return stores


def leave(store, files):
    """Let ``files`` be on the ref, as an earlier version left them."""
    with store.acquire(make_request("lock-old")) as lock:
        store.load()
        tip = store._loaded.tip
        data = {path: text.encode() for path, text in files.items()}
        lock.push(RefMove(ref=REF, old=tip, new=store._remote.make_commit(tip, data, message="old")))
        store.load()


def list_files(clone):
    names = call_git(clone, "ls-tree", "-r", "--name-only", "origin/poolctl-state").split()
    return sorted(set(names) - {".poolctl-state", "x", "x.json"})


def take(clone, path):
    """Return what a run of ``path`` was about to send, and its receipts, as a new process finds them."""
    store = open_path(clone, path)
    store.load()
    return store.load_pending(), store.load_receipts()


@pytest.mark.parametrize(("path", "other"), [("x", "x.json"), ("x.json", "x"), ("x.json", "x.json.json")])
def test_two_states_share_no_record_of_a_run_and_no_receipt(clone, path, other):
    for number, one in enumerate((path, other)):
        store = open_path(clone, one)
        with begin(store, f"lineage-{number}"):
            store.save_pending(record(f"lineage-{number}"))
            store.save_receipt(f"r{number}", record(f"lineage-{number}"))
    assert take(clone, path) == (record("lineage-0"), {"r0": record("lineage-0")})
    assert take(clone, other) == (record("lineage-1"), {"r1": record("lineage-1")})
    store = open_path(clone, other)
    with store.acquire(make_request("lock-2")):
        store.load()
        store.save_pending("")
    assert [take(clone, one)[0] for one in (path, other)] == [record("lineage-0"), ""]


@pytest.mark.parametrize("path", ["x", "x.json"])
def test_what_an_earlier_version_left_of_the_only_state_is_found_and_settled(clone, path):
    store = open_path(clone, path)
    with begin(store, "a"):
        pass
    leave(store, {OLD_PENDING: record("a"), OLD_RECEIPT: record("a")})
    assert take(clone, path) == (record("a"), {"old": record("a")})
    with store.acquire(make_request("lock-1")):
        store.load()
        store.save_pending("")
        store.save_receipt("new", record("a"))
    assert take(clone, path) == ("", {"new": record("a"), "old": record("a")})
    assert OLD_PENDING not in list_files(clone)


@pytest.mark.parametrize(("owner", "other"), [("x", "x.json"), ("x.json", "x")])
def test_what_an_earlier_version_left_of_two_states_goes_by_its_lineage(clone, owner, other):
    stores = begin_both(clone)
    left = record(f"lineage of {owner}")
    leave(stores[other], {OLD_PENDING: left, OLD_RECEIPT: left})
    assert take(clone, owner) == (left, {"old": left})
    assert take(clone, other) == ("", {})


@pytest.mark.parametrize("text", ["", record("lineage of x.json")])
@pytest.mark.parametrize(("owner", "other"), [("x", "x.json"), ("x.json", "x")])
def test_a_run_of_one_state_takes_nothing_from_the_other(clone, owner, other, text):
    stores = begin_both(clone)
    left = record(f"lineage of {owner}")
    leave(stores[other], {OLD_PENDING: left})
    with stores[other].acquire(make_request("lock-1")):
        stores[other].load()
        stores[other].save_pending(text.replace("x.json", other))
    assert take(clone, owner)[0] == left
    assert take(clone, other)[0] == text.replace("x.json", other)


@pytest.mark.parametrize("path", [".json", "prod/.json", "x y/ü"])
def test_odd_names_have_side_files_too(clone, path):
    store = open_path(clone, path)
    with begin(store, "a"):
        store.save_pending(record("a"))
        store.save_receipt("r", "{no json")
    assert take(clone, path) == (record("a"), {"r": "{no json"})
