"""What somebody who may open a pull request could try, so that more is approved than was looked at."""

import json

import pytest
from ci_forge import open_forge
from ci_github import make_pull_run, make_push_run, plan_pull
from ci_gitlab import make_main_job
from ci_site import SETTINGS, Site, git
from story_site import PROJECT, make_pool_block, open_story

ODD = 'x` ##[add-mask]prod `$(id)"'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("hostile")
    with open_story(place) as story, open_forge() as forge:
        story.seed_network("network-maos")
        made = Site(place=place, story=story, forge=forge)
        made.begin("github-actions", "prod")
        yield made


@pytest.fixture(scope="module")
def late(site):
    """A pull request whose plans were made once more after its merge."""
    pull = site.open_pull({"prod/a.pools.toml": make_pool_block()})
    plan_pull(site, pull)
    commit = site.merge(pull)
    pull.kept_at = "2026-11-26T00:00:01Z"
    return commit


@pytest.fixture(scope="module")
def odd(site):
    """A pull request with a directory of a name that is none."""
    settings = SETTINGS.format(url=site.story.server.url, project=PROJECT)
    pull = site.open_pull({f"{ODD}/main.pools.toml": settings})
    return make_pull_run(site, pull, "changed").run("directories"), make_pull_run(site, pull, "comment").run("comment")


def read_plans(clone):
    return list((clone / "poolctl-approved").rglob("plan.json"))


@pytest.mark.parametrize("folder", ["poolctl-plans", "poolctl-approved", "poolctl-rest"])
def test_a_plan_that_stands_in_the_branch_is_no_approval(site, folder):
    pull = site.open_pull({f"{folder}/plan.json": "{}"})
    ended = [
        make_pull_run(site, pull, "changed").run("directories"),
        make_pull_run(site, pull, "comment").run("comment"),
        make_push_run(site, pull.head, "apply", directory="prod").run("fetch"),
        make_push_run(site, pull.head, "waiting").run("directories"),
    ]
    assert [one.code for one in ended] == [1] * 4
    assert all("take them out of the repository" in one.err for one in ended)


def test_plans_that_were_made_after_the_merge_are_no_approval_on_github(site, late):
    job = make_push_run(site, late, "apply", directory="prod")
    assert "has none of prod.\n" in job.run("fetch").out
    assert read_plans(job.clone) == []


def test_plans_that_were_made_after_the_merge_are_no_approval_on_gitlab(site, late):
    job = make_main_job(site, late, "apply")
    ended = job.run()
    assert (ended.code, read_plans(job.clone)) == (0, [])
    assert ended.out.endswith(" has none of prod.\nNothing of this directory is approved.\n")


def test_the_name_of_a_directory_is_no_command_to_the_runner(odd):
    changed, _ = odd
    assert changed.wrote["GITHUB_OUTPUT"] == f"directories={json.dumps([ODD])}\n"
    begin, name, _, end = changed.out.splitlines()
    assert (begin.partition("::stop-commands::")[2], name) == (end.strip(":"), ODD)


def test_the_name_of_a_directory_stays_in_its_span_of_code(site, odd):
    _, comment = odd
    assert comment.code == 1
    assert f"# `{ODD.replace('`', chr(39))}`\n" in site.forge.comments[-1]["body"]


def test_a_run_of_the_directory_at_the_root_ends_well_where_nothing_is_left(site):
    settings = SETTINGS.format(url=site.story.server.url, project=PROJECT)
    site.write("main.pools.toml", settings)
    (site.desk / "prod" / "main.pools.toml").unlink()
    commit = site.commit("move to the root")
    git(site.desk, "push", "--quiet", "origin", "main")
    job = make_push_run(site, commit, "apply", directory=".")
    ended = job.run("rest")
    assert (ended.code, "Nothing is left" in ended.out) == (0, True), ended
    assert not (job.clone / "poolctl-rest").exists()
