"""``init``: a first configuration that plans at once, beside nothing that it could change."""

import subprocess

import pytest


def test_what_init_writes_is_valid_and_plans_at_once(poolctl, place):
    assert poolctl("init").code == 0
    assert sorted(path.name for path in place.iterdir()) == ["main.pools.toml"]
    assert poolctl("validate").code == 0
    planned = poolctl("plan")
    assert planned.code == 0
    assert planned.stdout.endswith("\nPlan: 2 to add, 0 to change, 0 to destroy.\n")


def test_a_directory_is_made_and_the_next_commands_name_it(poolctl, place):
    ended = poolctl("init", "a/my pools")
    assert (place / "a" / "my pools" / "main.pools.toml").is_file()
    assert "poolctl -C 'a/my pools' plan" in ended.stdout


@pytest.mark.parametrize("name", ["main.pools.toml", "other.pools.toml"])
def test_a_configuration_that_is_there_is_left_alone(poolctl, place, name):
    (place / name).write_text("# mine\n", encoding="utf-8")
    ended = poolctl("init")
    assert ended.code == 1
    assert "[init.exists]" in ended.stderr
    assert [path.name for path in place.iterdir()] == [name]
    assert (place / name).read_text(encoding="utf-8") == "# mine\n"


def test_a_link_to_nowhere_is_not_followed(poolctl, place):
    (place / "main.pools.toml").symlink_to(place / "elsewhere")
    assert poolctl("init").code == 1
    assert not (place / "elsewhere").exists()


def test_a_file_in_place_of_the_directory_is_an_error(poolctl, place):
    (place / "file").write_text("x", encoding="utf-8")
    ended = poolctl("init", "file")
    assert ended.code == 1
    assert "'file' is a file" in ended.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, ".poolctl/\n", id="no file"),
        pytest.param("*.tmp\n", "*.tmp\n.poolctl/\n", id="file with lines"),
        pytest.param("*.tmp", "*.tmp\n.poolctl/\n", id="last line without an end"),
        pytest.param("", ".poolctl/\n", id="empty file"),
        pytest.param(".poolctl/\n", ".poolctl/\n", id="line that is there"),
        pytest.param("/.poolctl\n", "/.poolctl\n", id="line in another spelling"),
    ],
)
def test_git_is_told_to_ignore_the_tool_directory(poolctl, place, before, after):
    subprocess.run(["git", "init", "--quiet", str(place)], check=True)
    folder = place / "pools"
    folder.mkdir()
    [(folder / ".gitignore").write_text(text, encoding="utf-8") for text in [before] if text is not None]
    assert poolctl("init", "pools").code == 0
    assert (folder / ".gitignore").read_text(encoding="utf-8") == after
