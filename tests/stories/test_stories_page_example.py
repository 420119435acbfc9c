"""The example of the PatchPool page, to the letter: two nodes become three."""

import json
import re
from typing import Any

import pytest
from story_site import EMPTY, NETWORK_ID, PROJECT, Story, make_import_block

PAGE_POOL = f"auto-pool-os-{PROJECT}"
PAGE_PATH = f"/v2/{PROJECT}/pools/{PAGE_POOL}"
BLOCK = """
[pool.auto]
name = "auto-pool-os"
type = "Dedicate"
scope = ["Train", "Infer"]
network = "network-maos-86c13962597848eeb29c5861153a391f"

[[pool.auto.resources]]
flavor = "modelarts.vm.cpu.4ud"
count = 2
"""
GROWN = BLOCK.replace("count = 2", "count = 3")


@pytest.fixture
def page(story: Story) -> Story:
    """Return the scene with the page's pool in the service, adopted by the files."""
    story.settings = 'user_id = "tenant-7"\nrequest_type = "console"\n'
    story.seed_network("network-maos")
    story.seed_pool(
        name="auto-pool-os", flavors={"modelarts.vm.cpu.4ud": 2}, scope=["Train", "Infer"], network=NETWORK_ID
    )
    story.begin(BLOCK, make_import_block("pool.auto", PAGE_POOL))
    return story


class Answers:
    """Keeps what the service says of the pool's nodes at each read after the PATCH."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.creating: list[int] = []

    def __call__(self, request: Any) -> None:
        if request.method == "GET" and request.path == PAGE_PATH:
            nodes = self._story.server.world.document["nodes"][PAGE_POOL]
            self.creating.append(sum(1 for one in nodes if one["status"]["phase"] == "Creating"))


def test_adoption_is_a_plan_and_sends_nothing(story: Story, golden):
    story.seed_network("network-maos")
    story.seed_pool(name="auto-pool-os", flavors={"modelarts.vm.cpu.4ud": 2}, scope=["Train", "Infer"])
    story.files(BLOCK, make_import_block("pool.auto", PAGE_POOL))
    golden("page/import.txt", story.plan().out)
    ended = story.apply()
    assert (ended.code, story.take_writes()) == (0, [])
    golden("page/import-applied.txt", ended.out)
    assert story.is_settled()


def test_the_plan_of_three_nodes_reads_like_this(page: Story, golden):
    page.files(GROWN)
    planned = page.plan()
    assert (planned.code, planned.err, page.take_writes()) == (2, "", [])
    golden("page/plan.txt", planned.out)
    [change] = page.plan_json()["changes"]
    golden("page/change.json", json.dumps(change, indent=2) + "\n")


def test_three_nodes_are_asked_for_with_one_patch_of_the_pages_body(page: Story, golden):
    page.files(GROWN)
    ended = page.apply()
    golden("page/applied.txt", ended.out)
    golden("page/progress.txt", re.sub(r"after \d+s", "after 0s", ended.err))
    [patch] = page.take_writes()
    assert (ended.code, patch.method, patch.path) == (0, "PATCH", PAGE_PATH)
    assert patch.body == {"spec": {"resources": [{"flavor": "modelarts.vm.cpu.4ud", "count": 3}]}}
    assert patch.headers["content-type"] == "application/merge-patch+json"
    assert patch.headers["x-modelarts-user-id"] == "tenant-7"
    assert patch.headers["request-type"] == "console"


def test_the_body_on_the_wire_is_the_pages_letter_for_letter(page: Story):
    page.files(GROWN)
    assert page.apply().code == 0
    [raw] = [one.body for one in page.server.requests if one.method == "PATCH"]
    assert raw == b'{"spec":{"resources":[{"flavor":"modelarts.vm.cpu.4ud","count":3}]}}'


def test_headers_that_nobody_configured_are_not_sent(page: Story):
    page.settings = ""
    page.files(GROWN)
    page.apply()
    [patch] = page.take_writes()
    assert not {"x-modelarts-user-id", "request-type"} & set(patch.headers)


def test_the_new_node_is_waited_for(page: Story):
    page.set_options(steps_per_node=4)
    answers = page.fail = Answers(page)
    page.files(GROWN)
    assert page.apply().code == 0
    assert 1 in answers.creating
    assert {one["status"]["phase"] for one in page.server.world.document["nodes"][PAGE_POOL]} == {"Available"}
    [entry] = page.find_pool(PAGE_POOL)["spec"]["resources"]
    assert entry == {
        "flavor": "modelarts.vm.cpu.4ud",
        "count": 3,
        "nodePool": "modelarts.vm.cpu.4ud-default",
        "maxCount": 3,
    }


def test_the_next_plan_is_empty_letter_for_letter(page: Story):
    page.files(GROWN)
    page.apply()
    page.take_writes()
    planned = page.plan()
    assert (planned.code, planned.out, planned.err) == (0, EMPTY, "")
    applied = page.apply()
    assert (applied.code, applied.out.startswith(EMPTY), page.take_writes()) == (0, True, [])
