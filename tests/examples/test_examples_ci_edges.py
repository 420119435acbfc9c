"""Pull requests that cannot be planned, that are not trusted, or that are too long for a comment."""

import json
import re
from types import SimpleNamespace

import pytest
from ci_forge import open_forge
from ci_github import make_pull_run
from ci_gitlab import make_request_job
from ci_site import Site
from story_site import make_pool_block, open_story

BROKEN = make_pool_block('"x,y:%0A\\n::add-mask::prod" = 1')
DIRECTORIES = ("prod", "stage", "test")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("edges")
    with open_story(place) as story, open_forge() as forge:
        made = Site(place=place, story=story, forge=forge)
        made.begin("github-actions", *DIRECTORIES)
        yield made


@pytest.fixture(scope="module")
def broken(site):
    pull = site.open_pull({"prod/a.pools.toml": BROKEN})
    job = make_pull_run(site, pull, "plan", directory="prod")
    planned = job.run("plan")
    commented = make_pull_run(site, pull, "comment").run("comment")
    validating = make_request_job(site, pull, "validate")
    validated = validating.run()
    report = json.loads((validating.clone / "gl-code-quality.json").read_text(encoding="utf-8"))
    return SimpleNamespace(pull=pull, job=job, planned=planned, commented=commented, validated=validated, report=report)


@pytest.fixture(scope="module")
def forked(site):
    pull = site.open_pull({"prod/b.pools.toml": BROKEN})
    pull.is_fork = True
    job = make_pull_run(site, pull, "plan", directory="prod")
    return SimpleNamespace(job=job, ended=job.run("plan"))


@pytest.fixture(scope="module")
def long(site):
    """A pull request of three directories, each with a plan that is nearly as long as a comment may be."""
    pull = site.open_pull({f"{name}/c.pools.toml": make_pool_block() for name in DIRECTORIES})
    job = make_pull_run(site, pull, "comment")
    for name in DIRECTORIES:
        record = job.clone / "poolctl-plans" / name
        record.mkdir(parents=True)
        diff = "→ \n" * 20_000
        text = f"## Plan: 1 to add, 0 to change, 0 to destroy.\n\n| {name} |\n\n<details>\n{diff}</details>\n"
        (record / "comment.md").write_text(text, encoding="utf-8")
    return job.run("comment"), site.forge.comments[-1]["body"]


def find_commands(out):
    """Return the lines that the runner takes as its own: those outside of what is stopped."""
    return re.sub(r"::stop-commands::(\w+)\n.*?\n::\1::\n", "", out, flags=re.DOTALL).splitlines()


def test_a_fault_in_the_files_is_shown_at_its_line(broken):
    assert broken.planned.code == 1
    assert [line.partition("::pool.a: ")[0] for line in find_commands(broken.planned.out)] == [
        "::error file=prod/a.pools.toml,line=6,col=1,title=control character in a text",
        "::error file=prod/a.pools.toml,line=6,col=1,title=unknown key",
    ], find_commands(broken.planned.out)


def test_a_plan_that_failed_is_named_in_the_comment_and_approves_nothing(site, broken):
    assert broken.commented.code == 1
    assert "# `prod`\n\n**Not planned**: see the job. Nothing of it is approved." in site.forge.comments[0]["body"]
    assert not list((broken.job.clone / "poolctl-plans").rglob("*.json"))


def test_the_report_for_gitlab_names_the_same_line(broken):
    assert broken.validated.code == 1
    assert [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in broken.report] == [
        ("prod/a.pools.toml", 6)
    ] * 2


def test_the_files_of_a_fork_are_checked_and_nothing_is_asked_of_the_service(site, broken, forked):
    assert find_commands(forked.ended.out.replace("b.pools", "a.pools")) == find_commands(broken.planned.out)
    assert forked.ended.code == 1
    assert "a fork gets no credentials" in forked.ended.wrote["GITHUB_STEP_SUMMARY"]
    assert site.story.server.requests == []


def test_a_comment_is_never_too_long_and_names_every_directory(long):
    ended, body = long
    assert ended.code == 0
    assert len(body) <= 65_536
    assert [line for line in body.splitlines() if line.startswith("# ")] == ["# `prod`", "# `stage`", "# `test`"]
    assert body.count("**Left out here:**") == 2
