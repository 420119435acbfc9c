"""``dirs`` and several ``-C``: which directories there are, which changed, and a command in each."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "environments"
ALL = [f"envs/{environment}/{region}" for environment in ("dev", "prod", "test") for region in ("eu-de", "eu-nl")]


@pytest.fixture
def repository(place, monkeypatch):
    """Return a clone of the example that has one commit."""
    shutil.copytree(EXAMPLE, place, dirs_exist_ok=True)
    for name, value in (("NAME", "t"), ("EMAIL", "t@example.org")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    (place / ".gitignore").write_text(".poolctl\n", encoding="utf-8")
    git("init", "--quiet", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    return place


def git(*arguments):
    subprocess.run(["git", *arguments], check=True, stdin=subprocess.DEVNULL)


def list_dirs(poolctl, *arguments):
    return json.loads(poolctl("dirs", "-o", "json", *arguments).stdout)


def test_directories_are_listed_and_templates_are_not(poolctl, repository):
    assert list_dirs(poolctl) == ALL
    assert poolctl("-C", "envs", "dirs").stdout.split() == [one.removeprefix("envs/") for one in ALL]


@pytest.mark.parametrize(
    ("file", "touched"),
    [
        pytest.param("template/pools.pools.toml", ALL, id="template"),
        pytest.param("envs/prod/environment.vars.toml", ["envs/prod/eu-de", "envs/prod/eu-nl"], id="environment"),
        pytest.param("envs/test/eu-nl/region.auto.vars.toml", ["envs/test/eu-nl"], id="region"),
        pytest.param("README.md", [], id="something else"),
    ],
)
def test_only_what_a_change_touches_is_listed(poolctl, repository, file, touched):
    git("switch", "--quiet", "--create", "work")
    with (repository / file).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert list_dirs(poolctl, "--changed-since", "main") == touched
    git("add", ".")
    git("commit", "--quiet", "--message", "second")
    assert list_dirs(poolctl, "--changed-since", "main") == touched


def test_what_came_to_the_other_branch_meanwhile_does_not_count(poolctl, repository):
    git("branch", "work")
    template = repository / "template" / "pools.pools.toml"
    template.write_text(template.read_text(encoding="utf-8") + "# on main\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "on main")
    git("switch", "--quiet", "work")
    assert list_dirs(poolctl, "--changed-since", "main") == []


def test_a_file_that_is_gone_counts(poolctl, repository):
    (repository / "envs/dev/eu-de/region.auto.vars.toml").unlink()
    assert list_dirs(poolctl, "--changed-since", "HEAD") == ["envs/dev/eu-de"]


@pytest.mark.parametrize("revision", ["nowhere", "--help", ""])
def test_a_revision_that_is_not_there_is_an_error(poolctl, repository, revision):
    ended = poolctl("dirs", f"--changed-since={revision}")
    assert (ended.code, ended.stdout) == (1, "")
    assert "[dirs.revision]" in ended.stderr


@pytest.mark.parametrize("spelling", [("-C", "{}"), ("-C{}",), ("--chdir={}",), ("-chdir={}",)])
def test_a_command_runs_in_each_directory_that_is_named(poolctl, repository, spelling):
    places = [part.format(one) for one in ALL for part in spelling]
    ended = poolctl(*places, "validate")
    assert (ended.code, ended.stdout.count("Success!")) == (0, 6)
    assert [line for line in ended.stderr.splitlines() if line.startswith("==> ")] == [f"==> {one}" for one in ALL]


@pytest.mark.parametrize(
    ("arguments", "code", "begun"),
    [
        pytest.param(("validate",), 1, 3, id="reading goes on"),
        pytest.param(("plan", "--detailed-exitcode"), 1, 3, id="a failure is more than changes"),
        pytest.param(("apply", "--auto-approve", "--reason", "-C"), 1, 2, id="writing stops"),
    ],
)
def test_a_failure_in_one_directory_ends_what_writes(poolctl, repository, arguments, code, begun):
    (repository / "quick").mkdir()
    assert poolctl("init", "quick").code == 0
    ended = poolctl("-C", "quick", "-C", "nowhere", "-C", "envs/dev/eu-de", *arguments)
    assert (ended.code, ended.stderr.count("==> ")) == (code, begun)


def test_changes_in_one_directory_are_changes(poolctl, repository):
    assert poolctl("init", "quick").code == 0
    assert poolctl("-C", "quick", "apply", "--auto-approve").code == 0
    assert poolctl("-C", "quick", "-C", "envs/dev/eu-de", "plan", "--detailed-exitcode").code == 2
