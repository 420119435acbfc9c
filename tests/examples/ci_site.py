"""A repository with an example of CI in it, a service and a forge: what stands around the steps of a workflow."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ci_forge import Forge, Pull
from story_site import PROJECT, Story
from system_parts import need

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = """[backend.git]

[provider.modelarts]
endpoint      = "{url}"
region        = "eu-de"
project_id    = "{project}"
poll_interval = "0s"
"""
SECRETS = {
    "HW_ACCESS_KEY": "KEY-THAT-WRITES",
    "HW_SECRET_KEY": "secret-that-writes",
    "POOLCTL_READ_ACCESS_KEY": "KEY-THAT-READS",
    "POOLCTL_READ_SECRET_KEY": "secret-that-reads",
}
TOKEN = "token-of-the-job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a step ended; ``wrote`` is what it wrote into the files that the runner reads."""

    code: int
    out: str
    err: str
    wrote: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Site:
    """``desk`` is the clone of the people, ``remote`` what is pushed to; every job gets a clone of its own."""

    place: Path
    story: Story
    forge: Forge
    jobs: int = 0

    @property
    def desk(self) -> Path:
        """The clone in which people work."""
        return self.place / "desk"

    @property
    def remote(self) -> Path:
        """The bare repository."""
        return self.place / "remote.git"

    def begin(self, example: str, *directories: str) -> None:
        """Make the repository with a directory of settings for each of ``directories``, as the guide says it."""
        need("jq and curl", is_there=bool(shutil.which("jq") and shutil.which("curl")))
        git(self.place, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        git(self.place, "clone", "--quiet", self.remote.as_uri(), "desk")
        git(self.desk, "switch", "--quiet", "--create", "main")
        subprocess.run(["cp", "-R", EXAMPLES / "ci", f"{EXAMPLES / example}/.", self.desk], check=True)
        for name in directories:
            self.write(f"{name}/main.pools.toml", SETTINGS.format(url=self.story.server.url, project=PROJECT))
        self.commit("begin")
        git(self.desk, "push", "--quiet", "origin", "main")

    def write(self, name: str, text: str) -> None:
        """Write a file at the desk."""
        path = self.desk / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, words: str) -> str:
        """Commit everything at the desk and return the commit."""
        git(self.desk, "add", "--all")
        git(self.desk, *_WHO, "commit", "--quiet", "--allow-empty", "--message", words)
        return git(self.desk, "rev-parse", "HEAD")

    def open_pull(self, files: Mapping[str, str], *, base: str = "main") -> Pull:
        """Push a branch off ``base`` that writes ``files``, and open a pull request of it."""
        number = len(self.forge.pulls) + 1
        git(self.desk, "switch", "--quiet", "--create", f"pull-{number}", base)
        for name, text in files.items():
            self.write(name, text)
        head = self.commit(f"change {number}")
        git(self.desk, "push", "--quiet", "origin", "HEAD", f"HEAD:refs/pull/{number}/head")
        git(self.desk, "switch", "--quiet", "--detach", "main")
        git(self.desk, *_WHO, "merge", "--quiet", "--no-ff", "--no-edit", head)
        git(self.desk, "push", "--quiet", "origin", f"HEAD:refs/pull/{number}/merge")
        git(self.desk, "switch", "--quiet", "main")
        self.forge.pulls[number] = Pull(number=number, head=head)
        return self.forge.pulls[number]

    def merge(self, pull: Pull, *, is_squashed: bool = False) -> str:
        """Merge a pull request into main and return the commit that this made."""
        how = ("--squash",) if is_squashed else ("--no-ff", "--no-edit")
        git(self.desk, *_WHO, "merge", "--quiet", *how, pull.head)
        pull.merge_commit = self.commit(f"squash {pull.number}") if is_squashed else git(self.desk, "rev-parse", "HEAD")
        git(self.desk, "push", "--quiet", "origin", "main")
        return pull.merge_commit

    def check_out(self, revision: str) -> Path:
        """Return a fresh clone at ``revision``, as a job has it."""
        self.jobs += 1
        clone = self.place / f"job-{self.jobs}"
        git(self.place, "clone", "--quiet", "--no-checkout", self.remote.as_uri(), clone.name)
        git(clone, "fetch", "--quiet", "origin", revision)
        git(clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        return clone

    def load_receipts(self, directory: str) -> list[dict[str, Any]]:
        """Return the receipts that were kept beside the state of ``directory``, oldest first."""
        names = git(self.remote, "ls-tree", "-r", "--name-only", "poolctl-state", f"{directory}/").splitlines()
        kept = [one for one in names if ".receipts/" in one]
        found = [json.loads(git(self.remote, "show", f"poolctl-state:{one}")) for one in kept]
        return sorted(found, key=lambda one: one["started"])

    def load_state(self, directory: str) -> dict[str, Any]:
        """Return the state of ``directory``, as it is on its ref."""
        state: dict[str, Any] = json.loads(git(self.remote, "show", f"poolctl-state:{directory}/pools.state.json"))
        return state


def start_step(script: str, *, clone: Path, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start a step by the command that GitHub's runner starts it by, in an environment that holds nothing else."""
    folder = Path(sys.executable).parent
    common = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(clone.parent), "CI": "true", "COLUMNS": "80"}
    return subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=clone,
        env={**common, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def git(directory: Path, *arguments: str) -> str:
    """Return what git prints; a failure ends the test."""
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


_WHO = ("-c", "user.name=ann", "-c", "user.email=ann@localhost")
