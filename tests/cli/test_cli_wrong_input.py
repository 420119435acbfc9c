"""Wrong configurations through the whole command: exit 1, the place, no traceback, nothing written."""

import pytest
from config_texts import BARE, POOL
from test_config_faults import CASES
from test_config_files import make_cut_off, make_dangling, make_folder, make_large, make_marked, make_pipe, make_wide

COMMANDS = ["validate", "plan", "apply"]
TEXTS = [pytest.param(case.values[0], case.values[1], case.values[2], id=case.id) for case in CASES]
FILES = [
    pytest.param(make_large, "config.unreadable", id="file of ten megabytes"),
    pytest.param(make_cut_off, "config.encoding", id="byte that is no UTF-8"),
    pytest.param(make_wide, "config.encoding", id="UTF-16"),
    pytest.param(make_marked, "config.byte-order-mark", id="byte order mark"),
    pytest.param(make_folder, "config.unreadable", id="directory"),
    pytest.param(make_dangling, "config.unreadable", id="link to nowhere"),
    pytest.param(make_pipe, "config.unreadable", id="pipe"),
]


def assert_refused(ended, *, place, code):
    assert (ended.code, ended.stdout) == (1, "")
    assert f"[{code}]" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "poolctl.fault" not in ended.stderr
    assert len(list(place.iterdir())) == 1


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("text", "code", "position"), TEXTS)
def test_a_wrong_file_is_told_with_its_position(poolctl, place, command, text, code, position):
    (place / "main.pools.toml").write_text(text, encoding="utf-8")
    ended = poolctl(command)
    assert_refused(ended, place=place, code=code)
    assert f"  on main.pools.toml line {position[0]}, column {position[1]}" in ended.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("make", "code"), FILES)
def test_a_file_that_cannot_be_read_is_told_with_its_name(poolctl, place, command, make, code):
    make(place / "main.pools.toml")
    ended = poolctl(command)
    assert_refused(ended, place=place, code=code)
    assert "  on main.pools.toml line " in ended.stderr


def test_all_faults_are_told_at_once(poolctl, place):
    (place / "main.pools.toml").write_text(BARE + "resources = [{}]\nscope = 3\n[zzz]\n", encoding="utf-8")
    assert poolctl("validate").stderr.count("Error: ") == 3


def test_a_valid_file_is_a_success_on_stdout(poolctl, place):
    (place / "main.pools.toml").write_text(POOL, encoding="utf-8")
    ended = poolctl("validate")
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == "Success! The configuration is valid.\n"
    assert len(list(place.iterdir())) == 1
