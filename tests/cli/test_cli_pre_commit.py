"""``.pre-commit-hooks.yaml``: pre-commit itself takes the hooks and runs them on what is staged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
PRE_COMMIT = str(Path(sys.executable).with_name("pre-commit"))


@pytest.fixture
def run_hooks(place, monkeypatch):
    """Return what runs the hooks in a repository with many environments, as pre-commit does at a commit."""
    shutil.copytree(REPOSITORY / "examples" / "environments", place, dirs_exist_ok=True)
    # The command that is tested stands for the one that pre-commit would install from a tag.
    hooks = [hook | {"language": "unsupported"} for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(place / ".cache"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "first")

    def run():
        git("add", ".")
        return subprocess.run([PRE_COMMIT, "run", "--verbose"], check=False, capture_output=True, text=True)

    return run


def git(*arguments):
    subprocess.run(["git", *arguments], check=True, stdin=subprocess.DEVNULL)


def test_pre_commit_accepts_the_manifest():
    ended = subprocess.run([PRE_COMMIT, "validate-manifest", str(HOOKS)], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_what_is_right_is_committed(run_hooks, place):
    changed = place / "envs/dev/eu-de/region.auto.vars.toml"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    ended = run_hooks()
    assert ended.returncode == 0, ended.stdout
    assert "Success! The configuration is valid." in ended.stdout


def test_a_fault_in_a_template_stops_the_commit(run_hooks, place):
    template = place / "template" / "pools.pools.toml"
    template.write_text(template.read_text(encoding="utf-8").replace("\nscope  ", "\nscoep  "), encoding="utf-8")
    ended = run_hooks()
    assert ended.returncode == 1
    assert "on template/pools.pools.toml line" in ended.stdout


def test_a_layout_is_set_right_and_the_commit_waits_for_it(run_hooks, place):
    changed = place / "envs/dev/eu-de/region.auto.vars.toml"
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text + "x   =    1\n", encoding="utf-8")
    ended = run_hooks()
    assert ended.returncode == 1
    assert "files were modified by this hook" in ended.stdout
    assert changed.read_text(encoding="utf-8").splitlines()[-1].endswith("= 1")


def test_other_files_are_none_of_their_business(run_hooks, place):
    (place / "notes.toml").write_text("x   =    1\n", encoding="utf-8")
    ended = run_hooks()
    assert (ended.returncode, ended.stdout.count("Skipped")) == (0, 2)


def test_the_name_of_a_file_is_never_an_option(run_hooks, place):
    (place / "-Cenvs.pools.toml").write_text("[poolctl]\nnope = 1\n", encoding="utf-8")
    ended = run_hooks()
    assert ended.returncode == 1
    assert "on -Cenvs.pools.toml line 2" in ended.stdout
