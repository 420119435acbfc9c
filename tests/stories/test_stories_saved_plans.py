"""A saved plan: the same bytes each time, exactly its changes or nothing, refused in words when it is stale."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from story_site import CPU, GPU, NETWORK_ID, POOL_ID, Json, Story, flatten, make_import_block

SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.schema.json"


def make_blocks(*, cpu: int = 4, description: str = "first") -> str:
    return (
        f'[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\ndescription = "{description}"\n'
        f'network = "{NETWORK_ID}"\n'
        f'[[pool.a.resources]]\nflavor = "{CPU}"\ncount = {cpu}\n'
    )


@pytest.fixture
def saved(story: Story) -> Story:
    """Return the scene with a pool of ours and others, and ``p.json``: growth by one and another description."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 4, GPU: 2})
    story.begin(make_blocks(), make_import_block())
    story.files(make_blocks(cpu=5, description="second"))
    assert story.run("plan", "--out", "p.json").code == 0
    return story


def load_plan(story: Story, name: str = "p.json") -> Json:
    document: Json = json.loads((story.directory / name).read_text(encoding="utf-8"))
    return document


def check_refused(story: Story, *words: str) -> None:
    """Apply the saved plan: nothing is sent, nothing is recorded, and each of ``words`` is said."""
    state = story.load_state()
    ended = story.run("apply", "p.json")
    assert (ended.code, story.take_writes(), story.load_state()) == (1, [], state)
    assert [one for one in words if one not in flatten(ended.err)] == []
    assert "Traceback" not in ended.err


def test_two_plans_of_the_same_inputs_are_the_same_bytes(saved: Story):
    first = (saved.directory / "p.json").read_bytes()
    assert saved.run("plan", "--out", "q.json").code == 0
    assert (saved.directory / "q.json").read_bytes() == first
    assert saved.run("plan", "--format", "json").out.encode() == first
    assert saved.run("plan", "--parallelism", "1").out == saved.run("plan", "--parallelism", "7").out


def turn_members(value: Any) -> Any:
    """Return ``value`` with the members of its objects in the opposite order."""
    match value:
        case dict():
            return {name: turn_members(value[name]) for name in reversed(value)}
        case list():
            return [turn_members(one) for one in value]
        case _:
            return value


def test_the_order_in_which_the_service_answers_changes_no_byte(saved: Story):
    saved.edit_pool(lambda pool: pool.update(spec=turn_members(pool["spec"]), metadata=turn_members(pool["metadata"])))
    assert saved.run("plan", "--format", "json").out.encode() == (saved.directory / "p.json").read_bytes()


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_another_process_makes_the_same_bytes(saved: Story, seed: str):
    ended = subprocess.run(
        [sys.executable, "-m", "planner.cli.entry", "-C", str(saved.directory), "plan", "--format", "json"],
        env={"HW_AUTH_TOKEN": "token-of-a-test", "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    assert ended.stdout == (saved.directory / "p.json").read_bytes()


def test_a_saved_plan_is_what_its_schema_says(saved: Story):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(load_plan(saved), schema)


def test_a_saved_plan_is_readable_json_with_one_member_a_line(saved: Story, golden):
    plan = load_plan(saved)
    plan["basis"] |= {"lineage": "LINEAGE", "config_digest": "DIGEST"}
    golden("saved_plans/plan.json", json.dumps(plan, indent=2) + "\n")
    assert json.dumps(load_plan(saved), indent=2, ensure_ascii=False) + "\n" == (saved.directory / "p.json").read_text()


def test_a_saved_plan_is_shown_as_it_was_made(saved: Story):
    assert saved.run("show", "p.json").out == saved.run("plan").out


def test_a_saved_plan_is_applied_exactly_and_without_a_question(saved: Story, golden):
    ended = saved.run("apply", "p.json")
    golden("saved_plans/applied.txt", ended.out)
    assert ended.code == 0
    [patch] = saved.take_writes()
    [operation] = load_plan(saved)["changes"][0]["operations"]
    assert (patch.method, patch.path, patch.body) == (operation["method"], operation["path"], operation["body"])
    assert saved.is_settled()


def test_a_second_apply_of_the_same_plan_is_stale_and_says_what_moved(saved: Story, golden):
    serials = [load_plan(saved)["basis"]["serial"]]
    assert saved.run("apply", "p.json").code == 0
    serials.append(saved.load_state()["serial"])
    saved.take_writes()
    check_refused(
        saved, "stale", f"serial {serials[0]}", f"now it is {serials[1]}", "Perhaps the plan is applied already"
    )


def edit_count(plan: Json) -> None:
    plan["changes"][0]["fields"][-1]["after"] = 9


def edit_body(plan: Json) -> None:
    plan["changes"][0]["operations"][0]["body"]["spec"]["resources"][0]["count"] = 9


def edit_path(plan: Json) -> None:
    plan["changes"][0]["operations"][0]["path"] += "x"


def edit_intent(plan: Json) -> None:
    plan["changes"][0]["operations"][0]["intents"][-1]["after"] = 9


def edit_before(plan: Json) -> None:
    plan["changes"][0]["before"]["spec"]["resources"][0]["count"] = 3


def edit_after(plan: Json) -> None:
    plan["changes"][0]["after"]["spec"]["resources"][0]["count"] = 9


def edit_action(plan: Json) -> None:
    plan["changes"][0]["action"] = "delete"


def edit_disruption(plan: Json) -> None:
    plan["changes"][0]["disruption"] = "none"


def edit_class_of_a_field(plan: Json) -> None:
    for one in plan["changes"][0]["fields"]:
        one["disruption"] = "destroys"


def edit_address(plan: Json) -> None:
    plan["changes"][0]["address"] = "pool.b"


def edit_id(plan: Json) -> None:
    plan["changes"][0]["id"] = "gpu-b-86c13962597848eeb29c5861153a391f"


def edit_fingerprint(plan: Json) -> None:
    plan["changes"][0]["fingerprint"] = "sha256:" + "0" * 64


def edit_digest(plan: Json) -> None:
    plan["digest"] = "sha256:" + "0" * 64


def edit_change_digest(plan: Json) -> None:
    plan["changes"][0]["digest"] = "sha256:" + "0" * 64


def drop_change(plan: Json) -> None:
    plan["changes"] = []


EDITS = (
    edit_count,
    edit_body,
    edit_path,
    edit_intent,
    edit_before,
    edit_after,
    edit_action,
    edit_disruption,
    edit_class_of_a_field,
    edit_address,
    edit_id,
    edit_fingerprint,
    edit_digest,
    edit_change_digest,
    drop_change,
)


@pytest.mark.parametrize("edit", [pytest.param(one, id=one.__name__) for one in EDITS])
def test_an_edited_plan_is_refused(saved: Story, edit: Callable[[Json], None]):
    plan = load_plan(saved)
    edit(plan)
    (saved.directory / "p.json").write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    check_refused(saved, "poolctl plan --out FILE")


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", "no json", '{"format_version": "9.0"}'])
def test_a_file_that_is_no_plan_is_refused(saved: Story, text: str):
    (saved.directory / "p.json").write_text(text, encoding="utf-8")
    check_refused(saved, "p.json")


def test_a_plan_that_is_not_there_is_refused(saved: Story):
    (saved.directory / "p.json").unlink()
    check_refused(saved, "p.json")


def test_a_configuration_edited_after_the_plan_makes_it_stale(saved: Story):
    saved.files(make_blocks(cpu=6, description="second"))
    check_refused(saved, "stale", "The configuration has changed since the plan was made")


def test_comments_and_layout_edited_after_the_plan_do_not(saved: Story):
    saved.files("# grown for the demo\n" + make_blocks(cpu=5, description="second").replace(" = ", "   =   ") + "\n\n")
    assert saved.run("apply", "p.json").code == 0
    assert [one.method for one in saved.take_writes()] == ["PATCH"]


def test_a_planned_field_that_somebody_else_changed_makes_it_stale(saved: Story, golden):
    saved.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 8}, {"flavor": GPU, "count": 2}]}})
    state = saved.load_state()
    ended = saved.run("apply", "p.json")
    assert (ended.code, saved.take_writes(), saved.load_state()) == (1, [], state)
    golden("saved_plans/moved.txt", ended.err)


def test_a_planned_field_that_somebody_else_changed_as_planned_is_done(saved: Story):
    saved.edit_pool(lambda pool: pool["metadata"]["annotations"].update({"os.modelarts/description": "second"}))
    assert saved.run("apply", "p.json").code == 0
    [patch] = saved.take_writes()
    assert "metadata" not in patch.body
    assert saved.is_settled()


def test_what_others_did_meanwhile_beside_the_plan_stays(saved: Story):
    entries = [{"flavor": CPU, "count": 4}, {"flavor": GPU, "count": 6}]
    night = {"flavor": GPU, "count": 1, "nodePool": "night"}
    saved.patch_pool({"metadata": {"annotations": {"theirs": "x"}}, "spec": {"resources": [*entries, night]}})
    nodes = saved.list_nodes()
    others = saved.find_pool()["spec"]["resources"][1:]
    assert saved.run("apply", "p.json").code == 0
    pool = saved.find_pool()
    assert pool["spec"]["resources"][1:] == others
    assert pool["spec"]["resources"][0]["count"] == 5
    assert {"theirs": "x", "os.modelarts/description": "second"}.items() <= pool["metadata"]["annotations"].items()
    assert set(nodes) < set(saved.list_nodes())
    assert saved.is_settled()


def test_another_pool_of_the_same_id_makes_it_stale(saved: Story):
    saved.edit_pool(lambda pool: pool["metadata"].update(creationTimestamp="2024-01-01T00:00:00Z"))
    check_refused(saved, "[apply.stale]", "another one of the same id")


def test_a_pool_that_is_gone_makes_it_stale(saved: Story):
    saved.drop_pool()
    check_refused(saved, POOL_ID)


def test_a_plan_of_another_state_is_stale(saved: Story):
    state = saved.load_state() | {"lineage": "11111111-2222-3333-4444-555555555555"}
    (saved.directory / "pools.state.json").write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    check_refused(saved, "stale", "another state")


def test_a_block_that_came_up_after_the_plan_is_judged_again(saved: Story):
    saved.files(
        make_blocks(cpu=5, description="second"), '[pool.a.freeze]\nuntil = 2099-01-01T00:00:00Z\nreason = "run 42"\n'
    )
    check_refused(saved)


@pytest.mark.parametrize(
    "option", [("--target", "pool.a"), ("--allow", "pool.a=destroys"), ("--destroy",), ("--refresh-only",)]
)
def test_options_of_a_plan_cannot_stand_beside_a_saved_one(saved: Story, option: tuple[str, ...]):
    ended = saved.run("apply", "p.json", *option)
    assert (ended.code, saved.take_writes()) == (1, [])
    assert option[0] in ended.err


def test_a_saved_plan_carries_its_options(saved: Story):
    saved.files(make_blocks(cpu=4, description="second").replace('type = "Dedicate"', 'type = "Dedicate"\nscope = []'))
    assert saved.run("plan", "--out", "p.json", "--allow", "pool.a=interrupts").code == 0
    assert saved.run("apply", "p.json").code == 0
    assert saved.find_pool()["spec"]["scope"] == []


def test_an_empty_plan_is_applied_by_doing_nothing(saved: Story):
    saved.begin(make_blocks(cpu=5, description="second"))
    assert saved.run("plan", "--out", "p.json").code == 0
    ended = saved.run("apply", "p.json")
    assert (ended.code, saved.take_writes()) == (0, [])
