"""Files are there whole or not at all, and what goes wrong is told in words."""

import errno
import os
import re
import stat
import threading

import pytest
from state_values import start_python

from planner.state.errors import DocumentError, MissingFileError, StateFileError
from planner.state.files import load_text, open_tool_directory, save_atomically


def list_names(directory):
    return sorted(one.name for one in directory.iterdir())


def find_fault(action):
    with pytest.raises((StateFileError, DocumentError)) as caught:
        action()
    return caught.value.diagnostics[0]


def test_text_comes_back_byte_by_byte(tmp_path):
    save_atomically(tmp_path / "a", "é\r\n\u2028x")
    assert (tmp_path / "a").read_bytes() == "é\r\n\u2028x".encode()
    assert load_text(tmp_path / "a") == "é\r\n\u2028x"
    assert list_names(tmp_path) == ["a"]


def test_byte_order_mark_is_left_out(tmp_path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf{}")
    assert load_text(tmp_path / "a") == "{}"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_existing_file_keeps_its_mode(tmp_path, mode):
    target = tmp_path / "a"
    target.write_text("old")
    target.chmod(mode)
    save_atomically(target, "new")
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_new_file_gets_the_mode_of_the_umask(tmp_path):
    previous = os.umask(0o027)
    try:
        save_atomically(tmp_path / "a", "new")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_link_is_kept_and_its_target_replaced(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real"
    target.write_text("old")
    (tmp_path / "link").symlink_to("elsewhere/real")
    save_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new"
    assert list_names(tmp_path / "elsewhere") == ["real"]


def test_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path):
    (tmp_path / "link").symlink_to("real")
    save_atomically(tmp_path / "link", "new")
    assert (tmp_path / "real").read_text() == "new"


def test_reader_sees_the_old_text_or_the_new_one(tmp_path):
    texts = {one * 50_000 for one in "ab"}
    target = tmp_path / "a"
    target.write_text("a" * 50_000)
    writer = threading.Thread(target=lambda: [save_atomically(target, one * 50_000) for one in "ab" * 20])
    writer.start()
    seen = {load_text(target) for _ in range(200)}
    writer.join()
    assert seen <= texts


def _make_directory(path):
    path.mkdir()


def _make_loop(path):
    path.symlink_to(path.name)


def _make_pipe(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(_make_directory, "state.is-a-directory", id="directory"),
        pytest.param(_make_loop, "state.not-a-file", id="link to itself"),
        pytest.param(_make_pipe, "state.not-a-file", id="pipe"),
    ],
)
def test_target_that_is_no_file_is_left_alone(tmp_path, make, code):
    make(tmp_path / "a")
    before = (tmp_path / "a").lstat()
    fault = find_fault(lambda: save_atomically(tmp_path / "a", "new", what="state file"))
    assert fault.code == code
    assert "Nothing was overwritten." in fault.detail
    assert (tmp_path / "a").lstat() == before
    assert list_names(tmp_path) == ["a"]


def test_device_is_not_replaced_by_a_file(tmp_path):
    (tmp_path / "null").symlink_to("/dev/null")
    assert find_fault(lambda: save_atomically(tmp_path / "null", "new")).code == "state.not-a-file"


def test_missing_directory_is_told(tmp_path):
    fault = find_fault(lambda: save_atomically(tmp_path / "no" / "a", "new", what="plan file"))
    assert fault.code == "state.missing"
    assert str(tmp_path / "no" / "a") in fault.detail


def test_file_in_place_of_the_directory_is_told(tmp_path):
    (tmp_path / "no").write_text("")
    assert find_fault(lambda: save_atomically(tmp_path / "no" / "a", "new")).code == "state.not-a-directory"
    assert find_fault(lambda: load_text(tmp_path / "no" / "a")).code == "state.not-a-directory"


def test_text_that_is_no_unicode_is_not_written(tmp_path):
    (tmp_path / "a").write_text("old")
    assert find_fault(lambda: save_atomically(tmp_path / "a", "\ud800")).code == "state.not-text"
    assert (tmp_path / "a").read_text() == "old"


def test_missing_file_is_told_apart(tmp_path):
    with pytest.raises(MissingFileError) as caught:
        load_text(tmp_path / "a", what="plan file")
    assert "Could not read the plan file" in caught.value.diagnostics[0].detail


def test_file_over_the_limit_is_not_read(tmp_path):
    (tmp_path / "a").write_text("12345")
    assert load_text(tmp_path / "a", limit=5) == "12345"
    assert find_fault(lambda: load_text(tmp_path / "a", limit=4)).code == "state.too-large"


def test_binary_file_is_refused_with_its_line(tmp_path):
    (tmp_path / "a").write_bytes(b"one\ntwo\xff")
    fault = find_fault(lambda: load_text(tmp_path / "a"))
    assert fault.code == "state.not-text"
    assert "line 2" in fault.detail


def test_directory_cannot_be_read_as_a_file(tmp_path):
    assert find_fault(lambda: load_text(tmp_path)).code == "state.is-a-directory"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("ENOSPC", "state.disk-full", id="full disk"),
        pytest.param("EDQUOT", "state.disk-full", id="used-up quota"),
        pytest.param("EIO", "state.io", id="broken disk"),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_disk_that_fails_at_any_step_leaves_the_old_file_alone(tmp_path, monkeypatch, call, name, code):
    target = tmp_path / "a"
    target.write_text("old")
    number = getattr(errno, name)

    def fail(*arguments):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        fault = find_fault(lambda: save_atomically(target, "new", what="state file"))
    assert fault.code == code
    assert "Nothing was overwritten." in fault.detail
    assert target.read_text() == "old"
    assert list_names(tmp_path) == ["a"]


def test_directory_that_cannot_be_synced_is_told_with_the_new_file_in_place(tmp_path, monkeypatch):
    calls = []
    real = os.fsync

    def fail_second(descriptor):
        calls.append(descriptor)
        return real(descriptor) if len(calls) == 1 else fail()

    def fail():
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_second)
        fault = find_fault(lambda: save_atomically(tmp_path / "a", "new"))
    assert "The new file is in place" in fault.detail
    assert (tmp_path / "a").read_text() == "new"


def test_file_system_that_knows_no_directory_sync_is_no_fault(tmp_path, monkeypatch):
    calls = []
    real = os.fsync

    def fail_second(descriptor):
        calls.append(descriptor)
        return real(descriptor) if len(calls) == 1 else fail()

    def fail():
        raise OSError(errno.EINVAL, "not here")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_second)
        save_atomically(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


LIMITED = """
import resource, sys
from pathlib import Path
from planner.state.errors import StateFileError
from planner.state.files import save_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save_atomically(Path(sys.argv[1]), "x" * 5000, what="state file")
except StateFileError as error:
    print(error.diagnostics[0].code, error.diagnostics[0].detail)
"""


def test_size_limit_of_the_process_leaves_the_old_file_alone(tmp_path):
    (tmp_path / "a").write_text("old")
    with start_python(LIMITED, tmp_path / "a") as child:
        out, err = child.communicate(timeout=60)
    assert err == ""
    assert re.match(r"state\.file-too-large Could not write the state file .* Nothing was overwritten\.", out)
    assert (tmp_path / "a").read_text() == "old"
    assert list_names(tmp_path) == ["a"]


KILLED = """
import os, sys
from pathlib import Path
from planner.state.files import save_atomically
step, real = sys.argv[2], {name: getattr(os, name) for name in ("write", "fsync", "replace")}
def stop(*arguments):
    if arguments and step == "write":
        real["write"](arguments[0], bytes(arguments[1])[:2500])
    real["write"](1, b"ready\\n")
    os.kill(os.getpid(), 9)
setattr(os, step, stop)
save_atomically(Path(sys.argv[1]), "x" * 5000)
"""


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("write", id="half the text is written"),
        pytest.param("fsync", id="text written and not synced"),
        pytest.param("replace", id="synced and not renamed"),
    ],
)
def test_kill_before_the_rename_leaves_the_old_file(tmp_path, step):
    target = tmp_path / "a"
    target.write_text("old")
    with start_python(KILLED, target, step) as child:
        child.communicate(timeout=60)
    assert child.returncode == -9
    assert target.read_text() == "old"
    save_atomically(target, "new")
    assert target.read_text() == "new"


def test_tool_directory_hides_itself_from_git(tmp_path):
    directory = open_tool_directory(tmp_path, "journal")
    assert directory == tmp_path / ".poolctl" / "journal"
    assert (tmp_path / ".poolctl" / ".gitignore").read_text() == "*\n"
    assert open_tool_directory(tmp_path, "journal") == directory


def test_file_in_place_of_the_tool_directory_is_told(tmp_path):
    (tmp_path / ".poolctl").write_text("")
    assert find_fault(lambda: open_tool_directory(tmp_path)).code == "state.exists"
