"""A rollout in CI: what was approved waits for its turn, a schedule goes on with it, and nothing else is made."""

import shutil
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import pytest
from ci_forge import open_forge
from ci_github import make_pull_run, make_push_run
from ci_site import Site, git
from story_site import GPU, NETWORK_ID, open_story

from planner.simulator.faults import Status

TUESDAY, SATURDAY, SUNDAY = "2026-11-24T12:00", "2026-11-28T22:17", "2026-11-29T00:17"
REFUSED = Status(status=400, body=b'{"error_code": "ModelArts.50004000", "error_msg": "no such driver"}')
RULES = "prod/drivers.pools.toml"
ROLLOUT = """
[rollout.drivers]
fields = ["driver"]
[rollout.drivers.window]
days  = ["saturday"]
start = "22:00"
end   = "04:00"
tz    = "UTC"
"""


def make_pool(name, version):
    return (
        f'[pool.{name}]\nname = "team-{name}"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "{NETWORK_ID}"\n'
        f'driver = {{ gpu_version = "{version}", update_strategy = "idle" }}\n'
        f'[[pool.{name}.resources]]\nflavor = "{GPU}"\ncount = 1\n'
    )


def set_clock(site, moment):
    """Let the jobs that begin from now on take ``moment``, in UTC, for the time."""
    text = f"""
        import datetime as dt
        import planner.cli.workplaces as workplaces
        workplaces.read_clock = lambda: dt.datetime.fromisoformat("{moment}+00:00")
    """
    folder = site.place / "clock"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(textwrap.dedent(text), encoding="utf-8")


def find_drivers(site):
    """Return the pools to which a driver was sent since the last look, with its version."""
    sent = [(one.path, one.body["spec"]["driver"]) for one in site.story.take_writes() if one.method == "PATCH"]
    return [(path.rpartition("/team-")[2][0], driver["gpuVersion"]) for path, driver in sent]


def start_job(site, moment, *, event, steps=("fetch", "apply", "rest")):
    """Run the steps of the job that applies, at ``moment``, as a push or a schedule starts it; then forget its writes."""
    set_clock(site, moment)
    job = make_push_run(site, git(site.desk, "rev-parse", "main"), "apply", directory="prod", event=event)
    job.variables = {**job.variables, "PYTHONPATH": str(site.place / "clock")}
    site.story.take_writes()
    ended = {step: job.run(step) for step in steps}
    has_rest = (job.clone / "poolctl-rest" / "prod" / "plan.json").exists()
    shutil.rmtree(job.clone)
    return SimpleNamespace(**ended, drivers=find_drivers(site), has_rest=has_rest)


def push_straight(site, files):
    """Push a commit to main that no pull request has made."""
    for name, text in files.items():
        site.write(name, text)
    site.commit("straight to main")
    git(site.desk, "push", "--quiet", "origin", "main")


def merge_planned(site, *all_files):
    """Open a pull request for each of ``all_files``, plan prod for all of them, then merge them all."""
    pulls = [site.open_pull(files) for files in all_files]
    for pull in pulls:
        job = make_pull_run(site, pull, "plan", directory="prod")
        ended = job.run("plan")
        assert ended.code == 0, ended
        site.forge.keep(pull.number, job.clone / "poolctl-plans")
    for pull in pulls:
        site.merge(pull)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Three pools with a driver, applied."""
    place = tmp_path_factory.mktemp("rollout")
    with open_story(place) as story, open_forge() as forge, pytest.MonkeyPatch.context() as patch:
        story.seed_network("network-maos")
        made = Site(place=place, story=story, forge=forge)
        made.begin("github-actions", "prod", "stage")
        push_straight(
            made, {**{f"prod/{name}.pools.toml": make_pool(name, "440.33") for name in "abc"}, RULES: ROLLOUT}
        )
        patch.setenv("HW_AUTH_TOKEN", "token-of-ann")
        ended = replace(story, directory=made.desk / "prod").apply()
        assert ended.code == 0, ended
        yield made


@pytest.fixture(scope="module")
def upgrade(site):
    """Two pull requests, planned beside each other and merged on Tuesday, and a commit of no directory behind them.

    On Saturday the second of the pools refuses its driver, and an hour later no more.
    """
    merge_planned(
        site, {"prod/b.pools.toml": make_pool("b", "470.57")}, {"prod/a.pools.toml": make_pool("a", "470.57")}
    )
    pushed = start_job(site, TUESDAY, event="push")
    push_straight(site, {"README.md": "about something else"})
    listed = make_push_run(site, git(site.desk, "rev-parse", "main"), "behind", event="schedule").run("directories")
    site.story.fail = lambda request: REFUSED if request.method == "PATCH" and "/team-b" in request.path else None
    first = start_job(site, SATURDAY, event="schedule", steps=("fetch", "apply"))
    site.story.fail = lambda _request: None
    second = start_job(site, SUNDAY, event="schedule", steps=("fetch", "apply"))
    return SimpleNamespace(pushed=pushed, listed=listed, first=first, second=second)


@pytest.fixture(scope="module")
def undone(site, upgrade):
    """Somebody takes back by hand what the schedule made last, and then the schedule comes again."""
    job = make_push_run(site, git(site.desk, "rev-parse", "main"), "apply", directory="prod")
    job.variables = {**job.variables, "PYTHONPATH": str(site.place / "clock")}
    script = "cd prod && poolctl undo latest --out back.json && exec poolctl apply back.json # ci/apply.sh"
    job.list_steps = lambda: [{"run": script, "env": {"HW_ACCESS_KEY": "a", "HW_SECRET_KEY": "b"}}]
    site.story.take_writes()
    ended = job.run("apply")
    taken = find_drivers(site)
    return SimpleNamespace(
        ended=ended, taken=taken, later=start_job(site, SUNDAY, event="schedule", steps=("fetch", "apply"))
    )


@pytest.fixture(scope="module")
def unseen(site, undone):
    """A new driver comes straight to main."""
    push_straight(site, {"prod/c.pools.toml": make_pool("c", "470.57")})
    return start_job(site, SUNDAY, event="schedule", steps=("fetch", "apply"))


def test_a_merge_outside_of_the_window_leaves_its_drivers_for_later_and_asks_nobody(upgrade):
    assert (upgrade.pushed.apply.code, upgrade.pushed.drivers, upgrade.pushed.has_rest) == (0, [], False)
    assert "[apply.rollout-later]" in upgrade.pushed.apply.err


def test_a_schedule_looks_at_every_directory(upgrade):
    assert upgrade.listed.wrote["GITHUB_OUTPUT"] == 'directories=["prod","stage"]\n'


def test_a_schedule_inside_of_the_window_goes_on_with_what_was_merged_and_stops_at_a_failure(upgrade):
    assert (upgrade.first.apply.code, upgrade.first.drivers) == (1, [("a", "470.57"), ("b", "470.57")])


def test_the_next_one_goes_on_where_it_stopped_though_another_commit_was_applied_last(upgrade):
    assert (upgrade.second.apply.code, upgrade.second.drivers) == (0, [("b", "470.57")])


def test_what_was_merged_before_the_last_plan_could_show_it_is_approved_beside_it(upgrade):
    assert "#2 has an approved plan of prod.\n#1 has an approved plan of prod." in upgrade.second.fetch.out


def test_a_schedule_does_not_make_again_what_was_undone(undone):
    assert (undone.ended.code, undone.taken) == (0, [("b", "440.33")]), undone.ended
    assert "#2 was merged before something was undone: it approves nothing any more." in undone.later.fetch.out
    assert "Nothing of this directory is approved." in undone.later.apply.out
    assert (undone.later.apply.code, undone.later.drivers) == (0, [])


def test_a_schedule_takes_no_older_approval_for_what_nobody_approved(unseen):
    assert (unseen.fetch.code, "#" in unseen.fetch.out) == (0, False)
    assert (unseen.apply.code, unseen.drivers) == (0, [])
