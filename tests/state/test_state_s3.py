"""The state in S3: what is in the bucket, who is fenced off, and whose late write arrives."""

import json
import threading
from collections import Counter

import pytest
from s3_sites import KEY, find_keys, get, make_bucket, open_bucket, put, save
from state_values import make_request, make_state

from planner.state.errors import DocumentError, StateError
from planner.state.locks.errors import LockLostError
from planner.state.stores.history import SavedVersion, SaveNote
from planner.state.stores.s3 import history
from planner.state.stores.s3.document import S3Document, format_s3_document, parse_s3_document

LEASE = 15.0


def test_object_is_the_document_of_the_state(s3_store, s3_where):
    save(s3_store, 1)
    document = json.loads(get(s3_where))
    assert (document["serial"], document["format_version"], document["resources"]) == (1, "1.0", {})
    assert document["store"]["fence"].startswith("lock-1/")
    assert find_keys(s3_where) == [KEY, f"{KEY}.history/saves.jsonl", f"{KEY}.lock"]


def test_states_of_a_bucket_are_kept_apart(tmp_path):
    stores = [open_bucket(tmp_path / key, make_bucket(tmp_path, key=key)) for key in ("a", "a.b", "b/c")]
    with stores[0].acquire(make_request()), stores[1].acquire(make_request()), stores[2].acquire(make_request()):
        for serial, store in enumerate(stores):
            store.save(make_state(serial=serial))
    assert [store.load().serial for store in stores] == [0, 1, 2]


@pytest.mark.parametrize(
    "lay_out",
    [
        pytest.param(json.dumps, id="on one line"),
        pytest.param(lambda document: json.dumps(document, indent=4), id="indented otherwise"),
        pytest.param(lambda document: json.dumps({"resources": {}} | document, indent=2), id="in another order"),
        pytest.param(
            lambda document: json.dumps({k: v for k, v in document.items() if k != "store"}), id="uploaded by hand"
        ),
    ],
)
def test_object_that_somebody_has_laid_out_anew_is_read_and_saved(s3_store, s3_where, lay_out):
    save(s3_store, 1)
    put(s3_where, lay_out(json.loads(get(s3_where))).encode())
    assert s3_store.load() == make_state(serial=1)
    save(s3_store, 2, "lock-2")
    assert s3_store.load() == make_state(serial=2)
    assert s3_store.load_version(1) == make_state(serial=1)


@pytest.mark.parametrize("text", ["<<<<<<< ours\n{}\n", '{\n  "format_version": "1.0",\n', "", "[]"])
def test_damaged_object_is_left_as_it_is_until_somebody_who_was_told_replaces_it(s3_store, s3_where, text):
    put(s3_where, text.encode())
    with s3_store.acquire(make_request()):
        with pytest.raises(StateError):
            s3_store.save(make_state(serial=1))
        with pytest.raises(DocumentError):
            s3_store.load()
        assert get(s3_where) == text
        s3_store.save(make_state(serial=1))
    assert s3_store.load() == make_state(serial=1)
    assert [get(s3_where, key) for key in find_keys(s3_where) if "damaged" in key] == ([text] if text else [])


def test_fault_of_a_state_is_told_with_its_line_in_the_object(s3_store, s3_where):
    save(s3_store, 1)
    put(s3_where, get(s3_where).replace('"serial": 1', '"serial": "x"').encode())
    with pytest.raises(DocumentError) as caught:
        s3_store.load()
    line = get(s3_where).splitlines().index('  "serial": "x",') + 1
    assert caught.value.diagnostics[0].location.line == line


@pytest.mark.parametrize(
    "document",
    [
        S3Document(),
        S3Document(pending="a\n{}\n", fence="x/1"),
        S3Document(state='{\n  "serial": 1\n}\n', pending='"}\n\u2028é', fence="x/2"),
    ],
)
def test_document_of_an_object_is_read_as_it_was_written(document):
    assert parse_s3_document(format_s3_document(document)) == document


@pytest.mark.parametrize("is_new", [pytest.param(True, id="of a new state"), pytest.param(False, id="of a state")])
@pytest.mark.parametrize("how", ["taken over", "broken"])
def test_save_that_was_held_back_while_somebody_took_the_lock_is_refused(
    s3_store, meddling, meddled, tmp_path, s3_where, is_new, how
):
    serials = [*([] if is_new else [1])]
    for serial in serials:
        save(s3_store, serial, "first")
    early, arrived, go_on, ended = meddled("early"), threading.Event(), threading.Event(), []
    clock = Counter()
    taker = open_bucket(
        tmp_path / "taker", s3_where, clock=lambda: clock["now"], sleep=lambda seconds: clock.update(now=seconds)
    )

    def hold(method, path):
        if method == "PUT" and path.endswith(KEY):
            arrived.set()
            go_on.wait(60)

    def write():
        with pytest.raises(LockLostError) as caught:
            early.save(make_state(serial=50))
        ended.append(caught.value.diagnostics[0].code)

    held = early.acquire(make_request("early"))
    early.load()
    # As in a process that is stopped: no heartbeat.
    held._end.set()
    meddling.hold = hold
    thread = threading.Thread(target=write)
    thread.start()
    assert arrived.wait(60)
    if how == "broken":
        taker.break_lock("early")
    taken = taker.acquire(make_request("taker", timeout=LEASE * 20))
    go_on.set()
    thread.join(60)
    assert ended == ["state.lock-lost"]
    # The taker has written no state yet, and still the late one did not arrive.
    assert taker.load() == (make_state(serial=1) if serials else None)
    taker.save(make_state(serial=2))
    with pytest.raises(LockLostError):
        held.require(1.0)
    held.release()
    taken.release()
    assert s3_store.load() == make_state(serial=2)


def test_oldest_versions_give_way(s3_store, s3_where, monkeypatch):
    monkeypatch.setattr(history, "KEPT_VERSIONS", 2)
    for serial in range(1, 6):
        save(s3_store, serial, f"lock-{serial}", note=SaveNote(receipt_id=f"r-{serial}"))
    assert [one.serial for one in s3_store.load_versions()] == [5, 4, 3, 2, 1]
    assert [s3_store.load_version(one) and one for one in range(1, 6)] == [None, None, 3, 4, 5]
    assert [one for one in find_keys(s3_where) if ".history/0" in one] == [
        f"{KEY}.history/000000000003.json",
        f"{KEY}.history/000000000004.json",
    ]


def test_version_that_was_noted_and_never_saved_is_not_told(s3_store, s3_where, tmp_path):
    save(s3_store, 1, note=SaveNote(receipt_id="r-1"))
    late = open_bucket(tmp_path / "late", s3_where)
    with late.acquire(make_request("lock-2")) as held:
        late.load()
        late._history.begin(late._loaded.document, SavedVersion(lineage="x", serial=7))
        held.release()
    assert [one.serial for one in s3_store.load_versions()] == [1]
    save(s3_store, 2, "lock-3", note=SaveNote(receipt_id="r-3"))
    assert [one.serial for one in s3_store.load_versions()] == [2, 1]


def test_version_whose_object_somebody_has_broken_is_still_known_of(s3_store, s3_where):
    save(s3_store, 1, note=SaveNote(receipt_id="r-1"))
    save(s3_store, 2, "lock-2", note=SaveNote(operation="state mv"))
    put(s3_where, b"{")
    assert [one.serial for one in s3_store.load_versions()] == [2, 1]
    assert [s3_store.load_version(one) for one in (1, 2)] == [make_state(serial=1), None]
