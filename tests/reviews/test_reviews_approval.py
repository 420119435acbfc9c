"""An approval and what came after it: only what is new is read again, and an old approval ends."""

import json

import pytest
from story_site import make_pool_block, open_story


@pytest.fixture
def story(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    with open_story(tmp_path) as opened:
        opened.seed_network("network-maos")
        yield opened


def save(story, *options):
    assert story.run("plan", "--out", "plan.json", *options).code == 0
    return json.loads((story.directory / "plan.json").read_text(encoding="utf-8"))


def set_end(story, document, moment):
    document["inputs"]["valid_until"] = moment
    (story.directory / "plan.json").write_text(json.dumps(document), encoding="utf-8")


def test_against_shows_the_pool_that_was_added_since(story):
    story.files(make_pool_block())
    save(story)
    story.files(make_pool_block(), make_pool_block(address="b", name="gpu-b"))
    ended = story.run("plan", "--against", "plan.json")
    assert "# pool.b will be created" in ended.out
    assert "# pool.a will be created" not in ended.out
    facts = ended.out.splitlines()[ended.out.splitlines().index("The whole plan, with what is not shown here:") :]
    assert [line.partition(":")[0] for line in facts[1:]] == ["Digest", "Nodes", "Quota left", "Plan"]
    assert facts[-1] == "Plan: 2 to add, 0 to change, 0 to destroy."
    assert "Disruption of what is shown: at most new_nodes (1 change)." in ended.out
    assert "Only what changed since another plan is shown" in ended.err


def test_against_says_so_in_a_comment_too(story):
    story.files(make_pool_block())
    save(story)
    ended = story.run("plan", "--against", "plan.json", "--format", "markdown")
    assert "- **Warning:** `Only what changed since another plan is shown`" in ended.out
    assert "| `pool.a` |" not in ended.out
    assert "> Counts, nodes and digest are of the whole plan; **only what is new or different is shown**." in ended.out
    assert "**Disruption of what is shown** none" in ended.out


def test_against_says_so_on_the_page_too(story):
    story.files(make_pool_block())
    save(story)
    page = story.run("plan", "--against", "plan.json", "--format", "html").out
    assert "The numbers are of the whole plan," in page
    assert "Disruption, at most, of what is shown" in page
    assert "The numbers are of the whole plan," not in story.run("plan", "--format", "html").out


def add_block(document):
    document["changes"][0]["blocked"] = [{"code": "guards.freeze", "summary": "s", "detail": "d", "address": ""}]


def add_change(document):
    change = document["changes"][0]
    document["changes"].append(change | {"address": "pool.b"})


def lower_count(document):
    document["summary"]["create"] = 0


@pytest.mark.parametrize("edit", [add_block, add_change, lower_count])
def test_against_refuses_a_plan_that_was_edited(story, edit):
    story.files(make_pool_block())
    document = save(story)
    edit(document)
    (story.directory / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    ended = story.run("plan", "--against", "plan.json", "--out", "new.json")
    assert (ended.code, ended.out, (story.directory / "new.json").exists()) == (1, "", False)
    assert "plan.json: " in ended.err
    assert "[apply.edited-plan]" in ended.err


def test_against_takes_a_plan_whose_time_is_over_and_whose_layout_was_changed(story):
    story.files(make_pool_block())
    set_end(story, save(story, "--valid-for", "24h"), "2026-01-01T00:00:00Z")
    ended = story.run("plan", "--against", "plan.json")
    assert (ended.code, "# pool.a will be created" in ended.out) == (0, False)


def test_out_saves_the_whole_plan_beside_against(story):
    story.files(make_pool_block())
    first = save(story)
    assert save(story, "--against", "plan.json")["changes"] == first["changes"]


def test_a_plan_knows_no_clock_unless_it_is_to_end(story):
    story.files(make_pool_block())
    assert "valid_until" not in save(story)["inputs"]
    limited = save(story, "--valid-for", "24h")
    assert limited["inputs"]["valid_until"].endswith("Z")
    assert limited["digest"] == save(story)["digest"]


def test_a_plan_that_is_still_valid_is_applied(story):
    story.files(make_pool_block())
    save(story, "--valid-for", "24h")
    assert story.run("apply", "plan.json").code == 0
    assert story.is_settled()


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        pytest.param("2026-01-01T00:00:00Z", "apply.expired-plan", id="its time is over"),
        pytest.param("tomorrow", "apply.edited-plan", id="no moment at all"),
    ],
)
def test_a_plan_whose_end_has_come_sends_nothing(story, moment, code):
    story.files(make_pool_block())
    set_end(story, save(story, "--valid-for", "24h"), moment)
    ended = story.run("apply", "plan.json")
    assert (ended.code, story.take_writes()) == (1, [])
    assert f"[{code}]" in ended.err


def approve(story, *names):
    options = [word for name in names for word in ("--expect-plan", name)]
    return story.run("apply", *options)


def test_a_reviewed_plan_approves_its_changes_after_the_state_has_moved_on(story):
    story.files(make_pool_block())
    save(story)
    story.files(make_pool_block(address="b", name="gpu-b"))
    assert story.apply().code == 0
    story.files(make_pool_block(), make_pool_block(address="b", name="gpu-b"))
    assert approve(story, "plan.json").code == 0
    assert story.is_settled()


def test_what_no_reviewed_plan_holds_is_left_out(story):
    story.files(make_pool_block())
    save(story)
    story.files(make_pool_block(), make_pool_block(address="b", name="gpu-b"))
    ended = approve(story, "plan.json")
    assert (ended.code, sorted(story.find_live("pools"))) == (1, ["gpu-a-86c13962597848eeb29c5861153a391f"])
    assert "[apply.left-out]" in ended.err


def test_several_reviewed_plans_approve_together(story):
    story.files(make_pool_block())
    save(story)
    (story.directory / "plan.json").rename(story.directory / "first.json")
    story.files(make_pool_block(address="b", name="gpu-b"))
    save(story)
    story.files(make_pool_block(), make_pool_block(address="b", name="gpu-b"))
    assert approve(story, "first.json", "plan.json").code == 0
    assert story.is_settled()


def test_a_reviewed_plan_without_changes_approves_nothing(story):
    story.files(make_pool_block())
    assert story.apply().code == 0
    save(story)
    story.files(make_pool_block(cpu=3))
    story.take_writes()
    assert (approve(story, "plan.json").code, story.take_writes()) == (1, [])


def test_a_reviewed_plan_that_was_edited_approves_nothing(story):
    story.files(make_pool_block())
    document = save(story)
    document["changes"][0]["fields"][0]["after"] = "another"
    (story.directory / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    ended = approve(story, "plan.json")
    assert (ended.code, story.take_writes()) == (1, [])
    assert "[apply.edited-plan]" in ended.err


def test_a_reviewed_plan_whose_end_has_come_approves_nothing(story):
    story.files(make_pool_block())
    set_end(story, save(story, "--valid-for", "24h"), "2026-01-01T00:00:00Z")
    ended = approve(story, "plan.json")
    assert (ended.code, story.take_writes()) == (1, [])
    assert "[apply.expired-plan]" in ended.err
