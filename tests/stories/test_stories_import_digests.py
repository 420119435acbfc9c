"""The digest of an adoption: the same on every machine and on every day, and another one for another object."""

import json
import subprocess
import sys

import pytest
from story_site import CPU, Story, make_import_block, make_pool_block

ADOPTION = "sha256:22d8b14bf5b97c489d76be2bb1e077a943414bf0a14fb63553081a6db993a7cd"
"""What approves the adoption below. It stands here as a reviewer's comment does: made once, on another machine."""


@pytest.fixture
def found(story: Story) -> Story:
    """A scene with a pool that is to be adopted and to get a description."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.files(make_pool_block('description = "ours"'), make_import_block())
    return story


def find_digest(text: str) -> str:
    digest: str = json.loads(text)["changes"][0]["digest"]
    return digest


def test_the_digest_of_an_adoption_is_that_of_another_machine_and_day(found: Story):
    assert find_digest(found.run("plan", "--format", "json").out) == ADOPTION
    applied = found.run("apply", "--expect", ADOPTION)
    assert (applied.code, found.is_settled()) == (0, True), applied.err


@pytest.mark.parametrize("environment", [{"TZ": "Pacific/Auckland"}, {"TZ": "America/Lima", "LC_ALL": "tr_TR.UTF-8"}])
def test_zone_and_language_of_the_machine_are_not_in_it(found: Story, environment: dict[str, str]):
    ended = subprocess.run(
        [sys.executable, "-m", "planner.cli.entry", "-C", str(found.directory), "plan", "--format", "json"],
        env={"HW_AUTH_TOKEN": "token-of-a-test", **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    assert find_digest(ended.stdout) == ADOPTION


def test_what_happens_to_the_pool_beside_the_adoption_is_not_in_it(found: Story):
    found.run_jobs(found.list_nodes()[0])
    found.edit_pool(lambda pool: pool["metadata"]["annotations"].update(theirs="x"))
    assert find_digest(found.run("plan", "--format", "json").out) == ADOPTION


def test_a_pool_that_was_deleted_and_made_again_under_its_id_is_not_what_was_approved(found: Story):
    found.edit_pool(lambda pool: pool["metadata"].update(creationTimestamp="2026-06-01T00:00:00Z"))
    refused = found.run("apply", "--expect", ADOPTION)
    assert (refused.code, found.take_writes()) == (1, [])
    assert "[apply.left-out]" in refused.err
