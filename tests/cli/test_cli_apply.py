"""``plan``, ``apply``, ``destroy``, ``import`` and ``drift`` on the embedded simulator: streams and exit codes."""

import json
import re

import pytest

EMPTY = "No changes. Your infrastructure matches the configuration.\n"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def load_world(place):
    return json.loads((place / ".poolctl" / "simulator.json").read_text(encoding="utf-8"))


def find_digests(poolctl):
    changes = json.loads(poolctl("plan", "-json").stdout)["changes"]
    return {one["address"]: one["digest"] for one in changes}


def test_a_plan_goes_to_stdout_and_nothing_else_does(poolctl, starter):
    ended = poolctl("plan")
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.endswith("\nPlan: 2 to add, 0 to change, 0 to destroy.\n")


def test_a_plan_writes_no_state_and_takes_no_lock(poolctl, starter, place):
    assert poolctl("plan").code == 0
    assert not (place / "pools.state.json").exists()
    assert list(place.glob("**/*.flock")) == []


@pytest.mark.parametrize("spelling", ["--detailed-exitcode", "-detailed-exitcode"])
def test_the_detailed_exit_code_tells_changes_from_none(poolctl, starter, spelling):
    assert poolctl("plan", spelling).code == 2
    assert poolctl("apply", "-auto-approve").code == 0
    ended = poolctl("plan", spelling)
    assert (ended.code, ended.stdout) == (0, EMPTY)


def test_a_saved_plan_is_the_json_that_is_printed_and_the_text_is_printed_still(poolctl, starter, place):
    printed = poolctl("plan", "-json").stdout
    ended = poolctl("plan", "-out=p.json")
    assert (place / "p.json").read_text(encoding="utf-8") == printed
    assert ended.stdout.endswith("\nPlan: 2 to add, 0 to change, 0 to destroy.\n")
    assert "poolctl apply p.json" in ended.stderr


def test_paths_are_relative_to_the_directory_that_is_named(poolctl, place):
    assert poolctl("init", "sub").code == 0
    assert poolctl("-chdir=sub", "plan", "-out=p.json").code == 0
    assert (place / "sub" / "p.json").is_file()
    assert poolctl("-C", "sub", "apply", "p.json").code == 0


def test_a_saved_plan_is_shown_as_it_was_printed(poolctl, starter):
    text = poolctl("plan", "--out", "p.json").stdout
    assert poolctl("show", "p.json").stdout == text
    assert poolctl("show", "p.json", "-json").stdout == poolctl("plan", "-json").stdout


def test_a_saved_plan_is_applied_once_without_asking(poolctl, starter):
    assert poolctl("plan", "--out", "p.json").code == 0
    first = poolctl("apply", "p.json")
    assert first.code == 0
    assert first.stdout.endswith("Apply complete! Resources: 2 added, 0 changed, 0 destroyed.\n")
    second = poolctl("apply", "p.json")
    assert (second.code, second.stdout) == (1, "")
    assert "[apply.stale]" in second.stderr
    assert poolctl("plan").stdout == EMPTY


def test_an_edited_plan_is_refused(poolctl, starter, place):
    assert poolctl("plan", "--out", "p.json").code == 0
    edit(place / "p.json", '"starter-pool"', '"another-pool"')
    ended = poolctl("apply", "p.json")
    assert ended.code == 1
    assert "[apply.edited-plan]" in ended.stderr
    assert not (place / "pools.state.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "not json", "[" * 100_000], ids=["empty", "object", "text", "deep"])
@pytest.mark.parametrize("command", ["show", "apply"])
def test_a_file_that_is_no_plan_is_an_error_in_words(poolctl, starter, place, command, text):
    (place / "p.json").write_text(text, encoding="utf-8")
    ended = poolctl(command, "p.json")
    assert (ended.code, ended.stdout) == (1, "")
    assert "Error: " in ended.stderr
    assert "poolctl.fault" not in ended.stderr


def test_an_apply_without_an_answer_shows_the_plan_and_sends_nothing(poolctl, starter, place):
    ended = poolctl("apply")
    assert ended.code == 1
    assert ended.stdout.endswith("Plan: 2 to add, 0 to change, 0 to destroy.\n")
    assert "[approval.unasked]" in ended.stderr
    assert ended.stderr.endswith("Apply cancelled.\n")
    assert load_world(place)["pools"] == {}


def test_progress_goes_to_stderr_and_the_end_to_stdout(poolctl, starter):
    ended = poolctl("apply", "--auto-approve")
    assert ended.code == 0
    assert "pool.starter: Creation complete after" in ended.stderr
    assert "Creation complete" not in ended.stdout
    assert ended.stdout.endswith("\nApply complete! Resources: 2 added, 0 changed, 0 destroyed.\n")


def test_an_apply_without_changes_asks_nothing(poolctl, applied):
    ended = poolctl("apply")
    assert ended.code == 0
    assert ended.stdout == f"{EMPTY}\nApply complete! Resources: 0 added, 0 changed, 0 destroyed.\n"


def test_a_digest_approves_its_change_and_leaves_the_rest_out(poolctl, starter):
    digest = find_digests(poolctl)["network.main"]
    ended = poolctl("apply", "--expect", digest)
    assert ended.code == 1
    assert poolctl("state", "list").stdout == "network.main\n"
    assert "[apply.left-out]" in ended.stderr
    assert "pool.starter" in ended.stderr


def test_the_digest_of_the_plan_approves_everything(poolctl, starter):
    digest = json.loads(poolctl("plan", "-json").stdout)["digest"]
    assert poolctl("apply", f"-expect={digest}").code == 0
    assert poolctl("plan").stdout == EMPTY


def test_a_blocked_change_is_shown_with_its_block_and_exits_with_1(poolctl, applied):
    edit(applied, "count  = 2", "count  = 40")
    ended = poolctl("apply", "--auto-approve")
    assert ended.code == 1
    assert "Blocked (" in ended.stdout
    assert "[apply.blocked]" in ended.stderr
    assert "Apply complete" not in ended.stdout


def test_blocked_changes_are_skipped_on_demand_and_the_exit_code_is_1(poolctl, applied):
    edit(applied, "count  = 2", "count  = 40")
    edit(applied, '"starter-net"', '"starter-two"')
    ended = poolctl("apply", "--auto-approve", "--skip-blocked", "--allow", "network.main=destroys")
    assert ended.code == 1
    assert "pool.starter" in ended.stderr


def test_targets_narrow_a_plan(poolctl, starter):
    text = poolctl("plan", "-target=network.*").stdout
    assert "this plan is partial" in text
    assert text.endswith("Plan: 1 to add, 0 to change, 0 to destroy.\n")


def test_a_forgotten_pool_is_imported_again_and_the_plan_is_empty(poolctl, applied):
    assert poolctl("state", "rm", "pool.starter", "--auto-approve").code == 0
    ended = poolctl("import", "pool.starter", "starter-pool-simulator")
    assert ended.code == 0
    assert ended.stdout == "\nApply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed.\n"
    assert poolctl("plan").stdout == EMPTY


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["pool.other", "starter-pool-simulator"], "import.no-block", id="no block"),
        pytest.param(["pool.starter", "starter-pool-simulator"], "import.tracked", id="tracked already"),
    ],
)
def test_an_import_that_cannot_be_is_an_error(poolctl, applied, arguments, code):
    ended = poolctl("import", *arguments)
    assert ended.code == 1
    assert f"[{code}]" in ended.stderr


def change_description(place):
    """Do what a colleague does at the console."""
    path = place / ".poolctl" / "simulator.json"
    text = path.read_text(encoding="utf-8")
    assert "made by poolctl init" in text
    path.write_text(text.replace("made by poolctl init", "by hand"), encoding="utf-8")


def test_drift_is_told_with_its_exit_code(poolctl, applied, place):
    assert poolctl("drift", "--detailed-exitcode").code == 0
    change_description(place)
    ended = poolctl("drift", "-detailed-exitcode")
    assert ended.code == 2
    assert 'description: "made by poolctl init" -> "by hand"' in ended.stdout
    assert poolctl("drift").code == 0


def test_drift_for_machines(poolctl, applied, place):
    change_description(place)
    (row,) = json.loads(poolctl("drift", "pool.starter", "-o", "json").stdout)["drift"]
    assert (row["address"], row["path"], row["after"]) == ("pool.starter", "description", "by hand")
    assert json.loads(poolctl("drift", "network.main", "-o", "json").stdout)["drift"] == []


def test_destroy_without_an_answer_sends_nothing(poolctl, applied, place):
    ended = poolctl("destroy")
    assert ended.code == 1
    assert ended.stderr.endswith("Destroy cancelled.\n")
    assert "--allow ADDR=destroys" in ended.stderr
    assert len(load_world(place)["pools"]) == 1


def test_destroy_needs_more_than_approval(poolctl, applied, place):
    ended = poolctl("destroy", "--auto-approve")
    assert ended.code == 1
    assert "[apply.blocked]" in ended.stderr
    assert len(load_world(place)["pools"]) == 1


def test_destroy_with_permission_for_each_address_deletes_everything(poolctl, applied, place):
    permissions = ["--allow", "pool.starter=destroys", "--allow", "network.main=destroys"]
    ended = poolctl("destroy", "--auto-approve", *permissions)
    assert ended.code == 0
    assert ended.stdout.endswith("Apply complete! Resources: 0 added, 0 changed, 2 destroyed.\n")
    assert load_world(place)["pools"] == {}
    assert poolctl("state", "list").stdout == ""


def test_destroying_nothing_is_done_at_once(poolctl, starter):
    ended = poolctl("destroy")
    assert (ended.code, ended.stderr) == (0, "")


def test_two_plans_are_the_same_bytes(poolctl, starter):
    assert poolctl("plan", "-json").stdout == poolctl("plan", "-json").stdout


def test_no_digest_of_a_plan_is_a_clock(poolctl, starter):
    assert re.search(r"20\d\d-\d\d-\d\dT", poolctl("plan", "-json").stdout) is None
