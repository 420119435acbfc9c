"""``lock status`` and ``force-unlock``, and what others see of a lock."""

import json

import pytest

from planner.state.locks.holders import LockRequest
from planner.state.stores.local.store import open_local_store

LOCK_ID = "5f0c7d1e-6c0b-4b7e-9d1f-2a3b4c5d6e7f"


@pytest.fixture
def held(applied, place):
    """Hold the lock of the state, as another run in the same directory would."""
    store = open_local_store(place, "pools.state.json")
    request = LockRequest(
        id=LOCK_ID, operation="apply", who="ci@host", created="2026-11-24T00:00:00Z", version="0.1.0", info="INC-12"
    )
    with store.acquire(request) as lock:
        yield lock


def test_nobody_holds_a_free_lock(poolctl, starter):
    assert poolctl("lock", "status").stdout == "Nobody holds the lock.\n"
    assert json.loads(poolctl("lock", "status", "-json").stdout)["held"] is False


def test_the_holder_is_shown_with_the_command_that_breaks_the_lock(poolctl, held):
    text = poolctl("lock", "status").stdout
    assert f"poolctl force-unlock {LOCK_ID}\n" in text
    assert [word for word in ("ci@host", "apply", "INC-12", "pools.state.json") if word not in text] == []


def test_the_holder_for_machines(poolctl, held):
    document = json.loads(poolctl("lock", "status", "-o", "json").stdout)
    assert document["held"] is True
    assert document["holder"]["id"] == LOCK_ID
    assert document["holder"]["path"] == "pools.state.json"


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "--auto-approve"],
        ["state", "mv", "pool.starter", "pool.b"],
        ["state", "rm", "pool.starter", "--auto-approve"],
    ],
)
def test_a_held_lock_stops_a_write_and_names_its_holder(poolctl, held, arguments):
    ended = poolctl(*arguments, "--lock-timeout", "1ms")
    assert ended.code == 1
    assert "[state.locked]" in ended.stderr
    assert "ci@host" in ended.stderr


def test_a_wait_for_the_lock_is_told(poolctl, held):
    ended = poolctl("state", "mv", "pool.starter", "pool.b", "-lock-timeout=200ms")
    assert ended.code == 1
    assert "Waiting up to 1s for the state lock: apply by ci@host" in ended.stderr


@pytest.mark.parametrize("arguments", [["plan"], ["drift"], ["show"], ["state", "list"]])
def test_reading_needs_no_lock(poolctl, held, arguments):
    assert poolctl(*arguments).code == 0


@pytest.mark.parametrize("options", [[], ["-force"], ["--auto-approve"]])
def test_a_lock_is_broken_by_its_id(poolctl, held, place, options):
    ended = poolctl("force-unlock", LOCK_ID, *options)
    assert (ended.code, ended.stderr) == (0, "")
    assert "apply by ci@host" in ended.stdout
    assert not (place / "pools.state.json.lock").exists()


def test_another_id_breaks_nothing(poolctl, held, place):
    ended = poolctl("force-unlock", "other")
    assert ended.code == 1
    assert "[state.other-lock]" in ended.stderr
    assert (place / "pools.state.json.lock").exists()


def test_a_lock_that_nobody_holds_cannot_be_broken(poolctl, starter):
    assert "[state.not-locked]" in poolctl("force-unlock", LOCK_ID).stderr
