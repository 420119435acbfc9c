"""What is special about the history on this disk and in git: what it costs, and what it says after a kill or damage."""

import os

import pytest
from git_sites import call_git, make_clone, open_clone
from state_values import make_request, make_state
from test_state_history_contract import make_note, save_versions

from planner.core.desired import GitBackend
from planner.state.errors import DocumentError, StateFileError
from planner.state.stores import history
from planner.state.stores.local import history as local_history
from planner.state.stores.local.store import open_local_store

HISTORY = ".poolctl/history/pools.state.json"


@pytest.fixture
def store(tmp_path):
    return open_local_store(tmp_path, "pools.state.json")


def list_kept(directory):
    """Return the serials of the versions that are kept beside the present one."""
    return sorted(int(one.stem) for one in (directory / HISTORY).glob("*.json"))


def list_told(directory):
    return [
        (one.serial, one.note.receipt_id) for one in open_local_store(directory, "pools.state.json").load_versions()
    ]


def refuse(*_arguments, **_options):
    raise OSError(28, "No space left on device")


def test_a_run_of_a_thousand_saves_keeps_one_copy_and_one_note(store, tmp_path):
    save_versions(store, make_note("r-1"), *[make_note("r-2")] * 1000)
    assert list_kept(tmp_path) == [1]
    assert len((tmp_path / HISTORY / "saves.jsonl").read_text().split()) < 60
    assert list_told(tmp_path) == [(1001, "r-2"), (1, "r-1")]


def test_kept_version_is_no_copy_but_the_file_that_was_replaced(store, tmp_path):
    save_versions(store, make_note("r-1"))
    before = (tmp_path / "pools.state.json").stat().st_ino
    with store.acquire(make_request()):
        store.save(make_state(serial=2), make_note("r-2"))
    assert (tmp_path / HISTORY / "000000000001.json").stat().st_ino == before


def test_kept_versions_are_bounded_by_number_and_their_notes_stay(store, tmp_path, monkeypatch):
    monkeypatch.setattr(local_history, "KEPT_VERSIONS", 3)
    save_versions(store, *(make_note(f"r-{one}") for one in range(1, 7)))
    assert list_kept(tmp_path) == [3, 4, 5]
    assert [serial for serial, _ in list_told(tmp_path)] == [6, 5, 4, 3, 2, 1]


def test_kept_versions_are_bounded_by_size_but_for_the_newest_two(store, tmp_path, monkeypatch):
    monkeypatch.setattr(local_history, "KEPT_BYTES", 10)
    save_versions(store, *(make_note(f"r-{one}") for one in range(1, 6)))
    assert list_kept(tmp_path) == [3, 4]


def test_notes_are_bounded(store, tmp_path, monkeypatch):
    monkeypatch.setattr(local_history, "KEPT_NOTES", 1)
    save_versions(store, *(make_note(f"r-{one}", reason="x" * 700) for one in range(1, 4)))
    assert list_told(tmp_path) == [(3, "r-3")]


def test_hand_edit_of_the_state_does_not_reach_what_was_kept(store, tmp_path):
    save_versions(store, make_note("r-1"), make_note("r-2"))
    with (tmp_path / "pools.state.json").open("r+") as file:
        file.write("spoiled")
    assert open_local_store(tmp_path, "pools.state.json").load_version(1) == make_state(
        serial=1, applied_from="commit 1"
    )


def test_save_that_never_came_is_not_told(store, tmp_path, monkeypatch):
    save_versions(store, make_note("r-1"))
    monkeypatch.setattr("planner.state.stores.local.store.save_atomically", refuse)
    with store.acquire(make_request()), pytest.raises(OSError, match="No space"):
        store.save(make_state(serial=2), make_note("r-2"))
    assert list_told(tmp_path) == [(1, "r-1")]
    monkeypatch.undo()
    later = open_local_store(tmp_path, "pools.state.json")
    later.load()
    with later.acquire(make_request()):
        later.save(make_state(serial=2), make_note("r-3"))
    assert list_told(tmp_path) == [(2, "r-3"), (1, "r-1")]


def test_version_that_took_the_place_of_a_damaged_file_hides_no_other(store, tmp_path):
    save_versions(store, make_note("r-1"))
    (tmp_path / "pools.state.json").write_text("{", encoding="utf-8")
    later = open_local_store(tmp_path, "pools.state.json")
    with later.acquire(make_request()):
        with pytest.raises(DocumentError):
            later.load()
        later.save(make_state(serial=2), make_note("r-2"))
    assert list_told(tmp_path) == [(2, "r-2"), (1, "r-1")]


def test_state_that_cannot_be_kept_is_not_replaced(store, tmp_path, monkeypatch):
    save_versions(store, make_note("r-1"))
    with store.acquire(make_request()):
        monkeypatch.setattr(os, "link", refuse)
        with pytest.raises(StateFileError, match="disk is full"):
            store.save(make_state(serial=2), make_note("r-2"))
    assert store.load() == make_state(serial=1, applied_from="commit 1")


def test_file_system_without_links_keeps_copies(store, tmp_path, monkeypatch):
    def refuse_link(*_arguments, **_options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse_link)
    save_versions(store, make_note("r-1"), make_note("r-2"))
    assert store.load_version(1) == make_state(serial=1, applied_from="commit 1")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param('{"previous": 1, "lin', id="cut off"),
        pytest.param("[]", id="no object"),
        pytest.param('{"lineage": 1, "serial": "x"}', id="other types"),
        pytest.param('{"lineage": "l", "serial": -1}', id="no serial"),
        pytest.param("\x00\x1b", id="no text"),
    ],
)
def test_damaged_note_is_left_out_and_spoils_no_other(store, tmp_path, spoil):
    save_versions(store, make_note("r-1"))
    with (tmp_path / HISTORY / "saves.jsonl").open("a") as file:
        file.write(spoil)
    with store.acquire(make_request()):
        store.save(make_state(serial=2), make_note("r-2"))
    assert list_told(tmp_path) == [(2, "r-2"), (1, "r-1")]


def test_note_with_members_of_a_newer_version_is_read():
    text = '{"lineage": "l", "serial": 3, "who": "a@b", "mood": "good", "reason": 7}'
    found = history.parse_version(text)
    assert (found.serial, found.note) == (3, history.SaveNote(who="a@b"))


def test_directories_on_one_ref_have_a_history_each(tmp_path):
    clone = make_clone(tmp_path, "clone")
    call_git(clone, "config", "log.follow", "true")
    call_git(clone, "config", "log.showSignature", "true")
    for name, receipts in (("prod", ("r-1", "r-2")), ("[dev]", ("r-3",))):
        (clone / name).mkdir()
        save_versions(open_clone(clone / name), *map(make_note, receipts))
    found = {name: open_clone(clone / name).load_versions() for name in ("prod", "[dev]")}
    assert {name: [one.note.receipt_id for one in told] for name, told in found.items()} == {
        "prod": ["r-2", "r-1"],
        "[dev]": ["r-3"],
    }


def test_what_is_said_of_a_save_stands_in_its_commit(tmp_path):
    clone = make_clone(tmp_path, "clone")
    save_versions(open_clone(clone), make_note("r-1", reason="INC-12\nPoolctl-Who: mallory"))
    message = call_git(tmp_path / "remote.git", "log", "-1", "--format=%B", "poolctl-state")
    assert message.splitlines() == [
        "pools.state.json: serial 1 by ci@runner [skip ci]",
        "",
        f"Poolctl-Lineage: {make_state().lineage}",
        "Poolctl-Serial: 1",
        "Poolctl-Operation: apply",
        "Poolctl-Who: ci@runner",
        "Poolctl-When: 2026-11-23T07:38:23Z",
        r"Poolctl-Reason: INC-12\nPoolctl-Who: mallory",
        "Poolctl-Receipt-Id: r-1",
    ]


def test_commit_of_somebody_else_is_no_version(tmp_path):
    clone = make_clone(tmp_path, "clone")
    save_versions(open_clone(clone, backend=GitBackend()), make_note("r-1"))
    call_git(clone, "fetch", "--quiet", "origin", "poolctl-state")
    call_git(clone, "checkout", "--quiet", "FETCH_HEAD")
    (clone / "pools.state.json").write_text("{}")
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    call_git(clone, *who, "commit", "--quiet", "-am", "By hand\n\nPoolctl-Serial: 7")
    call_git(clone, "push", "--quiet", "origin", "HEAD:poolctl-state")
    assert [one.serial for one in open_clone(clone).load_versions()] == [1]
