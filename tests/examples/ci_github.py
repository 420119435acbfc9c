"""The runner of GitHub Actions, as far as the workflows use it: the steps and their environment are the files' own."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ci_forge import GITHUB, Pull
from ci_site import EXAMPLES, SECRETS, TOKEN, Ended, Site, start_step

WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in EXAMPLES.glob("github-actions/.github/*/*")}
Step = dict[str, Any]


@dataclass(kw_only=True)
class Run:
    """One job of a workflow on a runner of its own."""

    site: Site
    workflow: str
    job: str
    revision: str
    event: Mapping[str, Any]
    variables: Mapping[str, str]
    directory: str = ""
    clone: Path = field(init=False)

    def __post_init__(self) -> None:
        """Check out."""
        self.clone = self.site.check_out(self.revision)

    def list_steps(self) -> list[Step]:
        """Return the steps of the job that are run by a shell, but for the installation."""
        steps = WORKFLOWS[self.workflow]["jobs"][self.job]["steps"]
        return [one for one in steps if "run" in one and not one["run"].startswith("python3 -m pip install ")]

    def start(self, script: str) -> "subprocess.Popen[str]":
        """Start the step that runs ``script``."""
        (step,) = [one for one in self.list_steps() if f"ci/{script}.sh" in one["run"]]
        event = self.clone.parent / f"{self.clone.name}-event.json"
        event.write_text(json.dumps(self.event), encoding="utf-8")
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.site.forge.url,
            "GITHUB_SERVER_URL": "https://forge.example",
            "GITHUB_REPOSITORY": GITHUB,
            "GITHUB_RUN_ID": "5",
            "GITHUB_EVENT_PATH": str(event),
            **{name: str(self._find_file(name)) for name in _FILES},
            **self.variables,
            **{name: self._work_out(text) for name, text in step.get("env", {}).items()},
        }
        return start_step(step["run"], clone=self.clone, environment=environment)

    def run(self, script: str) -> Ended:
        """Run the step of ``script`` to its end."""
        return self.end(self.start(script))

    def end(self, process: "subprocess.Popen[str]") -> Ended:
        """Wait for a step, and read what it wrote for the runner."""
        out, err = process.communicate(timeout=600)
        wrote = {name: path.read_text("utf-8") for name in _FILES if (path := self._find_file(name)).exists()}
        return Ended(code=process.returncode, out=out, err=err, wrote=wrote)

    def _find_file(self, name: str) -> Path:
        return self.clone.parent / f"{self.clone.name}-{name.lower()}"

    def _work_out(self, text: str) -> str:
        """Return ``text`` with its expressions worked out; one that is not known here is a fault of the test."""
        values = {
            "matrix.directory": self.directory,
            "github.token": TOKEN,
            "github.server_url": "https://forge.example",
            "github.repository": GITHUB,
            "github.run_id": "5",
            **{f"secrets.{name}": value for name, value in SECRETS.items()},
        }
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], str(text))


def make_pull_run(site: Site, pull: Pull, job: str, *, directory: str = "") -> Run:
    """Return a job of the plan workflow for a pull request."""
    source = "somebody/infra" if pull.is_fork else GITHUB
    event = {
        "repository": {"full_name": GITHUB},
        "pull_request": {"head": {"sha": pull.head, "repo": {"full_name": source}}},
    }
    ref = f"refs/pull/{pull.number}/merge"
    variables = {"GITHUB_REF": ref, "GITHUB_BASE_REF": "main"}
    return Run(
        site=site,
        workflow="poolctl-plan",
        job=job,
        revision=ref,
        event=event,
        variables=variables,
        directory=directory,
    )


def make_push_run(site: Site, commit: str, job: str, *, directory: str = "", event: str = "push") -> Run:
    """Return a job of the apply workflow for a commit of main, as a push or a schedule starts it."""
    return Run(
        site=site,
        workflow="poolctl-apply",
        job=job,
        revision=commit,
        event={},
        variables={"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_EVENT_NAME": event},
        directory=directory,
    )


def plan_pull(site: Site, pull: Pull) -> tuple[list[Ended], Run]:
    """Run the plan workflow of a pull request: the steps as they come, the artifacts as the forge carries them.

    The job that comments is returned, too, as it is at its end.
    """
    changed = make_pull_run(site, pull, "changed").run("directories")
    directories = json.loads(changed.wrote["GITHUB_OUTPUT"].removeprefix("directories="))
    comment = make_pull_run(site, pull, "comment")
    ended = [changed]
    for directory in directories:
        plan = make_pull_run(site, pull, "plan", directory=directory)
        ended.append(plan.run("plan"))
        shutil.copytree(plan.clone / "poolctl-plans", comment.clone / "poolctl-plans", dirs_exist_ok=True)
    ended.append(comment.run("comment"))
    site.forge.keep(pull.number, comment.clone / "poolctl-plans")
    return ended, comment


_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
