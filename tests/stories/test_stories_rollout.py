"""A driver upgrade goes through ten pools one by one, in a window, stops at a failure, and goes on where it stopped."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from rollout_site import FIRST, NAMES, OPENS, SATURDAY, TUESDAY, Night, list_versions, make_files
from story_site import GPU, PROJECT, Story, flatten

from planner.simulator.documents import World
from planner.simulator.drafts import Draft
from planner.simulator.faults import Status


def test_outside_of_the_window_nothing_is_sent_and_nothing_is_wrong(night: Night, golden: Callable[[str, str], None]):
    planned = night.story.plan()
    assert planned.code == 2
    # The digest rests on when the pools were made.
    golden("rollout/closed.txt", re.sub("sha256:[0-9a-f]{64}", "sha256:…", planned.out))
    ended = night.story.apply("--json-into", "events.jsonl")
    assert (ended.code, night.take_drivers()) == (0, [])
    assert f"{OPENS}. Nothing is wrong" in flatten(ended.err)
    assert f"{OPENS}. Nothing is wrong" in (night.story.directory / "events.jsonl").read_text(encoding="utf-8")
    assert "[apply.rollout-later]" in ended.err


def test_what_else_changes_does_not_wait(night: Night):
    night.story.files(make_files("470.57", count=2))
    ended = night.story.apply()
    counts = {name: len(night.story.list_nodes(f"team-{name}-{PROJECT}")) for name in NAMES}
    assert (ended.code, night.take_drivers(), counts) == (0, [], dict.fromkeys(NAMES, 2))
    assert f"1 of 2 operations done; {OPENS}" in flatten(ended.out)
    assert "Apply complete!" in ended.out


def test_inside_of_the_window_the_pools_come_one_by_one_in_their_order(night: Night):
    night.set_clock(SATURDAY)
    ended = night.story.apply()
    assert (ended.code, night.take_drivers()) == (0, list(FIRST))
    assert list_versions(night.story) == dict.fromkeys(NAMES, "470.57")
    assert night.story.is_settled()


def test_a_failure_stops_the_rollout_and_the_next_apply_goes_on_with_it(night: Night):
    night.set_clock(SATURDAY)
    night.broken = frozenset("c")
    ended = night.story.apply()
    assert (ended.code, night.take_drivers()) == (1, ["j", "a", "b", "c"])
    why = 'rollout.drivers stops at the first failure: pool.team["c"] failed'
    assert ended.err.count(f"Skipped: {why}") == 6
    assert 'pool.team["c"]: Modifications failed after 0s: The service does not accept the request' in ended.err
    assert night.story.apply().code == 1
    assert night.take_drivers() == ["c"]
    night.broken = frozenset()
    assert (night.story.apply().code, night.take_drivers()) == (0, ["c", "d", "e", "f", "g", "h", "i"])
    assert night.story.is_settled()


def test_a_rollout_may_go_on_after_a_failure(night: Night):
    night.set_clock(SATURDAY)
    night.broken = frozenset("c")
    night.story.files(make_files("470.57", rule='on_failure = "continue"\n'))
    assert (night.story.apply().code, night.take_drivers()) == (1, list(FIRST))


def test_a_window_that_closes_leaves_the_rest_for_the_next_one(night: Night):
    night.set_clock(SATURDAY, minutes=100)
    ended = night.story.apply()
    # It is open for six hours: after the fourth driver it is 4:40 in Berlin.
    assert (ended.code, night.take_drivers()) == (0, ["j", "a", "b", "c"])
    assert 'pool.team["d"]: the window of rollout.drivers opens Saturday 2026-12-05 22:00 Europe/Berlin' in flatten(
        ended.out
    )
    assert "left for their turn in a rollout:" in ended.out
    night.set_clock(SATURDAY + dt.timedelta(days=3))
    assert (night.story.apply().code, night.take_drivers()) == (0, [])
    night.set_clock(SATURDAY + dt.timedelta(days=7))
    assert (night.story.apply().code, night.take_drivers()) == (0, ["d", "e", "f", "g", "h", "i"])
    assert night.story.is_settled()


def test_ten_pools_one_failing_and_a_window_that_closes(night: Night):
    night.broken = frozenset("d")
    night.set_clock(SATURDAY, minutes=80)
    first = night.story.apply()
    assert (first.code, night.take_drivers()) == (1, ["j", "a", "b", "c", "d"])
    assert list_versions(night.story) == {name: "470.57" if name in "jabc" else "440.33" for name in NAMES}
    night.broken = frozenset()
    night.set_clock(SATURDAY + dt.timedelta(hours=5), minutes=20)
    second = night.story.apply()
    assert (second.code, night.take_drivers()) == (0, ["d", "e", "f"])
    night.set_clock(SATURDAY + dt.timedelta(days=7), minutes=10)
    assert (night.story.apply().code, night.take_drivers()) == (0, ["g", "h", "i"])
    assert (list_versions(night.story), night.story.is_settled()) == (dict.fromkeys(NAMES, "470.57"), True)


def test_a_request_is_not_repeated_after_the_end_of_the_window(night: Night):
    night.set_clock(SATURDAY, minutes=200)
    night.answer_broken = Status(status=429)
    night.broken = frozenset("j")
    ended = night.story.apply()
    # Two of the attempts are in time: at ten and at twenty past one.
    assert (ended.code, night.take_drivers()) == (1, ["j", "j"])


@pytest.mark.parametrize(
    ("rule", "most"),
    [pytest.param("batch = 3\n", 3, id="pools"), pytest.param("batch_percent = 40\n", 4, id="percent")],
)
def test_the_pools_of_a_batch_come_together(night: Night, rule: str, most: int):
    night.set_clock(SATURDAY)
    night.story.files(make_files("470.57", rule=rule))
    ended = night.story.apply()
    sent = night.take_drivers()
    batches = [sorted(sent[start : start + most]) for start in range(0, len(sent), most)]
    assert (ended.code, batches) == (0, [sorted(FIRST[start : start + most]) for start in range(0, len(FIRST), most)])


def test_nothing_starts_beside_a_pool_that_failed_before(night: Night):
    night.set_clock(SATURDAY)
    night.broken = frozenset("a")
    night.story.files(make_files("470.57", rule="batch = 3\n"))
    assert (night.story.apply().code, sorted(night.take_drivers())) == (1, ["a", "b", "j"])
    assert (night.story.apply().code, night.take_drivers()) == (1, ["a"])
    night.broken = frozenset()
    assert night.story.apply().code == 0
    sent = night.take_drivers()
    assert [sorted(sent[start:end]) for start, end in ((0, 1), (1, 4), (4, 7), (7, 8))] == [
        ["a"],
        ["c", "d", "e"],
        ["f", "g", "h"],
        ["i"],
    ]


def test_a_saved_plan_is_refused_outside_of_the_window(night: Night):
    assert night.story.run("plan", "--out", "p.json").code == 0
    ended = night.story.run("apply", "p.json")
    assert (ended.code, night.take_drivers()) == (1, [])
    assert "[apply.rollout-waits]" in ended.err
    assert (night.story.run("apply", "p.json", "--skip-blocked").code, night.take_drivers()) == (0, [])
    night.set_clock(SATURDAY)
    assert (night.story.run("apply", "p.json").code, night.take_drivers()) == (0, list(FIRST))


def test_a_saved_plan_that_its_window_cut_short_fails_and_says_how_to_go_on(night: Night):
    night.set_clock(SATURDAY, minutes=100)
    digest = night.story.plan_json("--out", "p.json")["digest"]
    ended = night.story.run("apply", "p.json")
    assert (ended.code, night.take_drivers()) == (1, ["j", "a", "b", "c"])
    assert "The saved plan was made in part" in ended.err
    assert f"poolctl apply --expect {digest}" in flatten(ended.err)
    assert ended.out.endswith("Apply incomplete. Resources: 0 added, 4 changed, 0 destroyed.\n")
    assert "Nothing is wrong" not in ended.out
    night.set_clock(SATURDAY + dt.timedelta(days=7))
    assert (night.story.run("apply", "--expect", digest).code, night.take_drivers()) == (0, list("defghi"))


def test_a_digest_of_tuesday_approves_what_is_made_on_saturday(night: Night):
    digest = night.story.plan_json()["digest"]
    assert (night.story.run("apply", "--expect", digest).code, night.take_drivers()) == (0, [])
    night.set_clock(SATURDAY)
    assert (night.story.run("apply", "--expect", digest).code, night.take_drivers()) == (0, list(FIRST))


def test_what_is_not_approved_holds_back_those_behind_it(night: Night):
    night.set_clock(SATURDAY)
    digests = [one["digest"] for one in night.story.plan_json()["changes"] if one["address"] != 'pool.team["b"]']
    options = [word for digest in digests for word in ("--expect", digest)]
    ended = night.story.run("apply", *options)
    assert (ended.code, night.take_drivers()) == (1, [])
    assert 'rollout.drivers stops at the first failure: pool.team["b"] is left out' in flatten(ended.out)


def test_an_excluded_pool_holds_nobody_back(night: Night):
    night.set_clock(SATURDAY)
    night.broken = frozenset("a")
    assert night.story.apply("--exclude", 'pool.team["a"]').code == 0
    assert night.take_drivers() == [name for name in FIRST if name != "a"]


def test_targets_come_in_their_order(night: Night):
    night.set_clock(SATURDAY)
    assert night.story.apply("--target", 'pool.team["b"]', "--target", 'pool.team["j"]').code == 0
    assert night.take_drivers() == ["j", "b"]


def test_a_pool_whose_driver_became_abnormal_stops_the_rollout(night: Night):
    night.set_clock(SATURDAY)
    assert night.story.apply("--target", 'pool.team["j"]').code == 0
    assert night.take_drivers() == ["j"]
    night.story.edit_pool(lambda pool: pool["status"]["driver"]["gpu"].update(state="Abnormal"), f"team-j-{PROJECT}")
    ended = night.story.apply()
    assert (ended.code, night.take_drivers()) == (1, [])
    assert 'pool.team["j"] has its gpu driver in state Abnormal' in flatten(ended.out)
    assert night.story.apply("--exclude", 'pool.team["j"]').code == 0
    assert night.take_drivers() == list(FIRST[1:])


def test_a_driver_that_becomes_abnormal_in_the_night_stops_the_rollout_until_it_runs(night: Night):
    story = night.story
    night.set_clock(SATURDAY)
    night.spoiled = "c"
    ended = story.apply()
    assert (ended.code, night.take_drivers()) == (1, ["j", "a", "b", "c"])
    assert "[apply.driver-failed]" in ended.err
    assert (story.apply().code, night.take_drivers()) == (1, [])
    night.spoiled = ""
    story.edit_pool(lambda pool: pool["status"]["driver"]["gpu"].update(state="Running"), f"team-c-{PROJECT}")
    assert (story.apply().code, night.take_drivers()) == (0, list("defghi"))


def end_jobs(story: Story, pool_id: str) -> None:
    def end(world: World) -> World:
        draft = Draft(world)
        draft.put("workloads", pool_id, value=[])
        return draft.finish()

    story.server.change(end)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        pytest.param((), 'wait_timeout = "1s"\n', id="waited for and not done"),
        pytest.param(("--wait", "accepted"), "", id="not waited for"),
    ],
)
def test_a_driver_that_waits_for_jobs_keeps_its_batch_open(night: Night, options: tuple[str, ...], settings: str):
    story, canary = night.story, f"team-j-{PROJECT}"
    night.set_clock(SATURDAY)
    story.settings = settings
    story.run_jobs(*story.list_nodes(canary), pool_id=canary)
    story.files(make_files("470.57").replace('"force"', '"idle"'))
    first = story.apply("--exclude", 'pool.team["a"]', *options)
    assert (first.code, night.take_drivers()) == (0, ["j"])
    assert 'goes on after pool.team["j"] still waits' in flatten(first.out)
    second = story.apply(*options)
    assert (second.code, night.take_drivers()) == (0, [])
    assert 'goes on after pool.team["j"] still waits' in flatten(second.err)
    end_jobs(story, canary)
    assert story.run("wait").code == 0
    assert (story.apply().code, night.take_drivers()) == (0, list(FIRST[1:]))


def test_undo_does_not_wait_for_a_window(night: Night):
    night.set_clock(SATURDAY)
    assert night.story.apply("--target", 'pool.team["j"]').code == 0
    night.set_clock(TUESDAY + dt.timedelta(days=7))
    night.take_drivers()
    ended = night.story.run("undo", "latest", "--out", "back.json")
    assert ended.code == 0, ended.err
    assert (night.story.run("apply", "back.json").code, night.take_drivers()) == (0, ["j"])


def test_scale_does_not_wait_for_a_window(night: Night):
    solo = '[pool.solo]\nname = "solo"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "${network.main.id}"\n'
    entry = f'[[pool.solo.resources]]\nflavor = "{GPU}"\ncount = 1\n'
    files = make_files("440.33").replace('fields = ["driver"]', 'fields = ["resources[*].count"]')
    night.story.begin(files.replace("order = [", 'order = ["pool.solo", '), solo, entry)
    ended = night.story.run("scale", "pool.solo", f"{GPU}=3", "--auto-approve")
    assert (ended.code, len(night.story.list_nodes(f"solo-{PROJECT}"))) == (0, 3), ended.err


def test_the_plan_document_tells_rollouts_and_turns(night: Night):
    document = night.story.plan_json()
    [rollout] = document["rollouts"]
    assert rollout["batches"] == [[f'pool.team["{name}"]'] for name in FIRST]
    assert (rollout["opens"], rollout["closes"]) == ("Saturday 2026-11-28 22:00 Europe/Berlin", "")
    turns = {one["address"]: one["turns"] for one in document["changes"] if "turns" in one}
    assert turns['pool.team["a"]'] == [
        {"rollout": "drivers", "batch": 2, "operations": [1], "waits": OPENS, "is_stopped": False}
    ]
    assert len(turns) == 10
