"""GitLab CI: the scripts of the pipeline, over a bare repository, a service and a forge on loopback."""

import json
import shutil
import signal
from types import SimpleNamespace

import pytest
from ci_forge import OWN_USER, open_forge
from ci_gitlab import end, make_main_job, make_request_job
from ci_site import TOKEN, Site
from story_site import NETWORK_ID, make_pool_block, open_story

NETWORK = '[network.n]\nname = "net-n"\ncidr = "192.168.0.0/16"\n'
MARKER = "<!-- poolctl: plans of this pull request -->"


def find_names(writes):
    return [one.body["metadata"]["labels"]["os.modelarts/name"] for one in writes]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("gitlab")
    with open_story(place) as story, open_forge() as forge:
        story.seed_network("network-maos")
        made = Site(place=place, story=story, forge=forge)
        made.begin("gitlab-ci", "prod", "stage")
        yield made


@pytest.fixture(scope="module")
def first(site):
    """A merge request for a network and a pool on it, planned and noted; somebody else has written the mark before."""
    block = make_pool_block().replace(NETWORK_ID, "${network.n.id}")
    request = site.open_pull({"prod/a.pools.toml": NETWORK + block})
    site.forge.add_comment(f"{MARKER}\nI approve everything.", author=8)
    other = make_request_job(site, request, "plan", directory="stage").run()
    planning = make_request_job(site, request, "plan")
    noting = make_request_job(site, request, "comment")
    planned = planning.run()
    shutil.copytree(planning.clone / "poolctl-plans", noting.clone / "poolctl-plans")
    noted = [noting.run(), noting.run()]
    site.forge.keep(request.number, noting.clone / "poolctl-plans", below="poolctl-plans/")
    report = (planning.clone / "poolctl-plans" / "prod" / "tfplan.json").read_text(encoding="utf-8")
    return SimpleNamespace(request=request, other=other, planned=planned, noted=noted, report=report)


@pytest.fixture(scope="module")
def applied(site, first):
    """It is merged; the runner ends its job when the first request is sent, and is started again."""
    job = make_main_job(site, site.merge(first.request), "apply")
    site.story.take_writes()
    processes = []
    site.story.fail = lambda request: processes[0].send_signal(signal.SIGTERM) if request.is_write else None
    processes.append(job.start())
    ended = end(processes[0])
    site.story.fail = lambda _request: None
    writes = site.story.take_writes()
    again = make_main_job(site, first.request.merge_commit, "apply").run()
    return SimpleNamespace(ended=ended, writes=writes, again=again, rest=site.story.take_writes())


@pytest.fixture(scope="module")
def second(site, applied):
    """Another merge request, from before the first; and a commit on main that nobody has planned."""
    request = site.open_pull({"prod/b.pools.toml": make_pool_block(address="b", name="gpu-b")}, base="main~1")
    planning = make_request_job(site, request, "plan")
    planned = planning.run()
    site.forge.keep(request.number, planning.clone / "poolctl-plans", below="poolctl-plans/")
    site.write("prod/c.pools.toml", make_pool_block(address="c", name="gpu-c"))
    site.commit("straight to main")
    commit = site.merge(request)
    site.story.take_writes()
    ended = make_main_job(site, commit, "apply").run()
    writes = site.story.take_writes()
    finding = make_main_job(site, commit, "left")
    left = finding.run()
    waiting = make_main_job(site, commit, "rest")
    shutil.copytree(finding.clone / "poolctl-rest", waiting.clone / "poolctl-rest")
    return SimpleNamespace(
        planned=planned, ended=ended, writes=writes, left=left, rest=waiting.run(), last=site.story.take_writes()
    )


def test_a_directory_that_does_not_change_is_not_planned(first):
    assert first.other.code == 0
    assert "This pull request changes nothing that stage reads." in first.other.out


def test_the_note_is_made_once_and_then_changed(site, first):
    assert [one.code for one in (first.planned, *first.noted)] == [0, 0, 0], first.noted
    assert [one["author"]["id"] for one in site.forge.comments] == [8, OWN_USER]
    assert site.forge.comments[1]["body"].startswith(
        f"{MARKER}\nPlans for {first.request.head}, by [this run](https://"
    )
    assert "| `pool.a` | create | 0 → 2 | new_nodes |  |" in site.forge.comments[1]["body"]


def test_a_signal_to_the_job_ends_the_apply_cleanly(applied):
    assert (applied.ended.code, find_names(applied.writes)) == (1, ["net-n"])
    assert "Interrupted: nothing new is sent" in applied.ended.err


def test_the_same_job_started_again_finishes_what_was_approved(site, applied):
    assert (applied.again.code, find_names(applied.rest)) == (0, ["gpu-a"]), applied.again.err
    assert set(site.load_state("prod")["resources"]) == {"network.n", "pool.a"}


def test_a_branch_that_is_behind_plans_nothing_back(second):
    assert second.planned.code == 0
    assert second.planned.out.splitlines()[-1] == "Plan: 1 to add, 0 to change, 0 to destroy."


def test_what_nobody_approved_is_left_out_of_the_apply(second):
    assert (second.ended.code, find_names(second.writes)) == (1, ["gpu-b"])
    assert "[apply.left-out]" in second.ended.err


def test_what_is_left_is_planned_and_applied_once_somebody_lets_it(site, second):
    assert (second.left.code, second.rest.code) == (0, 0)
    assert "# pool.c will be created" in second.left.out
    assert find_names(second.last) == ["gpu-c"]
    assert site.load_receipts("prod")[-1]["reason"] == "https://forge.example/jobs/6"


def test_no_other_token_goes_to_the_forge(site, second):
    assert {token for _, _, token in site.forge.calls} == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps(site.forge.comments)


def test_no_token_goes_where_the_forge_sends_a_download_on_to(site, second):
    assert "/1" in [path for path, _ in site.forge.storage_calls]
    assert TOKEN not in json.dumps(site.forge.storage_calls)


def test_the_report_of_the_plan_has_its_counts(first):
    assert json.loads(first.report) == {"create": 2, "update": 0, "delete": 0}
