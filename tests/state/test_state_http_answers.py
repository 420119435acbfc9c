"""What servers of Terraform's HTTP backend answer when they refuse or fail, and what is never told of credentials."""

import base64

import pytest
from http_state_server import Told, make_sum, open_at, serve_state
from state_values import make_request, make_state

from planner.core.desired import HttpBackend
from planner.state.errors import StoreError
from planner.state.stores.http.store import open_http_store
from planner.state.stores.http.wire import HttpCredentials, HttpWire, find_credentials

SECRET = "glpat-of-a-test"


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


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        pytest.param(Told(status=401), "state.credentials", "TF_HTTP_PASSWORD", id="unauthorized"),
        pytest.param(Told(status=403, body=b"no \x1b[31m"), "state.store-refused", "saying: no \\x1b[31m", id="forbidden"),
        pytest.param(Told(status=404, body=b'{"message":"404 Project Not Found"}'), "state.store-refused", "token", id="no project"),
        pytest.param(Told(status=301, headers={"Location": "https://evil.example/x?token=1"}), "state.store-refused", "'https://evil.example/x'", id="redirect"),
        pytest.param(Told(status=307, headers={"Location": "/elsewhere"}), "state.store-refused", "'/elsewhere'", id="redirect on the same host"),
    ],
)  # fmt: skip
def test_refusal_of_a_read_is_told(store, site, told, code, words):
    site.answer_instead["GET"] = [told]
    with pytest.raises(StoreError) as caught:
        store.load()
    assert read_code(caught) == code
    assert words in caught.value.diagnostics[0].detail
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(Told(status=500), id="fault"),
        pytest.param(Told(status=429), id="throttled"),
        pytest.param(Told(body=b"{}", length=99), id="cut off"),
        pytest.param(Told(body=b"{}", headers={"Content-MD5": make_sum(b"{ }")}), id="wrong sum"),
        pytest.param(None, id="broken connection"),
    ],
)
def test_read_without_an_answer_is_tried_three_times_and_then_told(store, site, told):
    save(store, 1)
    site.answer_instead["GET"] = [told, told]
    assert store.load().serial == 1
    site.answer_instead["GET"] = [told, told, told]
    with pytest.raises(StoreError) as caught:
        store.load()
    assert read_code(caught) == "state.unreachable"
    assert "poolctl plan" in caught.value.diagnostics[0].detail


def test_server_that_is_not_there_is_told(tmp_path):
    with serve_state() as site:
        store = open_at(site, tmp_path / "a")
    with pytest.raises(StoreError) as caught:
        store.load()
    assert read_code(caught) == "state.unreachable"


def test_save_whose_answer_is_lost_is_found_to_have_arrived(plain, tmp_path):
    store = open_at(plain, tmp_path / "a")
    with store.acquire(make_request()):
        plain.answer_instead["POST"] = [None]
        store.save(make_state(serial=1))
        store.save(make_state(serial=2))
    assert store.load().serial == 2
    assert store.find_holder() is None


def test_save_that_did_not_arrive_is_sent_once_more(plain, tmp_path):
    store = open_at(plain, tmp_path / "a")
    with store.acquire(make_request()):
        plain.answer_instead["POST"] = [Told(status=502)]
        store.save(make_state(serial=1))
        plain.answer_instead["POST"] = [Told(status=502), Told(status=502)]
        with pytest.raises(StoreError) as caught:
            store.save(make_state(serial=2))
    assert read_code(caught) == "state.unreachable"
    assert store.load().serial == 1


@pytest.mark.parametrize("status", [403, 413, 422])
def test_save_that_is_refused_changes_nothing(plain, tmp_path, status):
    store = open_at(plain, tmp_path / "a")
    save(store, 1)
    with store.acquire(make_request()):
        store.load()
        plain.answer_instead["POST"] = [Told(status=status)]
        with pytest.raises(StoreError) as caught:
            store.save(make_state(serial=2))
    assert read_code(caught) == "state.store-refused"
    assert store.load().serial == 1


def test_lock_whose_answer_is_lost_is_ours_all_the_same(plain, tmp_path):
    store = open_at(plain, tmp_path / "a")
    plain.answer_instead["LOCK"] = [None]
    save(store, 1)
    assert plain.lock is None


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
def test_lock_that_is_refused_is_told_and_nothing_is_stored(plain, tmp_path, status):
    store = open_at(plain, tmp_path / "a")
    plain.answer_instead["LOCK"] = [Told(status=status)]
    with pytest.raises(StoreError) as caught:
        store.acquire(make_request())
    assert read_code(caught) == ("state.credentials" if status == 401 else "state.store-refused")
    assert plain.stored == b""


def test_credentials_are_sent_and_never_told(tmp_path):
    with serve_state(credentials=("ada", SECRET)) as site:
        store = open_at(site, tmp_path / "a", environment={"TF_HTTP_USERNAME": "ada", "TF_HTTP_PASSWORD": SECRET})
        save(store, 1)
        assert store.load().serial == 1
        encoded = base64.b64encode(f"ada:{SECRET}".encode())
        site.answer_instead["GET"] = [Told(status=403, body=b"you said " + SECRET.encode() + b" and " + encoded)]
        with pytest.raises(StoreError) as caught:
            store.load()
    said = repr(caught.value) + str(caught.value.diagnostics) + repr(store._place)
    assert "you said *** and ***" in said
    assert SECRET not in said
    assert encoded.decode() not in said


def test_wrong_credentials_are_told(tmp_path):
    with serve_state(credentials=("ada", SECRET)) as site, pytest.raises(StoreError) as caught:
        open_at(site, tmp_path / "a").load()
    assert read_code(caught) == "state.credentials"


@pytest.mark.parametrize(
    ("environment", "username"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"TF_HTTP_USERNAME": "a", "TF_HTTP_PASSWORD": "p"}, "a", id="Terraform's"),
        pytest.param({"POOLCTL_HTTP_USERNAME": "b", "POOLCTL_HTTP_PASSWORD": "p"}, "b", id="poolctl's"),
        pytest.param({"TF_HTTP_USERNAME": "a", "POOLCTL_HTTP_USERNAME": "b", "TF_HTTP_PASSWORD": "p"}, "b", id="both"),
    ],
)
def test_credentials_come_from_the_environment(environment, username):
    assert find_credentials(environment).username == username


@pytest.mark.parametrize("name", ["TF_HTTP_USERNAME", "TF_HTTP_PASSWORD", "POOLCTL_HTTP_PASSWORD"])
def test_half_of_the_credentials_is_an_error(name):
    with pytest.raises(StoreError) as caught:
        find_credentials({name: SECRET})
    assert read_code(caught) == "state.credentials"
    assert name in caught.value.diagnostics[0].detail
    assert SECRET not in caught.value.diagnostics[0].detail


def test_credentials_are_not_in_a_repr():
    where = HttpBackend(address="https://a", lock_address="https://a", unlock_address="https://a")
    wire = HttpWire(where=where, credentials=HttpCredentials(username="ada", password=SECRET))
    assert SECRET not in repr(wire)


def test_lock_that_the_server_does_not_let_go_is_told(plain, tmp_path):
    told = []
    with open_at(plain, tmp_path / "a").acquire(make_request("lock-1", notify=told.append)):
        plain.answer_instead["UNLOCK"] = [Told(status=403)]
    (notice,) = told
    assert notice.startswith("The lock lock-1 could not be given back, and stands")
    assert "poolctl force-unlock lock-1" in notice
    assert "answers unlocking with 403" in notice


def test_lock_is_given_back_where_the_document_was_damaged_meanwhile(plain, tmp_path):
    told = []
    with open_at(plain, tmp_path / "a").acquire(make_request("lock-1", notify=told.append)):
        plain.stored = b"{"
    assert (plain.lock, told) == (None, [])


def test_lock_that_the_server_does_not_let_break_is_not_told_as_broken(plain, tmp_path):
    store = open_at(plain, tmp_path / "b")
    with open_at(plain, tmp_path / "a").acquire(make_request("lock-1")):
        plain.answer_instead["UNLOCK"] = [Told(status=409)]
        with pytest.raises(StoreError) as caught:
            store.break_lock("lock-1")
        assert plain.lock["ID"] == "lock-1"
    assert "was asked to give up the lock 'lock-1', and keeps it" in caught.value.diagnostics[0].detail


def test_lock_that_was_given_while_somebody_interrupted_does_not_stay(plain, tmp_path):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    wire = HttpWire(where=plain.backend, credentials=HttpCredentials(), timeout=5.0, sleep=interrupt)
    plain.answer_instead["LOCK"] = [None]
    with pytest.raises(KeyboardInterrupt):
        open_http_store(tmp_path, wire).acquire(make_request())
    assert [one.method for one in plain.asked] == ["LOCK", "UNLOCK"]
    assert plain.lock is None
