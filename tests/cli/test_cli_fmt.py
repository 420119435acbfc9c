"""``fmt``: files laid out in place, named, shown, or left as they are."""

import errno
import os
import stat

import pytest

ROUGH = "[ pool . 'a' ]\nname='x'\n"
SMOOTH = '[pool.a]\nname = "x"\n'
BROKEN = "[pool.a\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def fail_for_want_of_room(_descriptor):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_rough_file_is_laid_out_and_named_and_a_smooth_one_is_not_touched(poolctl, place):
    rough, smooth = write(place / "a.pools.toml", ROUGH), write(place / "b.pools.toml", SMOOTH)
    before = smooth.stat()
    ended = poolctl("fmt")
    assert (ended.code, ended.stdout, ended.stderr) == (0, "a.pools.toml\n", "")
    assert rough.read_text(encoding="utf-8") == SMOOTH
    assert (smooth.stat().st_ino, smooth.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert poolctl("fmt").stdout == ""


@pytest.mark.parametrize("name", ["x.vars.toml", "prod.auto.vars.toml", "x.pools.toml"])
def test_each_kind_of_file_is_laid_out(poolctl, place, name):
    assert write(place / name, ROUGH).exists()
    assert poolctl("fmt").stdout == f"{name}\n"


@pytest.mark.parametrize("name", ["x.toml", ".x.pools.toml", "below/x.pools.toml"])
def test_other_files_of_the_directory_are_left_alone(poolctl, place, name):
    path = write(place / name, ROUGH)
    ended = poolctl("fmt")
    assert (ended.code, ended.stdout, ended.stderr, path.read_text(encoding="utf-8")) == (0, "", "", ROUGH)


def test_a_check_names_the_file_and_writes_nothing(poolctl, place):
    path = write(place / "a.pools.toml", ROUGH)
    ended = poolctl("fmt", "--check")
    assert (ended.code, ended.stdout, path.read_text(encoding="utf-8")) == (1, "a.pools.toml\n", ROUGH)
    poolctl("fmt")
    ended = poolctl("fmt", "-check")
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")


def test_the_difference_is_shown(poolctl, place):
    path = write(place / "a.pools.toml", ROUGH)
    assert poolctl("fmt", "--check", "--diff").stdout == (
        "a.pools.toml\n--- old/a.pools.toml\n+++ new/a.pools.toml\n@@ -1,2 +1,2 @@\n"
        "-[ pool . 'a' ]\n-name='x'\n+[pool.a]\n+name = \"x\"\n"
    )
    assert path.read_text(encoding="utf-8") == ROUGH
    assert poolctl("fmt", "--diff").code == 0
    assert path.read_text(encoding="utf-8") == SMOOTH


def test_a_missing_end_of_line_and_one_of_another_system_are_shown(poolctl, place):
    (place / "a.pools.toml").write_bytes(b"a = 1\r\nb = 2")
    shown = poolctl("fmt", "--check", "--diff").stdout.splitlines()[3:]
    assert shown == ["@@ -1,2 +1,2 @@", "-a = 1\\r", "-b = 2", "\\ No newline at end of file", "+a = 1", "+b = 2"]


def test_paths_are_files_or_directories_each_taken_once(poolctl, place):
    write(place / "one/a.pools.toml", ROUGH)
    write(place / "two/b.pools.toml", ROUGH)
    write(place / "two/c.pools.toml", ROUGH)
    ended = poolctl("fmt", "--check", "one", "two/b.pools.toml", "one/a.pools.toml")
    assert ended.stdout == "one/a.pools.toml\ntwo/b.pools.toml\n"


def test_all_directories_below_are_laid_out_but_hidden_and_linked_ones(poolctl, place, tmp_path_factory):
    write(place / "a.pools.toml", ROUGH)
    write(place / "envs/prod/eu/b.pools.toml", ROUGH)
    hidden = write(place / ".git/c.pools.toml", ROUGH)
    linked = write(tmp_path_factory.mktemp("elsewhere") / "d.pools.toml", ROUGH)
    (place / "link").symlink_to(linked.parent)
    (place / "circle").symlink_to(place)
    ended = poolctl("fmt", "-recursive")
    assert (ended.code, ended.stdout, ended.stderr) == (0, "a.pools.toml\nenvs/prod/eu/b.pools.toml\n", "")
    assert [path.read_text(encoding="utf-8") for path in (hidden, linked)] == [ROUGH, ROUGH]


def test_paths_are_relative_to_the_directory_that_is_named(poolctl, place):
    write(place / "one/a.pools.toml", ROUGH)
    assert poolctl("-C", "one", "fmt", "a.pools.toml").stdout == "a.pools.toml\n"


def test_a_broken_file_is_told_and_left_and_the_others_are_laid_out(poolctl, place):
    broken, rough = write(place / "a.pools.toml", BROKEN), write(place / "b.pools.toml", ROUGH)
    ended = poolctl("fmt")
    assert (ended.code, ended.stdout) == (1, "b.pools.toml\n")
    assert "on a.pools.toml line 1, column 8" in ended.stderr
    assert (broken.read_text(encoding="utf-8"), rough.read_text(encoding="utf-8")) == (BROKEN, SMOOTH)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("missing.pools.toml", "config.unreadable", id="no such file"),
        pytest.param("notes.txt", "fmt.other-file", id="not a file of poolctl"),
        pytest.param("loop.pools.toml", "config.unreadable", id="a link to itself"),
        pytest.param("dir.pools.toml/x.pools.toml", "config.unreadable", id="a file below a file"),
    ],
)
def test_what_cannot_be_laid_out_is_told(poolctl, place, name, code):
    write(place / "notes.txt", ROUGH)
    write(place / "dir.pools.toml", SMOOTH)
    (place / "loop.pools.toml").symlink_to("loop.pools.toml")
    ended = poolctl("fmt", name)
    assert (ended.code, ended.stdout) == (1, "")
    assert f"[{code}]" in ended.stderr


def test_a_link_within_the_directory_stays_a_link(poolctl, place):
    path = write(place / "parts/a.pools.toml", ROUGH)
    (place / "b.pools.toml").symlink_to("parts/a.pools.toml")
    assert poolctl("fmt").code == 0
    assert (place / "b.pools.toml").is_symlink()
    assert path.read_text(encoding="utf-8") == SMOOTH


def test_a_link_that_leads_out_is_not_followed(poolctl, place, tmp_path_factory):
    path = write(tmp_path_factory.mktemp("elsewhere") / "a.pools.toml", ROUGH)
    (place / "b.pools.toml").symlink_to(path)
    ended = poolctl("fmt")
    assert ended.code == 1
    assert "[fmt.link-leads-out]" in ended.stderr
    assert path.read_text(encoding="utf-8") == ROUGH


def test_permissions_are_kept_and_nothing_else_is_left_behind(poolctl, place):
    path = write(place / "a.pools.toml", ROUGH)
    path.chmod(0o640)
    poolctl("fmt")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in place.iterdir()] == ["a.pools.toml"]


def test_a_file_that_cannot_be_written_is_told(poolctl, place, monkeypatch):
    path = write(place / "a.pools.toml", ROUGH)
    monkeypatch.setattr(os, "fsync", fail_for_want_of_room)
    ended = poolctl("fmt")
    assert ended.code == 1
    assert "[state.disk-full]" in ended.stderr
    assert path.read_text(encoding="utf-8") == ROUGH


def test_the_starter_and_the_examples_are_laid_out(poolctl, starter, request):
    examples = sorted(path for path in (request.config.rootpath / "examples").iterdir() if path.is_dir())
    ended = poolctl("fmt", "--check", str(starter), *map(str, examples))
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")
