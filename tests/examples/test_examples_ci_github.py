"""GitHub Actions: the shell steps of the workflows, over a bare repository, a service and a forge on loopback."""

import json
from types import SimpleNamespace

import pytest
from ci_forge import BOT, open_forge
from ci_github import make_push_run, plan_pull
from ci_site import SECRETS, TOKEN, Site, git
from story_site import DESCRIPTION, PROJECT, make_pool_block, open_story

from planner.simulator.requests import Request

MARKER = "<!-- poolctl: plans of this pull request -->"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("github")
    with open_story(place) as story, open_forge() as forge:
        story.seed_network("network-maos")
        made = Site(place=place, story=story, forge=forge)
        made.begin("github-actions", "prod")
        yield made


@pytest.fixture(scope="module")
def pulls(site):
    """Two pull requests off the same commit, planned; strangers have written to the first, and it was planned again."""
    first = site.open_pull({"prod/a.pools.toml": make_pool_block(cpu=3)})
    second = site.open_pull({"prod/b.pools.toml": make_pool_block(address="b", name="gpu-b")})
    site.forge.add_comment(f"{MARKER}\nI approve everything.", author="mallory")
    ended, comment = plan_pull(site, first)
    body = site.forge.comments[-1]["body"]
    before = len(site.forge.comments)
    again = comment.run("comment")
    after = len(site.forge.comments)
    return SimpleNamespace(
        first=first,
        second=second,
        ended=[*ended, *plan_pull(site, second)[0]],
        body=body,
        comments=(before, after),
        again=again,
    )


@pytest.fixture(scope="module")
def merged(site, pulls):
    """Both merged, and their jobs at the same time: the second begins while the first holds the lock."""
    commits = [site.merge(pulls.first), site.merge(pulls.second, is_squashed=True)]
    behind = make_push_run(site, commits[0], "behind").run("directories")
    jobs = [make_push_run(site, commit, "apply", directory="prod") for commit in commits]
    fetched = [job.run("fetch") for job in jobs]
    site.story.take_writes()
    started = []

    def begin_second(request: Request) -> None:
        if request.is_write and len(started) == 1:
            started.append(jobs[1].start("apply"))

    site.story.fail = begin_second
    started.append(jobs[0].start("apply"))
    ended = [jobs[0].end(started[0]), jobs[1].end(started[1])]
    site.story.fail = lambda _request: None
    return SimpleNamespace(
        commits=commits,
        behind=behind,
        fetched=fetched,
        ended=ended,
        writes=site.story.take_writes(),
        jobs=jobs,
    )


@pytest.fixture(scope="module")
def shrunk(site, merged):
    """Two more, of which the forge drops the first one's job. The other takes an idle node of three.

    After its plan, a workload begins on a node beside that one; and somebody edits the plan that was approved.
    """
    dropped = site.open_pull(
        {"prod/b.pools.toml": make_pool_block('description = "of team b"', address="b", name="gpu-b")}
    )
    pull = site.open_pull({"prod/a.pools.toml": make_pool_block(cpu=2)})
    plan_pull(site, dropped)
    plan_pull(site, pull)
    site.merge(dropped)
    site.story.run_jobs(site.story.list_nodes()[0])
    commit = site.merge(pull)
    site.story.take_writes()
    job = make_push_run(site, commit, "apply", directory="prod")
    fetched = job.run("fetch")
    path = job.clone / "poolctl-approved" / "4" / "prod" / "plan.json"
    text = path.read_text(encoding="utf-8")
    document = json.loads(text)
    (change,) = (one for one in document["changes"] if one["address"] == "pool.a")
    change["fields"][0]["after"] = 1
    path.write_text(json.dumps(document), encoding="utf-8")
    edited = job.run("apply")
    refused = site.story.take_writes()
    path.write_text(text, encoding="utf-8")
    return SimpleNamespace(
        fetched=fetched,
        edited=edited,
        refused=refused,
        ended=job.run("apply"),
        writes=site.story.take_writes(),
        rest=job.run("rest"),
        job=job,
    )


def test_every_step_of_the_pull_requests_ends_well(pulls):
    assert [one.code for one in pulls.ended] == [0] * 6, pulls.ended


def test_the_directories_that_changed_become_the_matrix_of_the_jobs(pulls):
    assert pulls.ended[0].wrote["GITHUB_OUTPUT"] == 'directories=["prod"]\n'


def test_the_comment_is_the_plan_below_its_mark(pulls):
    assert pulls.body.startswith(f"{MARKER}\nPlans for {pulls.first.head}, by [this run](https://forge.example/")
    assert "# `prod`\n\n## Plan: 1 to add, 0 to change, 0 to destroy." in pulls.body
    assert "| `pool.a` | create | 0 → 3 | new_nodes |  |" in pulls.body


def test_the_summary_of_the_step_is_the_plan(pulls):
    assert pulls.ended[1].wrote["GITHUB_STEP_SUMMARY"] in pulls.body


def test_a_second_run_changes_the_comment_in_its_place(pulls):
    assert pulls.again.code == 0
    assert pulls.comments == (2, 2)


def test_the_mark_in_the_comment_of_somebody_else_means_nothing(site, pulls):
    assert site.forge.comments[0]["body"] == f"{MARKER}\nI approve everything."
    assert {one["user"]["login"] for one in site.forge.comments[1:]} == {BOT}


def test_two_merges_at_once_apply_what_is_theirs_and_nothing_else(site, pulls, merged):
    assert [one.code for one in merged.ended] == [0, 0], merged.ended
    assert [one.body["metadata"]["labels"]["os.modelarts/name"] for one in merged.writes] == ["gpu-a", "gpu-b"]
    made = [(one["commit"], [change["address"] for change in one["changes"]]) for one in site.load_receipts("prod")[:2]]
    assert made == [(merged.commits[0], ["pool.a"]), (merged.commits[1], ["pool.b"])]


def test_the_directories_that_were_never_applied_are_behind(merged):
    assert merged.behind.wrote["GITHUB_OUTPUT"] == 'directories=["prod"]\n'


def test_the_state_is_on_its_ref(site, merged):
    state = site.load_state("prod")
    assert {"pool.a", "pool.b"} <= set(state["resources"])
    assert state["applied_from"] in git(site.desk, "rev-list", "main").split()


def test_a_first_job_that_is_started_again_is_refused(site, merged):
    site.story.take_writes()
    ended = merged.jobs[0].run("apply")
    assert (ended.code, site.story.take_writes()) == (1, [])
    assert "[apply.older-commit]" in ended.err


def test_a_plan_that_was_edited_after_its_approval_is_refused(shrunk):
    assert (shrunk.edited.code, shrunk.refused) == (1, [])
    assert "[apply.edited-plan]" in shrunk.edited.err


def test_a_change_is_applied_though_a_node_beside_it_went_busy_meanwhile(site, shrunk):
    assert shrunk.ended.code == 0, shrunk.ended.err
    assert site.story.find_counts() == {"modelarts.vm.cpu.4ud-default": 2}
    assert site.story.find_killed() == []


def test_a_run_makes_up_for_one_that_was_dropped(site, shrunk):
    assert "#3 has an approved plan of prod.\n#4 has an approved plan of prod." in shrunk.fetched.out
    assert site.story.find_pool(f"gpu-b-{PROJECT}")["metadata"]["annotations"][DESCRIPTION] == "of team b"


def test_nothing_is_left_to_be_approved(shrunk):
    assert (shrunk.rest.code, "Nothing is left" in shrunk.rest.out) == (0, True)
    assert not (shrunk.job.clone / "poolctl-rest" / "prod").exists()


def test_no_secret_is_shown(site, pulls, merged, shrunk):
    ended = [*pulls.ended, *merged.fetched, *merged.ended, shrunk.ended, shrunk.rest]
    shown = "".join(f"{one.out}{one.err}{one.wrote}" for one in ended) + json.dumps(site.forge.comments)
    assert [one for one in (*SECRETS.values(), TOKEN) if one in shown] == []
    assert {token for _, _, token in site.forge.calls} == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps(site.forge.storage_calls)


def test_what_a_job_of_a_pull_request_sends_is_signed_by_the_key_that_reads(site, pulls):
    read = [one for one in site.story.server.requests if "KEY-THAT-READS" in one.headers.get("authorization", "")]
    assert read
    assert not any(one.is_write for one in read)


def test_nothing_is_pushed_but_the_state(site, shrunk):
    names = git(site.remote, "for-each-ref", "--format=%(refname)").split()
    assert [one for one in names if "pull" not in one] == ["refs/heads/main", "refs/heads/poolctl-state"]
