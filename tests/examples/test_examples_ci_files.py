"""The files of the CI examples: what other tools and the rules of their makers say about them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ci_github import WORKFLOWS
from ci_gitlab import PIPELINE
from ci_site import EXAMPLES
from system_parts import need

import planner

CI = EXAMPLES / "ci"
TOOLS = Path(sys.executable).parent
YAML = [
    *(pytest.param("github-workflows", path, id=path.name) for path in sorted(EXAMPLES.glob("github-actions/.*/*/*"))),
    pytest.param("gitlab-ci", EXAMPLES / "gitlab-ci" / ".gitlab-ci.yml", id="gitlab"),
]
JOBS = [pytest.param(name, job, id=f"{name}.{job}") for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]
STEPS = [
    pytest.param(step, id=f"{name}.{job}.{number}")
    for name, workflow in WORKFLOWS.items()
    for job, body in workflow["jobs"].items()
    for number, step in enumerate(body["steps"])
]
SCRIPTS = [
    pytest.param(job["script"], id=name) for name, job in PIPELINE.items() if isinstance(job, dict) and "script" in job
]
INSTALL = re.compile(r"python3 -m pip install --quiet poolctl==[0-9.]+")
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")
OWN = re.compile(r'exec ci/[a-z]+\.sh( (changed|behind|waiting|"\$DIRECTORY"|poolctl-(approved/\*|rest)))*')


def run(*command):
    return subprocess.run(
        command, env={"PATH": f"{TOOLS}:{os.environ['PATH']}"}, capture_output=True, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize(("schema", "path"), YAML)
def test_a_file_is_what_the_published_schema_says(schema, path):
    ended = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(path))
    assert ended.returncode == 0, ended.stdout


def test_the_schema_of_the_forge_would_find_a_fault(tmp_path):
    path = tmp_path / "wrong.yml"
    path.write_text("on: push\njobs: {a: {runs-on: x, stepps: []}}\n", encoding="utf-8")
    assert run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)).returncode == 1


def test_an_auditor_of_workflows_finds_nothing():
    ended = run("zizmor", "--offline", "--quiet", str(EXAMPLES / "github-actions"))
    assert ended.returncode == 0, ended.stdout


def test_the_scripts_please_shellcheck():
    # Markdown has backquotes in single quotes; what one forge's file sets, not every script uses.
    scripts = [str(path) for path in sorted(CI.glob("*.sh")) if path.stem not in {"common", "github", "gitlab"}]
    ended = run("shellcheck", "-x", "-a", "-P", "SCRIPTDIR", "-e", "SC2016,SC2034", *scripts)
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("path", sorted(CI.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_that_is_called_can_be_run(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert os.access(path, os.X_OK) is (first == "#!/bin/sh")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_installs_calls_a_pinned_action_or_becomes_a_script(step):
    shell = step.get("run", "")
    assert PINNED.fullmatch(step.get("uses", "")) or INSTALL.fullmatch(shell) or OWN.fullmatch(shell)


def test_the_version_that_is_installed_is_this_one():
    texts = [path.values[1].read_text(encoding="utf-8") for path in YAML]
    assert [set(re.findall(r"poolctl==([0-9.]+)", text)) for text in texts] == [{planner.__version__}] * len(YAML)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_job_of_gitlab_ends_in_a_script_that_takes_its_place(script):
    assert OWN.fullmatch(script[-1])
    assert script[:-1] in ([], ['ci/fetch.sh "$DIRECTORY"'])


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_no_expression_stands_in_a_shell_and_each_job_names_what_it_may(workflow, job):
    found = WORKFLOWS[workflow]["jobs"][job]
    assert not any("${{" in step.get("run", "") for step in found["steps"])
    assert (WORKFLOWS[workflow]["permissions"], found["permissions"]["contents"]) in (({}, "read"), ({}, "write"))


def test_only_what_applies_may_push_and_has_the_credentials_that_write():
    jobs = [(name, job) for one in WORKFLOWS.values() for name, job in one["jobs"].items()]
    assert [name for name, job in jobs if job["permissions"]["contents"] == "write"] == ["apply", "rest"]
    assert [name for name, job in jobs if "secrets.HW_" in json.dumps(job)] == ["apply", "rest"]
    assert [job["environment"] for _, job in jobs if "environment" in job] == ["pools-merged", "pools"]


def test_no_run_that_applies_is_ended_by_a_newer_one():
    jobs = WORKFLOWS["poolctl-apply"]["jobs"]
    assert [jobs[name]["concurrency"]["cancel-in-progress"] for name in ("apply", "rest")] == [False, False]
    assert [PIPELINE[name].get("resource_group") for name in ("apply", "rest")] == ["poolctl/$DIRECTORY"] * 2


def test_a_schedule_starts_what_a_merge_starts():
    assert set(WORKFLOWS["poolctl-apply"][True]) == {"push", "schedule"}
    assert "schedule" not in WORKFLOWS["poolctl-plan"][True]


@pytest.mark.parametrize("name", ["validate", "plan", "comment"])
def test_a_job_of_merge_requests_is_in_no_other_pipeline(name):
    # To GitLab two variables that are not there are equal.
    rules = PIPELINE[name].get("rules", PIPELINE[".on_merge_request"]["rules"])
    assert [rule["if"].startswith('$CI_PIPELINE_SOURCE == "merge_request_event"') for rule in rules] == [True]


def annotate(directory, *diagnostics):
    need("jq", is_there=run("jq", "--version").returncode == 0)
    lines = "".join(json.dumps({"type": "diagnostic", "diagnostic": one}) + "\n" for one in diagnostics)
    done = subprocess.run(
        ["jq", "--raw-output", "--arg", "directory", directory, "--from-file", str(CI / "annotations.jq")],
        input='{"type": "version"}\n' + lines,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout.splitlines()


def make_diagnostic(**members):
    return {"severity": "error", "summary": "wrong", "detail": "why", "x_code": "config.bad-value"} | members


def at(filename):
    return {"filename": filename, "start": {"line": 3, "column": 7}}


@pytest.mark.parametrize(
    ("diagnostic", "line"),
    [
        pytest.param(
            make_diagnostic(address="pool.a", range=at("main.pools.toml")),
            "::error file=prod/eu/main.pools.toml,line=3,col=7,title=wrong::pool.a: why [config.bad-value]",
            id="a place in the directory",
        ),
        pytest.param(
            make_diagnostic(severity="warning", range=at("../../template/a.pools.toml")),
            "::warning file=template/a.pools.toml,line=3,col=7,title=wrong::why [config.bad-value]",
            id="a place in a template",
        ),
        pytest.param(make_diagnostic(), "::error title=wrong::why [config.bad-value]", id="no place"),
        pytest.param(
            make_diagnostic(summary="a:b,c%d", detail="50% of x\r\n::add-mask::a,b"),
            "::error title=a%3Ab%2Cc%25d::50%25 of x%0D%0A::add-mask::a,b [config.bad-value]",
            id="words that would be commands",
        ),
        pytest.param(
            make_diagnostic(range=at("a,line=1::x\n.pools.toml")),
            "::error file=prod/eu/a%2Cline=1%3A%3Ax%0A.pools.toml,line=3,col=7,title=wrong::why [config.bad-value]",
            id="a file's name that would be one",
        ),
    ],
)
def test_a_diagnostic_becomes_an_annotation_of_one_line(diagnostic, line):
    assert annotate("prod/eu", diagnostic) == [line]


def test_the_directory_at_the_root_adds_nothing_to_the_place():
    assert "file=main.pools.toml," in annotate(".", make_diagnostic(range=at("main.pools.toml")))[0]
