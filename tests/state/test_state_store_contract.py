"""What every store does; a new store joins by one line in ``STORES``."""

import itertools
from dataclasses import dataclass, field

import pytest
from git_sites import make_clone, open_clone
from http_state_server import find_site, open_at
from postgres_site import make_backend, open_in
from s3_sites import make_bucket, open_bucket
from state_values import make_request, make_state, make_tracked

from planner.core.addresses import Address
from planner.state.errors import StateChangedError
from planner.state.locks.errors import LockHeldError, LockLostError
from planner.state.stores.local.store import open_local_store

STATE = make_state(serial=1, resources={Address(kind="pool", name="a"): make_tracked("a-1", last_applied={"n": 1})})


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)
    on_sleep: object = None

    def read(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds
        (self.on_sleep or (lambda: None))()


def open_local(place, clock):
    return open_local_store(place, "pools.state.json", clock=clock.read, sleep=clock.sleep)


def open_git_of(clone):
    """Open the store of a clone of the remote beside the place; both are made where they are missing."""

    def open_one(place, clock):
        return open_clone(make_clone(place, clone), clock=clock.read, sleep=clock.sleep)

    return open_one


def open_git_anywhere(directory):
    """Open each store in ``directory`` of another clone, as on another machine."""
    numbers = itertools.count()

    def open_next(place, clock):
        where = make_clone(place, f"clone{next(numbers)}") / directory
        where.mkdir(parents=True)
        return open_clone(where, clock=clock.read, sleep=clock.sleep)

    return open_next


def open_http(*, is_gitlab=False, one_directory=False):
    """Open each store in a directory of its own, as on another machine, or all in one."""
    numbers = itertools.count()

    def open_next(place, clock):
        directory = place / ("directory" if one_directory else f"directory{next(numbers)}")
        return open_at(find_site(place, is_gitlab=is_gitlab), directory, clock=clock.read, sleep=clock.sleep)

    return open_next


def open_s3(*, one_directory=False):
    """Open each store in a directory of its own, or all in one, beside the bucket of the place."""
    numbers = itertools.count()

    def open_next(place, clock):
        directory = place / ("machine" if one_directory else f"machine{next(numbers)}")
        return open_bucket(directory, make_bucket(place), clock=clock.read, sleep=clock.sleep)

    return open_next


def open_postgres():
    """Open each store in a directory of its own, as on another machine."""
    numbers = itertools.count()

    def open_next(place, clock):
        directory = place / f"directory{next(numbers)}"
        return open_in(directory, make_backend(place), clock=clock.read, sleep=clock.sleep)

    return open_next


STORES = [
    pytest.param(open_local, id="local"),
    pytest.param(open_git_of("clone"), id="git-one-clone"),
    pytest.param(open_git_anywhere("envs/prod"), id="git-many-clones"),
    pytest.param(open_http(one_directory=True), id="http-one-directory"),
    pytest.param(open_http(is_gitlab=True), id="http-gitlab-many-directories"),
    pytest.param(open_s3(one_directory=True), id="s3-one-machine"),
    pytest.param(open_s3(), id="s3-many-machines"),
    pytest.param(open_postgres(), id="postgres"),
]


@pytest.fixture(params=STORES)
def open_store(request, tmp_path):
    """Open one more store of the same state."""
    return lambda clock=None: request.param(tmp_path, clock or Clock())


@pytest.fixture
def store(open_store):
    return open_store()


def test_new_store_holds_nothing(store):
    assert store.load() is None
    assert store.find_holder() is None


def test_saved_state_is_loaded_by_others(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
    assert open_store().load() == STATE


def test_state_is_saved_again_and_again_under_one_lock(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
        store.save(make_state(serial=2))
        store.save(make_state(serial=3))
    assert open_store().load() == make_state(serial=3)


def test_saving_without_the_lock_is_refused(store):
    with pytest.raises(LockLostError, match="without its lock"):
        store.save(STATE)
    assert store.load() is None


def test_saving_after_the_release_is_refused(store):
    with store.acquire(make_request()):
        store.save(STATE)
    with pytest.raises(LockLostError):
        store.save(make_state(serial=2))
    assert store.load() == STATE


def test_saving_after_the_lock_was_broken_is_refused(store, open_store):
    with store.acquire(make_request("lock-1")):
        open_store().break_lock("lock-1")
        with pytest.raises(LockLostError, match="is gone"):
            store.save(STATE)
    assert store.load() is None


def test_state_that_was_never_read_is_not_overwritten(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
    late = open_store()
    with late.acquire(make_request()), pytest.raises(StateChangedError):
        late.save(make_state(serial=9))
    assert late.load() == STATE


def test_state_that_changed_after_it_was_read_is_not_overwritten(store, open_store):
    early = open_store()
    early.load()
    with store.acquire(make_request()):
        store.save(STATE)
    with early.acquire(make_request()), pytest.raises(StateChangedError):
        early.save(make_state(serial=9))
    assert early.load() == STATE


def test_holder_is_told_to_others(store, open_store):
    with store.acquire(make_request("lock-1", info="INC-12")) as held:
        holder = open_store().find_holder()
    assert holder == held.holder
    assert (holder.id, holder.operation, holder.who, holder.info) == ("lock-1", "apply", "ci@runner", "INC-12")
    assert (holder.created, holder.version) == ("2026-11-23T07:38:23Z", "0.1.0")
    assert holder.host
    assert holder.pid > 0


def test_second_taker_learns_who_holds_the_lock(store, open_store):
    with store.acquire(make_request("lock-1")), pytest.raises(LockHeldError) as caught:
        open_store().acquire(make_request("lock-2"))
    assert caught.value.holder.id == "lock-1"
    assert "  ID:        lock-1\n" in caught.value.diagnostics[0].detail


def test_lock_can_be_taken_after_its_release(store, open_store):
    store.acquire(make_request("lock-1")).release()
    with open_store().acquire(make_request("lock-2")) as held:
        assert held.holder.id == "lock-2"
    assert store.find_holder() is None


def test_releasing_twice_releases_nobody_elses_lock(store, open_store):
    held = store.acquire(make_request("lock-1"))
    held.release()
    with open_store().acquire(make_request("lock-2")):
        held.release()
        assert store.find_holder().id == "lock-2"


def test_lock_is_released_when_its_block_fails(store):
    with pytest.raises(KeyError), store.acquire(make_request()):
        raise KeyError
    assert store.find_holder() is None


def test_waiting_ends_when_the_lock_is_released(store, open_store):
    held = store.acquire(make_request("lock-1"))
    clock, told = Clock(), []
    clock.on_sleep = held.release
    with open_store(clock).acquire(make_request("lock-2", timeout=30, notify=told.append)) as mine:
        assert mine.holder.id == "lock-2"
    (notice,) = told
    assert notice == (
        f"Waiting up to 30s for the state lock: apply by ci@runner (process {held.holder.pid} on {held.holder.host}) "
        "since 2026-11-23T07:38:23Z"
    )


def test_waiting_backs_off_and_ends_at_the_timeout(store, open_store):
    clock, told = Clock(), []
    with store.acquire(make_request("lock-1")), pytest.raises(LockHeldError):
        open_store(clock).acquire(make_request("lock-2", timeout=20, notify=told.append))
    assert sum(clock.pauses) == pytest.approx(20)
    assert clock.pauses[:3] == pytest.approx([0.1, 0.2, 0.4])
    assert max(clock.pauses) <= 5
    assert len(told) == 1


def test_lock_is_broken_by_its_exact_id(store, open_store):
    with store.acquire(make_request("lock-1")) as held:
        assert open_store().break_lock("lock-1") == held.holder
        assert store.find_holder() is None


@pytest.mark.parametrize("lock_id", ["lock-", "lock-11", "LOCK-1", ""])
def test_another_id_breaks_nothing(store, open_store, lock_id):
    with store.acquire(make_request("lock-1")):
        with pytest.raises(LockLostError, match="another id"):
            open_store().break_lock(lock_id)
        assert store.find_holder().id == "lock-1"


def test_receipts_are_loaded_by_others_oldest_first(store, open_store):
    with store.acquire(make_request()):
        store.save_receipt("20260102T000000000Z-b", "{}")
        store.save_receipt("20260101T000000000Z-a", "{ }")
        store.save_receipt("20260102T000000000Z-b", "{\n}")
    found = open_store().load_receipts()
    assert [*found.items()] == [("20260101T000000000Z-a", "{ }"), ("20260102T000000000Z-b", "{\n}")]


def test_receipts_need_the_lock(store):
    with pytest.raises(LockLostError):
        store.save_receipt("a", "{}")
    assert store.load_receipts() == {}


@pytest.mark.parametrize("receipt_id", ["", "../a", "a/b", ".hidden", "-x"])
def test_id_of_a_receipt_names_no_other_file(store, receipt_id):
    with store.acquire(make_request()), pytest.raises(ValueError, match="receipt"):
        store.save_receipt(receipt_id, "{}")


def test_saving_after_a_receipt_is_no_lost_race(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
        store.save_receipt("a", "{}")
        store.save(make_state(serial=2))
    assert open_store().load() == make_state(serial=2)


def test_held_lock_is_good_for_the_next_request(store):
    with store.acquire(make_request()) as held:
        held.require(1.0)
    assert store.find_holder() is None


def test_what_is_pending_is_kept_where_the_journal_is_on_another_disk(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
        store.save_pending("about to send\n")
        assert open_store().load_pending() == ("about to send\n" if store.is_remote else "")
        store.save_pending("")
    assert open_store().load_pending() == ""


def test_lock_that_is_not_there_cannot_be_broken(store):
    with pytest.raises(LockLostError, match="not locked"):
        store.break_lock("lock-1")
