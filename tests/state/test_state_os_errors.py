"""Whatever the operating system refuses is told in words."""

import errno
import os

import pytest

from planner.state.os_errors import make_file_error, report_os_errors


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
