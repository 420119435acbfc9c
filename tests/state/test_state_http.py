"""The store over HTTP beyond the contract: what servers answer, what is sent, and what is never told."""

import json

import pytest
from http_state_server import LOCK, STATE, Told, make_sum, open_at, serve_state
from state_values import make_request, make_state, make_tracked

from planner.core.addresses import Address
from planner.state.errors import DocumentError, StateChangedError, StateError, StoreError
from planner.state.locks.errors import LockHeldError, LockLostError
from planner.state.stores.http.envelope import MOST_RECEIPTS, Envelope, format_envelope, keep_newest, parse_envelope
from planner.state.stores.http.lock import parse_lock_info

SECRET = "glpat-of-a-test"
TERRAFORM = json.dumps(
    {"version": 4, "terraform_version": "1.9.8", "serial": 3, "lineage": "x", "resources": []}
).encode()


@pytest.fixture(params=[False, True], ids=["plain", "gitlab"])
def site(request):
    with serve_state(is_gitlab=request.param) as one:
        yield one


@pytest.fixture
def plain():
    with serve_state() as one:
        yield one


@pytest.fixture
def store(site, tmp_path):
    return open_at(site, tmp_path / "a")


def save(store, serial):
    with store.acquire(make_request()):
        store.load()
        store.save(make_state(serial=serial))


def read_code(caught):
    return caught.value.diagnostics[0].code


def test_each_save_is_one_request_with_the_lock_and_a_sum(store, site):
    with store.acquire(make_request("lock-1")):
        site.asked.clear()
        store.save(make_state(serial=1))
    read, saved = site.asked[:2]
    assert [read.method, saved.method] == ["GET", "POST"]
    assert (saved.path, saved.lock_id) == (STATE, "lock-1")
    assert saved.headers["content-md5"] == make_sum(saved.body)
    assert saved.headers["content-type"] == "application/json"


def test_serial_of_the_document_is_first_and_rises_with_every_save(store, site):
    save(store, 1)
    save(store, 2)
    serials = [one.info["serial"] for one in site.asked if one.path == STATE and one.method == "POST"]
    assert serials == list(range(1, 7))
    assert next(iter(json.loads(site.stored))) == "serial"


def test_state_is_readable_as_json_in_the_document(store, site):
    save(store, 1)
    found = json.loads(site.stored)
    assert (found["state"]["serial"], found["lineage"], found["holder"]) == (1, make_state().lineage, None)


def test_state_that_is_read_again_under_the_lock_is_the_one_that_was_saved(store):
    odd = {"f": 1.50, "big": 1e22, "tiny": 5e-324, "text": "\ud800é\u2028", "none": None, "Z": 1, "a": [True, -0.0]}
    tracked = {Address(kind="pool", name="a"): make_tracked("a-1", last_applied=odd)}
    with store.acquire(make_request()):
        store.save(make_state(serial=1, resources=tracked))
        assert store.load() == make_state(serial=1, resources=tracked)
        store.save(make_state(serial=2, resources=tracked))
    assert store.load().serial == 2


def test_server_that_keeps_no_order_of_members_changes_nothing(store, site):
    with store.acquire(make_request()):
        store.save(make_state(serial=1))
        site.stored = json.dumps(json.loads(site.stored), sort_keys=True).encode()
        store.save(make_state(serial=2))
    assert store.load().serial == 2


def test_state_of_terraform_is_refused_and_left_alone(store, site):
    site.stored = TERRAFORM
    with pytest.raises(StoreError, match="Terraform") as caught:
        store.load()
    assert read_code(caught) == "state.other-document"
    with pytest.raises(StoreError, match="Terraform"):
        store.acquire(make_request())
    assert (site.stored, site.lock) == (TERRAFORM, None)


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        pytest.param(b'{"serial": 1, "form', "state.truncated", id="cut off"),
        pytest.param(b"<html>welcome</html>", "state.not-json", id="a page"),
        pytest.param(b"[]", "state.other-document", id="other JSON"),
        pytest.param(b'{"serial": 1, "format_version": "2.0", "lineage": "", "holder": null, "pending": "", "receipts": {}, "state": null}', "state.newer-version", id="newer"),
        pytest.param(b'{"serial": 1, "format_version": "1.0", "lineage": "", "holder": null, "pending": 1, "receipts": {}, "state": null}', "state.bad-document", id="edited"),
    ],
)  # fmt: skip
def test_document_that_is_damaged_is_told_and_left_alone(store, site, stored, code):
    site.stored = stored
    with pytest.raises(StateError) as caught:
        store.acquire(make_request())
    assert read_code(caught) == code
    assert (site.stored, site.lock) == (stored, None)


def test_lock_of_terraform_itself_is_told_with_its_holder(plain, tmp_path):
    plain.lock = {"ID": "5f0c7d1e", "Operation": "OperationTypeApply", "Info": "", "Who": "ada@x", "Version": "1.9.8"}
    with pytest.raises(LockHeldError) as caught:
        open_at(plain, tmp_path / "a").acquire(make_request())
    assert (caught.value.holder.id, caught.value.holder.who) == ("5f0c7d1e", "ada@x")
    assert "no lease" in caught.value.diagnostics[0].detail
    assert open_at(plain, tmp_path / "a").break_lock("5f0c7d1e").operation == "OperationTypeApply"
    assert plain.lock is None


@pytest.mark.parametrize("body", [b"", b"locked", b"[]", b'{"ID": 7}'])
def test_holder_that_a_server_does_not_name_is_unknown(plain, tmp_path, body):
    plain.answer_instead["LOCK"] = [Told(status=423, body=body)]
    with pytest.raises(LockHeldError) as caught:
        open_at(plain, tmp_path / "a").acquire(make_request())
    assert not caught.value.holder.is_known


def test_words_of_our_own_that_a_server_repeats_are_not_taken_for_the_holders():
    sent = b'{"ID": "us", "Operation": "apply", "Info": "INC-7", "Version": "1", "Path": "x"}'
    answer = b'{"ID": "them", "Who": "ada", "Operation": "apply", "Info": "INC-7", "Version": "1", "Path": "x"}'
    holder = parse_lock_info(answer, sent=sent)
    assert (holder.id, holder.who, holder.operation, holder.info) == ("them", "ada", "", "")


def test_holder_that_died_in_this_directory_gives_way(store, site, tmp_path):
    save(store, 1)
    held = store.acquire(make_request("lock-1"))
    gone = held.holder
    # What a process leaves that was killed: the server's lock, its name, and a side file that nobody keeps open.
    left = (site.lock, site.stored, set(site.serials))
    held.release()
    site.lock, site.stored, site.serials = left
    assert open_at(site, tmp_path / "b").find_holder() == gone
    assert store.is_dead(gone)
    assert not open_at(site, tmp_path / "b").is_dead(gone)
    with pytest.raises(LockHeldError):
        open_at(site, tmp_path / "b").acquire(make_request("lock-2"))
    told = []
    with store.acquire(make_request("lock-3", notify=told.append)) as mine:
        assert mine.holder.id == "lock-3"
    assert [one.split(":")[0] for one in told] == ["The lock of a run that shows no life was taken over"]


def test_name_that_stayed_after_the_server_gave_the_lock_up_hinders_nobody(store, site, tmp_path):
    held = store.acquire(make_request("lock-1"))
    site.lock = None
    with open_at(site, tmp_path / "b").acquire(make_request("lock-2")) as taken:
        assert taken.holder.id == "lock-2"
        with pytest.raises(LockLostError, match="is gone") as caught:
            store.save(make_state(serial=1))
        held.release()
        assert site.lock["ID"] == "lock-2"
    assert "It is held now" in caught.value.diagnostics[0].detail


def test_stale_name_is_cleared_by_its_id(store, site):
    store.acquire(make_request("lock-1"))
    site.lock = None
    assert store.break_lock("lock-1").id == "lock-1"
    assert (store.find_holder(), site.lock) == (None, None)


def test_broken_lock_stops_the_run_before_its_next_request(store, site, tmp_path, monkeypatch):
    with store.acquire(make_request("lock-1")) as held:
        open_at(site, tmp_path / "b").break_lock("lock-1")
        monkeypatch.setattr("planner.state.stores.http.lock.FRESH", -1.0)
        with pytest.raises(LockLostError):
            held.require(1.0)


def test_request_does_not_go_out_where_the_server_cannot_tell(plain, tmp_path, monkeypatch):
    monkeypatch.setattr("planner.state.stores.http.lock.FRESH", -1.0)
    with open_at(plain, tmp_path / "a").acquire(make_request()) as held:
        plain.answer_instead["GET"] = [Told(status=503)] * 3
        with pytest.raises(StoreError):
            held.require(1.0)
        held.require(1.0)


def test_state_that_was_edited_by_hand_is_told_and_may_be_replaced_knowingly(store, site):
    save(store, 1)
    document = json.loads(site.stored)
    site.stored = json.dumps(document | {"state": document["state"] | {"serial": "one"}}).encode()
    with store.acquire(make_request()):
        with pytest.raises(DocumentError, match="damaged"):
            store.load()
        store.save(make_state(serial=2))
    assert store.load().serial == 2


def test_save_that_the_server_refuses_at_the_second_try_has_lost_the_lock(plain, tmp_path):
    store = open_at(plain, tmp_path / "a")
    with store.acquire(make_request()) as held:
        plain.answer_instead["POST"] = [Told(status=502), Told(status=423)]
        with pytest.raises(LockLostError, match="is gone"):
            store.save(make_state(serial=1))
        with pytest.raises(LockLostError, match="is gone"):
            held.require(1.0)


def test_write_without_the_lock_is_noticed(store, site):
    with store.acquire(make_request("lock-1")):
        store.save(make_state(serial=1))
        other = json.loads(site.stored)
        site.stored = json.dumps(other | {"serial": other["serial"] + 1, "pending": "x"}).encode()
        with pytest.raises(StateChangedError):
            store.save(make_state(serial=2))
    assert json.loads(site.stored)["pending"] == "x"


def test_release_leaves_the_lock_free_where_the_name_could_not_be_taken_out(plain, tmp_path):
    store = open_at(plain, tmp_path / "a")
    held = store.acquire(make_request("lock-1"))
    plain.answer_instead["POST"] = [Told(status=413)]
    held.release()
    assert plain.lock is None
    assert store.find_holder().id == "lock-1"


def test_newest_receipts_are_kept_and_the_older_ones_dropped(store):
    names = [f"202601{number:02}T000000000Z-a" for number in range(1, MOST_RECEIPTS + 4)]
    with store.acquire(make_request()):
        for name in names:
            store.save_receipt(name, "{}")
    assert [*store.load_receipts()] == names[3:]


def test_receipts_that_are_too_large_leave_room_for_the_state():
    texts = {f"{number:02}": "x" * 400_000 for number in range(5)}
    assert [*keep_newest(texts)] == ["03", "04"]
    assert [*keep_newest({"a": "x" * 2_000_000})] == ["a"]


def test_document_gives_the_same_back():
    envelope = Envelope(serial=3, lineage="l", state='{\n  "a": "\\ud800"\n}\n', pending="p\n", receipts={"a": "{ }"})
    assert parse_envelope(format_envelope(envelope), shown="x") == envelope


def test_gitlab_is_never_asked_to_delete_the_state(tmp_path):
    with serve_state(is_gitlab=True) as site:
        save(open_at(site, tmp_path / "a"), 1)
        deleted = [one.path for one in site.asked if one.method == "DELETE"]
    assert deleted == [LOCK]
