"""The same over http: two clones of a remote that ``git http-backend`` serves."""

import pytest
from git_over_http import serve_git
from git_sites import REMOTE, call_git, make_remote, open_clone
from state_values import make_request, make_state

from planner.state.errors import StoreError
from planner.state.locks.errors import LockHeldError, LockLostError


@pytest.fixture
def clones(tmp_path):
    call_git(make_remote(tmp_path), "config", "http.receivepack", "true")
    with serve_git(tmp_path) as address:
        for name in ("a", "b"):
            call_git(tmp_path, "clone", "--quiet", f"{address}/{REMOTE}", name)
        yield tmp_path / "a", tmp_path / "b"


def test_state_and_lock_are_shared_over_http(clones):
    first, second = map(open_clone, clones)
    with first.acquire(make_request("lock-a")):
        first.save(make_state(serial=1))
        with pytest.raises(LockHeldError):
            second.acquire(make_request("lock-b"))
        first.save(make_state(serial=2))
    with second.acquire(make_request("lock-b")):
        assert second.load().serial == 2
        second.save(make_state(serial=3))
    assert first.load().serial == 3


def test_holder_whose_lock_was_broken_pushes_nothing_over_http(clones):
    first, second = map(open_clone, clones)
    with first.acquire(make_request("lock-a")):
        second.break_lock("lock-a")
        with pytest.raises(LockLostError, match="is gone"):
            first.save(make_state(serial=1))
    assert second.load() is None


def test_remote_that_is_gone_from_the_server_is_told(clones, tmp_path):
    (tmp_path / REMOTE).rename(tmp_path / "away")
    with pytest.raises(StoreError, match="cannot be reached"):
        open_clone(clones[0]).load()


def test_server_that_asks_for_a_password_is_an_error_and_no_question(clones, tmp_path):
    with serve_git(tmp_path, asks=True) as address:
        call_git(clones[0], "remote", "set-url", "origin", f"{address}/{REMOTE}")
        with pytest.raises(StoreError, match="cannot be reached") as caught:
            open_clone(clones[0]).load()
    assert "terminal prompts disabled" in caught.value.diagnostics[0].detail
