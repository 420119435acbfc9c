"""``state list|show|mv|rm`` and ``show``."""

import json

import pytest

from planner.engine.journal import RunStarted, open_journal


def read_state(place):
    return json.loads((place / "pools.state.json").read_text(encoding="utf-8"))


def test_before_the_first_apply_nothing_is_recorded(poolctl, starter):
    assert poolctl("state", "list").stdout == ""
    assert json.loads(poolctl("state", "list", "-o", "json").stdout)["resources"] == []
    assert poolctl("show").stdout.startswith("No state.")
    assert json.loads(poolctl("show", "-json").stdout) == {"format_version": "1.0"}


def test_the_list_is_sorted_one_address_a_line(poolctl, applied):
    assert poolctl("state", "list").stdout == "network.main\npool.starter\n"


def test_the_list_for_machines_has_ids_and_phases(poolctl, applied):
    rows = json.loads(poolctl("state", "list", "-json").stdout)["resources"]
    assert [(one["address"], one["phase"]) for one in rows] == [("network.main", "Active"), ("pool.starter", "Running")]


def test_one_address_is_shown_with_all_that_is_recorded(poolctl, applied):
    text = poolctl("state", "show", "pool.starter").stdout
    document = json.loads(poolctl("state", "show", "pool.starter", "-o", "json").stdout)
    assert text.startswith('# pool.starter:\npool "starter" {\n')
    assert document["address"] == "pool.starter"
    assert document["last_applied"]["spec"]["resources"] == [{"count": 2, "flavor": "modelarts.vm.cpu.4ud"}]


def test_the_state_is_shown_as_text_and_as_its_own_document(poolctl, applied, place):
    assert "\nresources: 2\n" in poolctl("show").stdout
    assert poolctl("show", "-json").stdout == (place / "pools.state.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["show", "pool.startr"], "state.unknown-address", id="show an unknown address"),
        pytest.param(["mv", "pool.x", "pool.y"], "state.unknown-address", id="move an unknown address"),
        pytest.param(["mv", "pool.starter", "network.starter"], "state.kind-change", id="change the kind"),
        pytest.param(["mv", "pool.starter", "pool.starter"], "state.address-taken", id="move onto itself"),
        pytest.param(
            ["rm", "pool.starter", "pool.x", "--auto-approve"], "state.unknown-address", id="forget one unknown"
        ),
        pytest.param(["rm", "pool.starter"], "approval.unasked", id="forget without an answer"),
    ],
)
def test_a_refusal_changes_nothing(poolctl, applied, place, arguments, code):
    before = read_state(place)
    ended = poolctl("state", *arguments)
    assert ended.code == 1
    assert f"[{code}]" in ended.stderr
    assert read_state(place) == before


def test_a_near_address_is_named(poolctl, applied):
    assert 'Did you mean "pool.starter"?' in poolctl("state", "show", "pool.startr").stderr


def test_a_move_keeps_the_record_and_raises_the_serial(poolctl, applied, place):
    before = read_state(place)
    ended = poolctl("state", "mv", "pool.starter", "pool.renamed")
    after = read_state(place)
    assert (ended.code, ended.stdout) == (0, "Moved pool.starter to pool.renamed.\n")
    assert after["resources"]["pool.renamed"] == before["resources"]["pool.starter"]
    assert sorted(after["resources"]) == ["network.main", "pool.renamed"]
    assert (after["lineage"], after["serial"]) == (before["lineage"], before["serial"] + 1)


def test_after_a_move_with_its_block_the_plan_is_empty(poolctl, applied):
    text = applied.read_text(encoding="utf-8")
    applied.write_text(text.replace("pool.starter", "pool.renamed"), encoding="utf-8")
    assert poolctl("state", "mv", "pool.starter", "pool.renamed").code == 0
    assert poolctl("plan").stdout == "No changes. Your infrastructure matches the configuration.\n"


SECOND = """
[pool.second]
name = "second-pool"
type = "Logical"
parent = "${pool.starter.id}"
resources = [{ flavor = "modelarts.vm.cpu.4ud", count = 1 }]
"""


def test_a_taken_target_is_left_alone(poolctl, starter, place):
    starter.write_text(starter.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
    assert poolctl("apply", "--auto-approve").code == 0
    before = read_state(place)
    ended = poolctl("state", "mv", "pool.second", "pool.starter")
    assert "[state.address-taken]" in ended.stderr
    assert read_state(place) == before


def test_forgetting_drops_records_and_deletes_nothing(poolctl, applied, place):
    ended = poolctl("state", "rm", "pool.starter", "network.main", "--auto-approve")
    assert (ended.code, ended.stdout) == (0, "Forgot pool.starter, network.main.\n")
    assert read_state(place)["resources"] == {}
    world = json.loads((place / ".poolctl" / "simulator.json").read_text(encoding="utf-8"))
    assert len(world["pools"]) == 1


def test_the_lock_is_given_back(poolctl, applied, place):
    assert poolctl("state", "mv", "pool.starter", "pool.renamed").code == 0
    assert not (place / "pools.state.json.lock").exists()


def leave_interrupted_run(place):
    state = read_state(place)
    started = RunStarted(
        run_id="run-1", plan_digest="", who="", lineage=state["lineage"], serial=state["serial"], time=""
    )
    with open_journal(place, "run-1") as journal:
        journal.write(started)


def test_an_interrupted_apply_is_settled_before_the_state_is_edited(poolctl, applied, place):
    leave_interrupted_run(place)
    before = read_state(place)
    ended = poolctl("state", "rm", "pool.starter", "--auto-approve")
    assert ended.code == 1
    assert "[state.unsettled]" in ended.stderr
    assert read_state(place) == before
    assert poolctl("apply", "--auto-approve").code == 0
    assert poolctl("state", "rm", "pool.starter", "--auto-approve").code == 0
