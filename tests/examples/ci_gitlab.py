"""The runner of GitLab CI, as far as the example uses it: scripts and variables are the file's own."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ci_forge import GITLAB, Pull
from ci_site import EXAMPLES, SECRETS, TOKEN, Ended, Site, start_step

PIPELINE = yaml.safe_load((EXAMPLES / "gitlab-ci" / ".gitlab-ci.yml").read_text("utf-8"))
_READING = {
    "FORGE_TOKEN": TOKEN,
    "HW_ACCESS_KEY": SECRETS["POOLCTL_READ_ACCESS_KEY"],
    "HW_SECRET_KEY": SECRETS["POOLCTL_READ_SECRET_KEY"],
}
_WRITING = {"HW_ACCESS_KEY": SECRETS["HW_ACCESS_KEY"], "HW_SECRET_KEY": SECRETS["HW_SECRET_KEY"]}


@dataclass(kw_only=True)
class Job:
    """One job of the pipeline; the credentials that may write are there where its environment is one of the guide's."""

    site: Site
    name: str
    revision: str
    variables: Mapping[str, str]
    directory: str = "prod"
    clone: Path = field(init=False)

    def __post_init__(self) -> None:
        """Check out."""
        self.clone = self.site.check_out(self.revision)

    def start(self) -> "subprocess.Popen[str]":
        """Start the script, as one shell runs all its lines."""
        job = PIPELINE[self.name]
        known = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.site.forge.url,
            "CI_PROJECT_ID": str(GITLAB),
            "CI_PIPELINE_URL": "https://forge.example/pipelines/5",
            "CI_JOB_URL": "https://forge.example/jobs/6",
            "CI_COMMIT_SHA": self.revision,
            "DIRECTORY": self.directory,
            **_READING,
            **self.variables,
        }
        for name, text in job.get("variables", {}).items():
            known[name] = re.sub(r"\$(\w+)", lambda found: known[found[1]], text)
        if "environment" in job:
            known.update(_WRITING)
        lines = ("set -o pipefail", *job["script"])
        return start_step("\n".join(lines), clone=self.clone, environment=known)

    def run(self) -> Ended:
        """Run the script to its end."""
        return end(self.start())


def end(process: "subprocess.Popen[str]") -> Ended:
    """Wait for a job."""
    out, err = process.communicate(timeout=600)
    return Ended(code=process.returncode, out=out, err=err)


def make_request_job(site: Site, pull: Pull, name: str, *, directory: str = "prod") -> Job:
    """Return a job of a merge request's pipeline."""
    source = "8" if pull.is_fork else str(GITLAB)
    variables = {
        "CI_MERGE_REQUEST_IID": str(pull.number),
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_PROJECT_ID": str(GITLAB),
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": source,
    }
    return Job(site=site, name=name, revision=pull.head, variables=variables, directory=directory)


def make_main_job(site: Site, commit: str, name: str) -> Job:
    """Return a job of a pipeline of main."""
    return Job(site=site, name=name, revision=commit, variables={"CI_COMMIT_BRANCH": "main"})
