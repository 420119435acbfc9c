"""What is special about a state on this disk: its files, links, damage, and holders that died."""

import errno
import json
import os

import pytest
from state_values import make_request, make_state, start_python
from test_state_store_contract import Clock

from planner.state.errors import DocumentError, StateChangedError, StateFileError
from planner.state.locks.errors import LockHeldError
from planner.state.locks.holders import format_holder
from planner.state.stores.local.store import open_local_store

LOCK = "pools.state.json.lock"
HELD = """
import sys, time
from pathlib import Path
from state_values import make_request
from planner.state.stores.local.store import open_local_store
store = open_local_store(Path(sys.argv[1]), "pools.state.json")
held = store.acquire(make_request(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path):
    return open_local_store(tmp_path, "pools.state.json", clock=Clock().read)


def open_quick(directory, path="pools.state.json"):
    clock = Clock()
    return open_local_store(directory, path, clock=clock.read, sleep=clock.sleep)


@pytest.fixture
def dead_holder(tmp_path):
    """A holder that was killed: its lock file is left behind."""
    with start_python(HELD, tmp_path, "dead-1") as child:
        assert child.stdout.readline() == "held\n"
        child.kill()
        child.communicate(timeout=60)
    return json.loads((tmp_path / LOCK).read_text())


def change_lock(tmp_path, holder, **members):
    (tmp_path / LOCK).write_text(json.dumps(holder | members))


def test_files_lie_beside_the_state(store, tmp_path):
    with store.acquire(make_request()):
        store.save(make_state())
        assert sorted(one.name for one in tmp_path.iterdir()) == [".poolctl", "pools.state.json", LOCK]
        assert (tmp_path / ".poolctl" / "pools.state.json.flock").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == [".poolctl", "pools.state.json"]


def test_opening_and_reading_write_nothing(store, tmp_path):
    assert store.load() is None
    assert store.find_holder() is None
    assert list(tmp_path.iterdir()) == []


def test_damaged_state_names_the_path_of_the_configuration(store, tmp_path):
    (tmp_path / "pools.state.json").write_text("{")
    with pytest.raises(DocumentError) as caught:
        store.load()
    assert caught.value.diagnostics[0].location.file == "pools.state.json"


def test_damaged_state_is_not_overwritten(store, tmp_path):
    (tmp_path / "pools.state.json").write_text("{")
    with store.acquire(make_request()), pytest.raises(StateChangedError):
        store.save(make_state())
    assert (tmp_path / "pools.state.json").read_text() == "{"


def test_file_that_somebody_edits_during_a_run_is_not_overwritten(store, tmp_path):
    with store.acquire(make_request()):
        store.save(make_state())
        (tmp_path / "pools.state.json").write_text("from git pull")
        with pytest.raises(StateChangedError) as caught:
            store.save(make_state(serial=2))
    assert (tmp_path / "pools.state.json").read_text() == "from git pull"
    assert "journal" in caught.value.diagnostics[0].detail


def test_two_names_of_one_state_share_its_lock(store, tmp_path):
    (tmp_path / "pools.state.json").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link.json").symlink_to("../pools.state.json")
    with store.acquire(make_request("lock-1")):
        with pytest.raises(LockHeldError):
            open_quick(tmp_path / "other", "link.json").acquire(make_request("lock-2"))
        with pytest.raises(LockHeldError):
            open_quick(tmp_path / "other", "../pools.state.json").acquire(make_request("lock-3"))


def test_state_in_another_directory_has_its_side_file_there(tmp_path):
    (tmp_path / "states").mkdir()
    with open_quick(tmp_path, "states/a.json").acquire(make_request()):
        assert (tmp_path / "states" / ".poolctl" / "a.json.flock").exists()


def test_killed_holder_gives_way_with_a_notice(store, dead_holder):
    told = []
    with store.acquire(make_request("lock-2", notify=told.append)) as held:
        assert held.holder.id == "lock-2"
        assert store.find_holder() == held.holder
    (notice,) = told
    assert notice == (
        "The lock of a process that is no longer running was taken over: apply by ci@runner "
        f"(process {dead_holder['pid']} on {dead_holder['host']}) since 2026-11-23T07:38:23Z"
    )


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"host": "elsewhere"}, id="of another host"),
        pytest.param({"boot_id": "00000000"}, id="of another boot"),
        pytest.param({"boot_id": ""}, id="of a boot that is not known"),
        pytest.param({"side_file": "1:1"}, id="whose side file was made anew"),
        pytest.param({"side_file": ""}, id="whose side file is not known"),
    ],
)
def test_holder_that_is_not_provably_dead_keeps_its_lock(tmp_path, dead_holder, members):
    change_lock(tmp_path, dead_holder, **members)
    with pytest.raises(LockHeldError) as caught:
        open_quick(tmp_path).acquire(make_request("lock-2"))
    assert caught.value.holder.id == "dead-1"
    assert (tmp_path / LOCK).exists()


def test_living_holder_whose_side_file_was_deleted_keeps_its_lock(store, tmp_path):
    with store.acquire(make_request("lock-1")):
        (tmp_path / ".poolctl" / "pools.state.json.flock").unlink()
        with pytest.raises(LockHeldError) as caught:
            open_quick(tmp_path).acquire(make_request("lock-2"))
    assert caught.value.holder.id == "lock-1"


def test_living_holder_whose_lock_was_broken_still_keeps_others_out(store, tmp_path):
    with store.acquire(make_request("lock-1")):
        open_quick(tmp_path).break_lock("lock-1")
        with pytest.raises(LockHeldError) as caught:
            open_quick(tmp_path).acquire(make_request("lock-2"))
        assert "its lock was broken while it went on" in caught.value.diagnostics[0].detail
    with open_quick(tmp_path).acquire(make_request("lock-3")):
        pass


def test_release_leaves_a_foreign_lock_alone(store, tmp_path):
    held = store.acquire(make_request("lock-1"))
    change_lock(tmp_path, {"id": "foreign-1"})
    held.release()
    assert store.find_holder().id == "foreign-1"


@pytest.mark.parametrize("text", ["", '{"id": "lo', "\xff\x00"])
def test_half_written_lock_is_held_until_its_made_up_id_is_broken(store, tmp_path, text):
    (tmp_path / LOCK).write_bytes(text.encode("latin-1"))
    with pytest.raises(LockHeldError) as caught:
        open_quick(tmp_path).acquire(make_request("lock-2"))
    store.break_lock(caught.value.holder.id)
    with store.acquire(make_request("lock-2")):
        assert store.find_holder().id == "lock-2"


def test_lock_that_cannot_be_written_is_not_held(store, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", fail)
        with pytest.raises(StateFileError) as caught:
            store.acquire(make_request("lock-1"))
    assert caught.value.diagnostics[0].code == "state.disk-full"
    assert not (tmp_path / LOCK).exists()
    with store.acquire(make_request("lock-2")):
        pass


@pytest.mark.parametrize("name", [LOCK, ".poolctl/pools.state.json.flock"])
def test_directory_in_place_of_a_lock_file_is_told(store, tmp_path, name):
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(StateFileError) as caught:
        open_quick(tmp_path).acquire(make_request())
    assert caught.value.diagnostics[0].code == "state.is-a-directory"


def test_link_in_place_of_the_side_file_is_not_followed(tmp_path):
    (tmp_path / ".poolctl").mkdir()
    (tmp_path / "target").write_text("")
    (tmp_path / ".poolctl" / "pools.state.json.flock").symlink_to("../target")
    with pytest.raises(StateFileError) as caught:
        open_quick(tmp_path).acquire(make_request())
    assert caught.value.diagnostics[0].code == "state.link-loop"


def test_missing_directory_is_told(tmp_path):
    store = open_quick(tmp_path / "no")
    assert store.load() is None
    with pytest.raises(StateFileError) as caught:
        store.acquire(make_request())
    assert caught.value.diagnostics[0].code == "state.missing"


def test_lock_put_back_after_it_changed_hands_in_between(store, tmp_path, monkeypatch):
    change_lock(tmp_path, {"id": "old-1"})
    real = os.rename

    def change_then_rename(source, target, **more):
        change_lock(tmp_path, {"id": "new-1"})
        real(source, target, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", change_then_rename)
        with pytest.raises(Exception, match="another id"):
            store.break_lock("old-1")
    assert store.find_holder().id == "new-1"
    assert sorted(one.name for one in tmp_path.iterdir()) == [LOCK]


def test_lock_released_by_its_holder_in_between_is_not_broken(store, tmp_path, monkeypatch):
    change_lock(tmp_path, {"id": "old-1"})
    real = os.rename

    def release_then_rename(source, target, **more):
        (tmp_path / LOCK).unlink()
        real(source, target, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", release_then_rename)
        with pytest.raises(Exception, match="another id"):
            store.break_lock("old-1")


def test_holder_text_is_what_is_on_the_disk(store, tmp_path):
    with store.acquire(make_request()) as held:
        assert (tmp_path / LOCK).read_text() == format_holder(held.holder)


def test_lock_that_cannot_be_given_back_is_told_and_hides_not_how_the_run_ended(store, tmp_path, monkeypatch):
    told = []

    def refuse(*_names, **_more):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched, store.acquire(make_request("lock-1", notify=told.append)):
        patched.setattr(os, "rename", refuse)
    (notice,) = told
    assert notice.startswith("The lock lock-1 could not be given back, and stands.")
    assert "Permission denied" in notice
    with open_quick(tmp_path).acquire(make_request("lock-2")) as held:
        assert held.holder.id == "lock-2"
