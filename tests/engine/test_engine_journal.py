"""The journal: durable line by line, readable after a kill at any byte, and enough to rebuild the state."""

import errno
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.tracking import TrackedResource
from planner.engine.journal import (
    ChangeEnded,
    OperationEnded,
    OperationStarted,
    RunEnded,
    RunStarted,
    close_run,
    find_unsettled,
    load_open_runs,
    open_journal,
    replay,
)
from planner.engine.journal_records import RecordError, format_record, parse_record
from planner.state.errors import DocumentError, StateFileError

ROOT = Path(__file__).resolve().parents[2]
TIME = "2026-11-23T07:38:23Z"
POOL = Address(kind="pool", name="a")
OTHER = Address(kind="pool", name="team", key="é b")
TRACKED = TrackedResource(
    id="a-86c1", last_applied={"spec": {"n": [1, 1.0, None]}}, last_seen={"phase": "Running"}, created_entries=("gpu",)
)
STARTED = RunStarted(run_id="r1", plan_digest="sha256:p", who="ci@runner", lineage="l", serial=3, time=TIME)
FIRST = OperationStarted(address=POOL, number=1, method="PATCH", path="/v2/p/pools/a", body={"spec": {}}, time=TIME)
SECOND = OperationStarted(address=OTHER, number=1, method="DELETE", path="/v2/p/pools/b", body=None, time=TIME)
FIRST_ENDED = OperationEnded(
    address=POOL, number=1, outcome="applied", detail="", time=TIME, service_date="Mon, 23 Nov 2026 07:38:23 GMT"
)
CHANGED = ChangeEnded(address=POOL, tracked=TRACKED)
DROPPED = ChangeEnded(address=OTHER, tracked=None)
RECORDS = (STARTED, FIRST, FIRST_ENDED, CHANGED, SECOND, DROPPED)

TEXTS = st.text(st.characters(), max_size=6) | st.sampled_from(["\ud800", "\n", "\u2028", '{"record": "run_ended"'])
TREES = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2), max_size=3
)
ADDRESSES = st.sampled_from([POOL, OTHER])
KNOWN = st.builds(TrackedResource, id=st.uuids().map(str), last_applied=TREES, last_seen=TREES, waiting=TEXTS)
RUN_STARTS = st.builds(
    RunStarted, run_id=TEXTS, plan_digest=TEXTS, who=TEXTS, lineage=TEXTS, serial=st.integers(), time=TEXTS
)
STARTS = st.builds(
    OperationStarted,
    address=ADDRESSES,
    number=st.integers(1, 2),
    method=TEXTS,
    path=TEXTS,
    body=st.none() | TREES,
    time=TEXTS,
)
ENDS = st.builds(
    OperationEnded,
    address=ADDRESSES,
    number=st.integers(1, 2),
    outcome=st.sampled_from(["applied", "waiting", "failed", "uncertain", "skipped"]),
    detail=TEXTS,
    time=TEXTS,
    service_date=TEXTS,
)
CHANGE_ENDS = st.builds(ChangeEnded, address=ADDRESSES, tracked=st.none() | KNOWN)
ANY_RECORD = RUN_STARTS | STARTS | ENDS | CHANGE_ENDS | st.builds(RunEnded, time=TEXTS)


def write_run(directory, *records, run_id="r1"):
    with open_journal(directory, run_id) as journal:
        written = [journal.write(record) for record in records]
    assert written == [None] * len(records)
    return journal.path


def load_run(directory):
    (run,) = load_open_runs(directory)
    return run


@settings(deadline=None)
@given(record=ANY_RECORD)
def test_every_record_survives_its_line(record):
    line = format_record(record)
    assert line.isascii()
    assert "\n" not in line
    assert parse_record(line) == record


def test_directory_without_journals_has_no_open_runs(tmp_path):
    assert load_open_runs(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_records_come_back_in_order(tmp_path):
    path = write_run(tmp_path, *RECORDS)
    run = load_run(tmp_path)
    assert path == tmp_path / ".poolctl" / "journal" / "r1.jsonl"
    assert (run.path, run.records, run.started, run.diagnostics) == (path, RECORDS, STARTED, ())


def test_line_is_one_json_object_that_names_its_record_first(tmp_path):
    path = write_run(tmp_path, SECOND)
    assert path.read_text() == (
        '{"record": "operation_started", "address": "pool.team[\\"\\u00e9 b\\"]", "number": 1, "method": "DELETE", '
        '"path": "/v2/p/pools/b", "body": null, "time": "2026-11-23T07:38:23Z", "tracked": null, "service_date": ""}\n'
    )


def test_run_with_an_end_is_not_open(tmp_path):
    write_run(tmp_path, *RECORDS, RunEnded(time=TIME), run_id="r1")
    write_run(tmp_path, STARTED, run_id="r2")
    assert [run.path.name for run in load_open_runs(tmp_path)] == ["r2.jsonl"]


def test_detail_that_looks_like_an_end_ends_nothing(tmp_path):
    write_run(tmp_path, replace(FIRST_ENDED, detail='\n{"record": "run_ended", "time": ""}'))
    assert len(load_open_runs(tmp_path)) == 1


def test_run_that_is_being_written_is_told_apart(tmp_path):
    with open_journal(tmp_path, "r1") as journal:
        journal.write(STARTED)
        assert load_run(tmp_path).is_running
    assert not load_run(tmp_path).is_running


def test_settled_run_is_closed(tmp_path):
    path = write_run(tmp_path, *RECORDS)
    close_run(path, time=TIME)
    assert load_open_runs(tmp_path) == ()
    assert parse_record(path.read_text().splitlines()[-1]) == RunEnded(time=TIME)


def test_torn_run_is_closed_without_its_torn_line(tmp_path):
    path = write_run(tmp_path, STARTED)
    path.write_bytes(path.read_bytes() + b'{"record": "oper')
    close_run(path, time=TIME)
    assert [parse_record(line) for line in path.read_text().splitlines()] == [STARTED, RunEnded(time=TIME)]


def test_run_killed_before_its_first_record_is_open_and_empty(tmp_path):
    write_run(tmp_path)
    run = load_run(tmp_path)
    assert (run.records, run.started, run.diagnostics) == ((), None, ())


LINES = "".join(format_record(record) + "\n" for record in RECORDS)


@settings(deadline=None, max_examples=150)
@given(length=st.integers(0, len(LINES)))
def test_journal_cut_at_any_byte_tells_what_was_complete(tmp_path_factory, length):
    directory = tmp_path_factory.mktemp("cut")
    path = write_run(directory)
    path.write_text(LINES[:length])
    run = load_run(directory)
    complete = LINES[:length].count("\n")
    assert run.records == RECORDS[:complete]
    assert [one.code for one in run.diagnostics] == ["journal.torn"] * (
        not LINES[:length].endswith("\n") and length > 0
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("garbage", "not JSON", id="no JSON"),
        pytest.param("", "not JSON", id="empty line"),
        pytest.param("[1]", "no record", id="a list"),
        pytest.param('{"record": "run_paused"}', "no record", id="unknown record"),
        pytest.param('{"record": "run_ended", "time": "", "more": 1}', "no record", id="member too many"),
        pytest.param('{"record": "run_ended"}', "no record", id="member missing"),
        pytest.param('{"record": "run_ended", "time": 1}', "its time is of the wrong type", id="time that is a number"),
        pytest.param('{"record": "change_ended", "address": "x", "tracked": null}', "its address", id="bad address"),
        pytest.param(
            '{"record": "change_ended", "address": 1, "tracked": null}', "its address", id="address that is a number"
        ),
        pytest.param(
            '{"record": "change_ended", "address": "pool.a", "tracked": {}}', "tracked resource", id="bad resource"
        ),
        pytest.param("[" * 100_000, "not JSON", id="endless nesting"),
    ],
)
def test_garbage_in_the_middle_is_an_error_with_file_and_line(tmp_path, line, words):
    path = write_run(tmp_path, STARTED)
    path.write_text(f"{format_record(STARTED)}\n{line}\n{format_record(FIRST)}\n")
    with pytest.raises(DocumentError) as caught:
        load_open_runs(tmp_path)
    (fault,) = caught.value.diagnostics
    assert (fault.location.file, fault.location.line) == (str(path), 2)
    assert words in fault.detail


def test_number_that_is_a_bool_is_refused():
    with pytest.raises(RecordError, match="number"):
        parse_record(json.dumps(json.loads(format_record(FIRST)) | {"number": True}))


def test_operations_without_an_end_are_unsettled(tmp_path):
    write_run(tmp_path, STARTED, FIRST, SECOND, FIRST_ENDED)
    assert find_unsettled(load_run(tmp_path)) == (SECOND,)


@pytest.mark.parametrize(
    ("records", "unsettled"),
    [
        pytest.param((), (), id="nothing started"),
        pytest.param((FIRST,), (FIRST,), id="started"),
        pytest.param((FIRST, FIRST_ENDED), (), id="ended"),
        pytest.param((FIRST, replace(FIRST_ENDED, outcome="failed")), (), id="failed"),
        pytest.param((FIRST, replace(FIRST_ENDED, outcome="uncertain")), (FIRST,), id="ended as uncertain"),
        pytest.param((FIRST, replace(FIRST_ENDED, outcome="uncertain"), FIRST_ENDED), (), id="uncertain, then read"),
        pytest.param(
            (FIRST, FIRST_ENDED, replace(FIRST, time="later")), (replace(FIRST, time="later"),), id="sent again"
        ),
        pytest.param(
            (FIRST, replace(FIRST, number=2), FIRST_ENDED), (replace(FIRST, number=2),), id="second of a change"
        ),
    ],
)
def test_unsettled_operations_are_those_without_a_known_outcome(tmp_path, records, unsettled):
    write_run(tmp_path, STARTED, *records)
    assert find_unsettled(load_run(tmp_path)) == unsettled


def test_replay_adds_replaces_and_drops(tmp_path):
    write_run(tmp_path, *RECORDS)
    before = {OTHER: TRACKED, POOL: replace(TRACKED, waiting="nodes"), Address(kind="network", name="n"): TRACKED}
    assert replay(before, load_run(tmp_path)) == {POOL: TRACKED, Address(kind="network", name="n"): TRACKED}
    assert before[OTHER] == TRACKED


@settings(deadline=None, max_examples=40)
@given(records=st.lists(ANY_RECORD.filter(lambda one: not isinstance(one, RunEnded)), max_size=8))
def test_replaying_twice_is_replaying_once(tmp_path_factory, records):
    directory = tmp_path_factory.mktemp("replay")
    write_run(directory, *records)
    run = load_run(directory)
    once = replay({POOL: TRACKED}, run)
    assert replay(once, run) == once


def test_run_id_is_used_once(tmp_path):
    write_run(tmp_path, STARTED)
    with pytest.raises(StateFileError):
        open_journal(tmp_path, "r1")


@pytest.mark.parametrize("run_id", ["", "../r1", "a/b", ".hidden", "a\n", "x" * 101])
def test_run_id_cannot_leave_its_directory(tmp_path, run_id):
    with pytest.raises(ValueError, match="not a run id"):
        open_journal(tmp_path, run_id)


def test_closed_journal_takes_no_record(tmp_path):
    journal = open_journal(tmp_path, "r1")
    journal.close()
    journal.close()
    with pytest.raises(StateFileError):
        journal.write(STARTED)


def test_every_record_is_synced_before_write_returns(tmp_path, monkeypatch):
    synced = []
    real = os.fsync

    def watch(descriptor):
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    with open_journal(tmp_path, "r1") as journal, monkeypatch.context() as patched:
        patched.setattr(os, "fsync", watch)
        journal.write(STARTED)
        journal.write(FIRST)
    assert synced == [len(format_record(STARTED)) + 1, len(format_record(STARTED)) + len(format_record(FIRST)) + 2]


def test_record_that_fits_in_part_is_cut_off_by_the_next(tmp_path, monkeypatch):
    real = os.write

    def write_half(descriptor, data):
        real(descriptor, bytes(data)[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_journal(tmp_path, "r1") as journal:
        journal.write(STARTED)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write_half)
            with pytest.raises(StateFileError) as caught:
                journal.write(FIRST)
        journal.write(SECOND)
    assert caught.value.diagnostics[0].code == "state.disk-full"
    assert load_run(tmp_path).records == (STARTED, SECOND)


def test_threads_never_mix_their_lines(tmp_path):
    with open_journal(tmp_path, "r1") as journal:
        threads = [
            threading.Thread(
                target=lambda number=number: [journal.write(replace(FIRST, number=number)) for _ in range(20)]
            )
            for number in range(8)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    numbers = sorted(record.number for record in load_run(tmp_path).records)
    assert numbers == sorted(list(range(8)) * 20)


KILLED = """
import os, sys
from pathlib import Path
from planner.engine.journal import RunEnded, open_journal
journal = open_journal(Path(sys.argv[1]), "r1")
journal.write(RunEnded(time="not yet"))
real = os.write
def stop(descriptor, data):
    real(descriptor, bytes(data)[: len(data) // 2])
    os.kill(os.getpid(), 9)
os.write = stop
journal.write(RunEnded(time="x" * 100))
"""


def test_kill_in_the_middle_of_a_line_leaves_the_lines_before_it(tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-9, b"")
    run = load_run(tmp_path)
    assert run.records == (RunEnded(time="not yet"),)
    assert [one.code for one in run.diagnostics] == ["journal.torn"]
    assert not run.is_running
