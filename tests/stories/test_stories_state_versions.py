"""The state and its versions as a whole: diff, pull, push and rollback, on this disk."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest
from story_site import NETWORK_ID, POOL_ID, Story, flatten, make_pool_block

from planner.cli.entry import main

OTHER = make_pool_block(address="b", name="gpu-b")
Json = dict[str, Any]


def read_state(story: Story) -> Json:
    document: Json = json.loads((story.directory / "pools.state.json").read_text(encoding="utf-8"))
    return document


def write_state(story: Story, **members: Any) -> str:
    """Write the state as it is, with other members, to a file beside it; return the file's name."""
    (story.directory / "other.json").write_text(json.dumps(read_state(story) | members), encoding="utf-8")
    return "other.json"


@pytest.fixture
def made(story: Story) -> Story:
    """Two applies: pool.a, then pool.b beside it and another description."""
    story.seed_network("network-maos")
    story.begin(make_pool_block('description = "first"'))
    story.begin(make_pool_block('description = "second"'), OTHER)
    return story


@pytest.fixture
def first(made: Story) -> int:
    """The serial that the first apply came to."""
    return int(json.loads(made.run("log", "-o", "json").out)["receipts"][1]["serial"]) + 1


def test_diff_shows_what_is_tracked_and_what_is_recorded_otherwise(made: Story, first: int):
    told = made.run("state", "diff", str(first))
    assert told.code == 0, told.err
    assert told.out.splitlines()[0] == f"State serial {first} -> {read_state(made)['serial']}"
    assert '      ~ last_applied: annotations["os.modelarts/description"]' in told.out or "description" in told.out
    assert "  + pool.b  gpu-b-" in told.out
    back = json.loads(made.run("state", "diff", "current", str(first), "-o", "json").out)
    assert [(one["address"], one["difference"]) for one in back["records"]] == [
        ("pool.a", "changed"),
        ("pool.b", "forgotten"),
    ]


def test_diff_of_a_version_with_itself_is_none(made: Story):
    assert made.run("state", "diff", "current", "current").out.endswith("No difference.\n")


def test_diff_takes_a_file_and_a_plan(made: Story):
    (made.directory / "pulled.json").write_text(made.run("state", "pull").out, encoding="utf-8")
    made.files(make_pool_block('description = "third"'), OTHER)
    assert made.run("plan", "--out", "plan.json").code == 0
    assert made.run("state", "mv", "pool.b", "pool.c").code == 0
    expected = "  > pool.c  was pool.b\n"
    assert made.run("state", "diff", "pulled.json").out.endswith(expected)
    assert made.run("state", "diff", "plan.json").out.endswith(expected)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("99", "state.no-version", id="a serial that never was"),
        pytest.param("nowhere.json", "state.missing", id="a file that is not there"),
        pytest.param("main.pools.toml", "state.not-json", id="a file that is no state"),
    ],
)
def test_diff_of_what_is_not_there_is_told(made: Story, name: str, code: str):
    told = made.run("state", "diff", name)
    assert (told.code, f"[{code}]" in told.err) == (1, True), told.err


def test_pulled_state_is_the_stored_one_byte_for_byte(made: Story):
    assert made.run("state", "pull").out == (made.directory / "pools.state.json").read_text(encoding="utf-8")


def test_there_is_nothing_to_pull_before_the_first_apply(story: Story):
    story.files(make_pool_block())
    told = story.run("state", "pull")
    assert (told.code, told.out, "[state.none]" in told.err) == (1, "", True)


def test_pushing_what_is_stored_changes_nothing(made: Story):
    before = read_state(made)
    told = made.run("state", "push", write_state(made))
    assert (told.code, told.out) == (0, "Nothing to do: the stored state is the same.\n")
    assert read_state(made) == before


def test_next_state_is_pushed_once_it_is_approved(made: Story):
    serial = read_state(made)["serial"]
    name = write_state(made, serial=serial + 4, applied_from="c0ffee")
    refused = made.run("state", "push", name)
    assert (refused.code, "[approval.unasked]" in refused.err, read_state(made)["serial"]) == (1, True, serial)
    assert made.run("state", "push", name, "--auto-approve", "--reason", "INC-7").code == 0
    assert (read_state(made)["serial"], read_state(made)["applied_from"]) == (serial + 4, "c0ffee")
    assert "reason: INC-7" in made.run("log").out


PUSHED = [
    pytest.param({"serial": 0}, "state.not-newer", "was saved since", id="an older serial"),
    pytest.param({"applied_from": "beef"}, "state.not-newer", "their content differs", id="an equal serial"),
    pytest.param({"lineage": "another"}, "state.other-lineage", "nothing to do with each other", id="another lineage"),
]


@pytest.mark.parametrize(("members", "code", "words"), PUSHED)
def test_state_that_is_not_the_next_one_is_refused_in_words_and_force_stores_it_above_all(
    made: Story, members: Json, code: str, words: str
):
    before = read_state(made)
    name = write_state(made, **members)
    refused = made.run("state", "push", name, "--auto-approve")
    assert (refused.code, f"[{code}]" in refused.err, words in flatten(refused.err)) == (1, True, True), refused.err
    assert read_state(made) == before
    assert made.run("state", "push", name, "--auto-approve", "--force").code == 0
    assert read_state(made) == before | members | {"serial": before["serial"] + 1}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param(
            {"service": {"endpoint": "https", "region": "eu-nl", "project_id": "p"}},
            "state.other-service",
            id="service",
        ),
        pytest.param({"moved_to": "elsewhere"}, "state.moved", id="moved away"),
        pytest.param({"format_version": "9.0"}, "state.newer-version", id="newer format"),
        pytest.param({"resources": {"pool.x": {}}}, "state.bad-document", id="no state"),
    ],
)
def test_state_that_can_never_be_right_is_refused_even_by_force(made: Story, members: Json, code: str):
    before = read_state(made)
    told = made.run("state", "push", write_state(made, serial=99, **members), "--auto-approve", "--force")
    assert (told.code, f"[{code}]" in told.err) == (1, True), told.err
    assert read_state(made) == before


BACK = "poolctl state rollback"
DAMAGES = [
    pytest.param(lambda _text: "", "state.empty", BACK, id="empty"),
    pytest.param(lambda text: text[:100], "state.truncated", BACK, id="cut off"),
    pytest.param(lambda text: text.replace('"lineage"', '"linage"'), "state.bad-document", BACK, id="hand-edited"),
    pytest.param(lambda text: f"<<<<<<< HEAD\n{text}", "state.merge-conflict", BACK, id="merge conflict"),
    pytest.param(lambda text: text.replace('"1.0"', '"9.0"'), "state.newer-version", "newer", id="newer version"),
]


@pytest.mark.parametrize(("damage", "code", "way"), DAMAGES)
def test_damaged_state_is_never_overwritten_but_knowingly(
    made: Story, damage: Callable[[str], str], code: str, way: str
):
    path = made.directory / "pools.state.json"
    kept = made.run("state", "pull").out
    spoiled = damage(kept)
    path.write_text(spoiled, encoding="utf-8")
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "mv", "pool.a", "pool.c"), ("state", "pull")):
        told = made.run(*command)
        assert (told.code, f"[{code}]" in told.err, way in flatten(told.err)) == (1, True, True), told.err
    assert path.read_text(encoding="utf-8") == spoiled
    (made.directory / "kept.json").write_text(kept, encoding="utf-8")
    assert made.run("state", "push", "kept.json", "--auto-approve").code == 0
    assert path.read_text(encoding="utf-8") == kept
    assert made.is_settled()


def test_rollback_is_a_way_back_from_a_damaged_state(made: Story, first: int):
    made.run("state", "mv", "pool.b", "pool.c")
    newest = read_state(made)["serial"]
    (made.directory / "pools.state.json").write_text("{", encoding="utf-8")
    told = made.run("state", "rollback", str(newest - 1), "--auto-approve")
    assert told.code == 0, told.err
    assert read_state(made)["serial"] == newest + 1
    assert made.run("state", "list").out.split() == ["pool.a", "pool.b"]
    assert made.is_settled()


def test_rollback_is_shown_with_the_plan_that_comes_next_and_is_a_new_version(made: Story):
    before = read_state(made)
    assert made.run("state", "mv", "pool.b", "pool.c").code == 0
    asked = made.run("state", "rollback", str(before["serial"]))
    assert asked.code == 1
    assert "  > pool.b  was pool.c\n" in asked.out
    assert "The next plan would be:\nNo changes." in asked.out
    assert read_state(made)["serial"] == before["serial"] + 1
    assert made.run("state", "rollback", str(before["serial"]), "--auto-approve", "--reason", "oops").code == 0
    assert read_state(made) == before | {"serial": before["serial"] + 2}
    assert made.is_settled()
    assert f"state rollback {before['serial']}" in made.run("log").out


def test_rollback_that_would_leave_a_name_taken_is_refused(made: Story, first: int):
    before = read_state(made)
    told = made.run("state", "rollback", str(first), "--auto-approve")
    assert (told.code, "[state.rollback]" in told.err, "name is taken" in flatten(told.err)) == (1, True, True), (
        told.err
    )
    assert read_state(made) == before


def test_rollback_shows_that_the_next_plan_would_stop(made: Story):
    made.files(make_pool_block('description = "second"'))
    with_both = read_state(made)["serial"]
    assert made.run("state", "rm", "pool.b", "--auto-approve").code == 0
    told = made.run("state", "rollback", str(with_both))
    assert "  + pool.b  gpu-b-" in told.out
    assert "The next plan would stop:" in told.out
    assert "[plan.missing-block]" in told.out


def test_rollback_to_an_object_that_is_gone_is_refused(made: Story):
    with_both = read_state(made)["serial"]
    assert made.run("state", "rm", "pool.a", "--auto-approve").code == 0
    made.drop_pool()
    told = made.run("state", "rollback", str(with_both), "--auto-approve")
    assert (told.code, "[state.rollback]" in told.err, POOL_ID in told.err) == (1, True, True), told.err
    assert [*read_state(made)["resources"]] == ["pool.b"]


def test_rollback_to_what_is_there_changes_nothing(made: Story):
    serial = read_state(made)["serial"]
    assert made.run("state", "rollback", str(serial)).out == "Nothing to do: the stored state is the same.\n"
    assert "[state.no-version]" in made.run("state", "rollback", "77").err


def test_old_state_that_was_brought_back_is_not_replayed_silently(made: Story):
    path = made.directory / "pools.state.json"
    backup = path.with_name("backup.json")
    shutil.copy(path, backup)
    made.begin(make_pool_block('description = "third"'), OTHER)
    newest = read_state(made)["serial"]
    shutil.copy(backup, path)
    assert "[state.older]" in made.plan().err
    assert "older than the last one" in flatten(made.run("doctor").out)
    refused = made.apply()
    assert (refused.code, "[state.older]" in refused.err) == (1, True)
    assert "[state.older]" in made.run("state", "mv", "pool.b", "pool.c").err
    assert made.take_writes() == []
    assert "was saved since" in flatten(made.run("state", "push", "backup.json", "--auto-approve").err)
    assert made.run("state", "push", "backup.json", "--auto-approve", "--force").code == 0
    assert read_state(made)["serial"] == newest + 1
    assert made.apply().code == 0


def test_interrupted_run_is_settled_before_any_of_it(made: Story):
    journal = made.directory / ".poolctl" / "journal"
    newest = max(journal.glob("*.jsonl"))
    lines = newest.read_text(encoding="utf-8").splitlines(keepends=True)
    newest.write_text("".join(lines[:-1]), encoding="utf-8")
    serial = read_state(made)["serial"]
    name = write_state(made, serial=serial + 1)
    commands = (("state", "push", name, "--force"), ("state", "rollback", str(serial)))
    told = [made.run(*command, "--auto-approve") for command in commands]
    assert [(one.code, "[state.unsettled]" in one.err) for one in told] == [(1, True)] * 2
    assert NETWORK_ID not in "".join(one.out for one in told)


def test_state_that_is_pulled_moves_no_cursor_and_is_the_same(made: Story):
    hostile = read_state(made) | {"applied_from": "a\x9b2Jb\u202ec"}
    (made.directory / "pools.state.json").write_text(json.dumps(hostile, ensure_ascii=False), encoding="utf-8")
    pulled = made.run("state", "pull").out
    assert ("\x9b" in pulled, "\u202e" in pulled) == (False, False)
    assert json.loads(pulled) == hostile


def test_diff_of_a_number_that_no_serial_has_is_told(made: Story):
    told = made.run("state", "diff", "9" * 5000)
    assert (told.code, "[state." in told.err) == (1, True), told.err


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        pytest.param(None, "it is closed", id="closed"),
        pytest.param(io.StringIO('{"a": "\udcff"}'), "no UTF-8 text", id="bytes that are no text"),
    ],
)
def test_stdin_that_gives_no_state_is_told(
    made: Story, monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO | None, words: str
):
    before = read_state(made)
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert main(["-C", str(made.directory), "state", "push", "-"]) == 1
    assert words in flatten(sys.stderr.getvalue())
    assert read_state(made) == before
