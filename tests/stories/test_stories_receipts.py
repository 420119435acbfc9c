"""The receipt of an apply: kept with the state, true after a failure and a kill, and bound to its commit."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from story_site import CPU, POOL_ID, Story, flatten, make_pool_block, make_removed_block

from planner.engine.journal import load_open_runs
from planner.simulator.faults import Fault, ResetAfter, Status
from planner.simulator.requests import Request

ROOT = Path(__file__).parents[2]


def list_receipts(story: Story) -> list[dict[str, Any]]:
    paths = sorted((story.directory / "pools.state.receipts").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def find_last(story: Story) -> dict[str, Any]:
    return list_receipts(story)[-1]


def list_rows(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["purpose"], one["outcome"]) for one in receipt["outcomes"]]


@pytest.fixture
def made(story: Story) -> Story:
    story.seed_network("network-maos")
    story.begin(make_pool_block('description = "first"', cpu=3))
    return story


def test_an_apply_keeps_who_when_why_and_what_came_of_each_operation(made: Story):
    made.files(make_pool_block('description = "second"', cpu=2))
    assert made.apply("--reason", "INC-12").code == 0
    receipt = find_last(made)
    assert (receipt["operation"], receipt["verdict"], receipt["reason"]) == ("apply", "complete", "INC-12")
    assert list_rows(receipt) == [
        ("change fields", "done"),
        (f"remove 1 idle of {CPU}", "done"),
        ("shrink", "done"),
    ]
    assert [one["seconds"] >= 0 for one in receipt["outcomes"][:2]] == [True, True]
    assert receipt["outcomes"][0]["body"]["metadata"]["annotations"] == {"os.modelarts/description": "second"}
    assert receipt["outcomes"][0]["inverse"]["body"]["metadata"]["annotations"] == {"os.modelarts/description": "first"}
    assert receipt["outcomes"][1]["reversal"] == "reversible with loss"
    jsonschema.validate(receipt, json.loads((ROOT / "schemas" / "receipt.schema.json").read_text(encoding="utf-8")))


def test_the_receipt_names_the_plan_that_was_approved(made: Story):
    made.files(make_pool_block('description = "second"', cpu=3))
    plan = made.plan_json()
    made.apply()
    assert find_last(made)["plan_digest"] == plan["digest"]


def test_the_inverse_of_a_creation_deletes_what_was_made(made: Story):
    inverse = list_receipts(made)[0]["outcomes"][0]["inverse"]
    assert (inverse["method"], inverse["path"].rpartition("/")[2]) == ("DELETE", POOL_ID)


def test_an_apply_that_has_nothing_to_do_keeps_none_and_writes_one_where_it_is_asked(made: Story):
    before = list_receipts(made)
    assert made.apply("--receipt", "r.json").code == 0
    assert list_receipts(made) == before
    asked = json.loads((made.directory / "r.json").read_text(encoding="utf-8"))
    assert (asked["outcomes"], asked["verdict"]) == ([], "complete")


def test_the_receipt_that_is_written_out_is_the_one_that_is_kept(made: Story):
    made.files(make_pool_block('description = "second"', cpu=3))
    assert made.apply("--receipt", "r.json").code == 0
    assert json.loads((made.directory / "r.json").read_text(encoding="utf-8")) == find_last(made)


def test_a_blocked_apply_writes_that_it_skipped_everything(made: Story):
    made.files(make_removed_block(destroy=True))
    assert made.apply("--receipt", "r.json").code == 1
    receipt = json.loads((made.directory / "r.json").read_text(encoding="utf-8"))
    assert (receipt["verdict"], list_rows(receipt)) == ("incomplete", [("delete", "skipped")])


def test_a_failed_operation_and_those_after_it_are_told_apart(made: Story):
    made.files(make_pool_block('description = "second"', cpu=2))
    made.fail = lambda request: Status(status=400) if request.method == "PATCH" else None
    assert made.apply("--receipt", "r.json").code == 1
    receipt = find_last(made)
    assert [one for _, one in list_rows(receipt)] == ["failed", "skipped", "skipped"]
    assert receipt["outcomes"][1]["detail"] == "an operation before it was not done"
    assert receipt["outcomes"][1]["inverse"] is None


def test_some_of_the_nodes_that_were_ordered_are_told_as_such_everywhere(story: Story):
    story.seed_network("network-maos")
    story.begin(make_pool_block(cpu=2))
    story.set_options(sold_out=[CPU])
    story.files(make_pool_block(cpu=4))
    ended = story.apply()
    assert ended.code == 1
    assert f"pool.a: done in part: 2 of 4 nodes of {CPU}" in flatten(ended.out)
    assert find_last(story)["outcomes"][0]["partial"] == f"2 of 4 nodes of {CPU}"
    assert find_last(story)["outcomes"][0]["outcome"] == "failed"


class DropAnswers:
    """Takes every PATCH and answers none; reads fail from then on."""

    def __init__(self) -> None:
        self.is_struck = False

    def __call__(self, request: Request) -> Fault | None:
        if request.method == "PATCH":
            self.is_struck = True
            return ResetAfter()
        return Status(status=503) if self.is_struck else None


def test_an_uncertain_operation_is_settled_in_its_receipt_by_the_next_run(made: Story):
    made.files(make_pool_block('description = "second"', cpu=3))
    made.settings = "max_retries = 0\n"
    made.files(make_pool_block('description = "second"', cpu=3))
    made.fail = DropAnswers()
    assert made.apply().code == 1
    assert list_rows(find_last(made)) == [("change fields", "uncertain")]
    made.fail = lambda _request: None
    assert made.apply().code == 0
    assert list_rows(find_last(made)) == [("change fields", "done")]
    assert "a later read shows that it was done" in find_last(made)["outcomes"][0]["detail"]
    assert load_open_runs(made.directory) == ()


def test_a_destroy_and_a_forget_have_their_receipts_too(made: Story):
    made.files(make_removed_block(destroy=False))
    assert made.apply().code == 0
    assert list_rows(find_last(made)) == [("forget", "done")]
    assert find_last(made)["changes"][0]["id"] == POOL_ID


def git(directory: Path, *arguments: str) -> str:
    names = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(["git", *names, *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def versioned(story: Story) -> Story:
    """Return the scene in a repository with two commits, of which the second is applied."""
    story.seed_network("network-maos")
    git(story.directory, "init", "-q")
    (story.directory / ".gitignore").write_text(".poolctl/\n*.json\n*.receipts/\n", encoding="utf-8")
    story.files(make_pool_block('description = "first"'))
    git(story.directory, "add", ".")
    git(story.directory, "commit", "-qm", "one")
    story.files(make_pool_block('description = "second"'))
    git(story.directory, "commit", "-qam", "two")
    assert story.apply().code == 0
    return story


def test_state_and_receipt_know_the_commit(versioned: Story):
    head = git(versioned.directory, "rev-parse", "HEAD")
    assert (versioned.load_state()["applied_from"], find_last(versioned)["commit"]) == (head, head)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("checkout", "-q", "HEAD~1"), id="an older commit"),
        pytest.param(("commit", "--amend", "-qm", "another"), id="a commit beside it"),
    ],
)
def test_files_of_a_commit_that_lacks_the_last_one_are_refused(versioned: Story, arguments: tuple[str, ...]):
    git(versioned.directory, *arguments)
    versioned.take_writes()
    ended = versioned.apply()
    assert (ended.code, versioned.take_writes()) == (1, [])
    assert "The files are of an older or unrelated commit" in ended.err
    assert versioned.apply("--allow-older-commit").code == 0


def test_a_later_commit_is_applied(versioned: Story):
    versioned.files(make_pool_block('description = "third"'))
    git(versioned.directory, "commit", "-qam", "three")
    assert versioned.apply().code == 0
    assert versioned.load_state()["applied_from"] == git(versioned.directory, "rev-parse", "HEAD")


def test_a_commit_that_the_clone_does_not_have_cannot_be_compared(versioned: Story):
    path = versioned.directory / "pools.state.json"
    head = git(versioned.directory, "rev-parse", "HEAD")
    path.write_text(path.read_text(encoding="utf-8").replace(head, "f" * 40), encoding="utf-8")
    ended = versioned.apply()
    assert (ended.code, "The commit of the last apply is not here" in ended.err) == (1, True)


def test_files_that_no_repository_tracks_have_no_commit(made: Story):
    git(made.directory, "init", "-q")
    made.files(make_pool_block('description = "second"', cpu=3))
    assert made.apply().code == 0
    assert made.load_state()["applied_from"] == ""
