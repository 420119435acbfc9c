"""Whatever the operating system refuses is told in words."""

import errno
import fcntl
import os

import pytest
from git_sites import make_clone, open_clone
from state_values import make_request

from planner.state.errors import StateFileError
from planner.state.os_errors import make_file_error, report_os_errors
from planner.state.stores.local.store import open_local_store


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_refusal_of_the_system_has_words(tmp_path, number):
    error = make_file_error(
        OSError(number, os.strerror(number)), path=tmp_path, what="lock file", doing="read", aftermath=""
    )
    fault = error.diagnostics[0]
    assert fault.code.startswith("state.")
    assert fault.summary
    assert os.strerror(number) in fault.detail


def test_no_other_error_is_swallowed(tmp_path):
    with pytest.raises(KeyError), report_os_errors(tmp_path, what="file", doing="read"):
        raise KeyError


@pytest.mark.parametrize(
    "open_store",
    [
        pytest.param(lambda place: open_local_store(place, "pools.state.json"), id="a state on this disk"),
        pytest.param(lambda place: open_clone(make_clone(place, "clone")), id="a shared state"),
    ],
)
def test_file_system_without_locks_is_told(tmp_path, monkeypatch, open_store):
    def refuse(_file, _operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    store = open_store(tmp_path)
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StateFileError) as caught:
        store.acquire(make_request())
    assert caught.value.diagnostics[0].detail.startswith("Could not open the side file of the lock")
