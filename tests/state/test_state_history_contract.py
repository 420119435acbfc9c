"""What every store tells of the versions that were saved; one without a history tells nothing, and says so."""

import pytest
from state_values import make_request, make_state
from test_state_store_contract import STATE, STORES, Clock

from planner.state.stores.history import SavedVersion, SaveNote


@pytest.fixture(params=STORES)
def open_store(request, tmp_path):
    """Open one more store of the same state."""
    return lambda clock=None: request.param(tmp_path, clock or Clock())


@pytest.fixture
def store(open_store):
    return open_store()


HOSTILE = 'x\nPoolctl-Who: mallory\n\x1b[2J"\\ \u2028é\ud800 [skip ci]'


def make_note(receipt_id="", **members):
    texts = {"operation": "apply", "who": "ci@runner", "when": "2026-11-23T07:38:23Z", "receipt_id": receipt_id}
    return SaveNote(**texts | members)


def save_versions(store, *notes):
    """Save a state for each of ``notes``, with serials from 1."""
    with store.acquire(make_request()):
        store.load()
        for serial, note in enumerate(notes, start=1):
            store.save(make_state(serial=serial, applied_from=f"commit {serial}"), note)


def find_versions(store, *rows):
    """Return what the store is to tell of saves; nothing where it has no history."""
    lineage = make_state().lineage
    return tuple(SavedVersion(lineage=lineage, serial=serial, note=note) for serial, note in rows if store.has_history)


def find_state(store, serial):
    """Return the state that ``save_versions`` saved, where the store has a history."""
    return make_state(serial=serial, applied_from=f"commit {serial}") if store.has_history else None


def test_new_store_has_no_versions(store):
    assert store.load_versions() == ()
    assert store.load_version(1) is None


def test_what_was_saved_is_remembered_apart_from_a_shared_place(store):
    edit = make_note(operation="state mv", who="ann@desk")
    save_versions(store, make_note("r-1"), edit)
    seen = [(one.serial, one.note.operation) for one in store.load_seen()]
    assert seen[:1] == [(2, "state mv")] * store.is_remote


def test_who_only_looks_remembers_nothing_and_who_holds_the_lock_does(store, open_store):
    save_versions(store, make_note("r-1"))
    other = open_store()
    other.load()
    before = other.load_seen()
    other.load()
    assert other.load_seen() == before
    with other.acquire(make_request("lock-2")):
        other.load()
    assert [one.serial for one in other.load_seen()][:1] == [1] * other.is_remote


def test_each_save_is_a_version_with_its_note_newest_first(store, open_store):
    whole = make_note("r-1", reason="INC-12", commit="c0ffee", plan_digest="sha256:00")
    edit = make_note(operation="state mv", who="ann@desk")
    save_versions(store, whole, edit)
    assert open_store().load_versions() == find_versions(store, (2, edit), (1, whole))


def test_saves_of_one_run_are_one_version_the_last_of_them(store, open_store):
    run, other = make_note("r-1"), make_note("r-2")
    save_versions(store, run, run, run, other, other)
    found = open_store()
    assert found.load_versions() == find_versions(store, (5, other), (3, run))
    assert found.load_version(3) == find_state(store, 3)


def test_edits_are_never_taken_together(store, open_store):
    edit = make_note(operation="state mv")
    save_versions(store, edit, edit)
    assert open_store().load_versions() == find_versions(store, (2, edit), (1, edit))


def test_earlier_versions_are_loaded_whole_by_others(store, open_store):
    save_versions(store, make_note("r-1"), make_note("r-2"))
    found = [open_store().load_version(one) for one in (1, 2, 3)]
    assert found == [find_state(store, 1), find_state(store, 2), None]


def test_text_of_a_note_cannot_pass_for_another(store, open_store):
    note = make_note("r-1", reason=HOSTILE, who=HOSTILE, commit=HOSTILE)
    save_versions(store, note)
    assert open_store().load_versions() == find_versions(store, (1, note))


def test_save_of_which_nothing_is_said_is_a_version(store, open_store):
    with store.acquire(make_request()):
        store.save(STATE)
    assert open_store().load_versions() == find_versions(store, (1, SaveNote()))


def test_versions_are_told_while_somebody_holds_the_lock(store, open_store):
    note = make_note("r-1")
    save_versions(store, note)
    with store.acquire(make_request()):
        assert open_store().load_versions() == find_versions(store, (1, note))
