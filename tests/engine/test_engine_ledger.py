"""The ledger: on the disk first, then in force; and which requests have no end on record."""

import os
from pathlib import Path

import pytest
from engine_changes import make_address, make_tracked

from planner.engine.journal import Journal, OperationEnded, OperationStarted, load_open_runs, open_journal
from planner.engine.ledger import Ledger
from planner.state.errors import StateFileError

POOL = make_address("a")
TRACKED = make_tracked("a-1")
STARTED = OperationStarted(address=POOL, number=1, method="PATCH", path="/p", body={}, time="t")
ENDED = OperationEnded(address=POOL, number=1, outcome="applied", detail="", time="t")


@pytest.fixture
def journal(tmp_path: Path):
    with open_journal(tmp_path, "run") as opened:
        yield opened


@pytest.fixture
def full_journal(tmp_path: Path):
    with Journal(tmp_path / "journal.jsonl", os.open("/dev/full", os.O_WRONLY)) as opened:
        yield opened


def test_what_is_recorded_is_found_and_in_the_journal(journal: Journal, tmp_path: Path):
    ledger = Ledger({}, journal)
    ledger.record(POOL, TRACKED)
    assert ledger.find(POOL) == TRACKED
    assert ledger.find_ids() == {POOL: "a-1"}
    assert [one.tracked for one in load_open_runs(tmp_path)[0].records] == [TRACKED]


def test_a_dropped_address_is_gone(journal: Journal):
    ledger = Ledger({POOL: TRACKED}, journal)
    ledger.record(POOL, None)
    ledger.record(POOL, None)
    assert (ledger.find(POOL), ledger.find_ids()) == (None, {})


def test_what_the_disk_refused_is_not_in_force(full_journal: Journal):
    ledger = Ledger({}, full_journal)
    with pytest.raises(StateFileError):
        ledger.record(POOL, TRACKED)
    assert (ledger.find(POOL), ledger.take_changed()) == (None, None)


def test_changes_are_taken_once(journal: Journal):
    ledger = Ledger({}, journal)
    assert ledger.take_changed() is None
    ledger.record(POOL, TRACKED)
    assert ledger.take_changed() == {POOL: TRACKED}
    assert ledger.take_changed() is None


def test_a_request_is_open_from_its_start_to_its_end(journal: Journal):
    ledger = Ledger({}, journal)
    assert not ledger.is_open(POOL)
    ledger.write(STARTED)
    assert ledger.is_open(POOL)
    ledger.write(ENDED)
    assert not ledger.is_open(POOL)


def test_a_start_that_could_not_be_written_opens_nothing(full_journal: Journal):
    ledger = Ledger({}, full_journal)
    with pytest.raises(StateFileError):
        ledger.write(STARTED)
    assert not ledger.is_open(POOL)
