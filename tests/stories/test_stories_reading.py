"""What cannot be read is never made: wrong projects, bad answers, lists that leave something out."""

import pytest
from story_site import CPU, NETWORK_ID, POOL_ID, PROJECT, Story, make_import_block, make_pool_block

from planner.simulator.faults import Garbage, ResetBefore, Rule, Script, Status, Truncated

NETWORK = '[network.main]\nname = "network-maos"\ncidr = "192.168.0.0/16"\n'
OTHER_PROJECT = "0" * 31 + "1"
POOLS = "/v2/[^/]+/pools"
ONE_POOL = f"{POOLS}/[^/]+"
NETWORKS = "/v1/[^/]+/networks"
ERROR = Status(status=500, body=b'{"error_code":"ModelArts.50005000","error_msg":"internal error"}')
FORBIDDEN = Status(status=403, body=b'{"error_code":"ModelArts.50001003","error_msg":"no permission"}')
PLAIN_404 = Status(status=404, body=b"<html>no such route</html>")
OTHER_404 = Status(status=404, body=b'{"error_code":"APIG.0101","error_msg":"the API does not exist"}')


@pytest.fixture
def tracked(story: Story) -> Story:
    """Return the scene with an adopted network and an adopted pool."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.begin(NETWORK, make_pool_block(), make_import_block(), make_import_block("network.main", NETWORK_ID))
    return story


def check_refused(story: Story, *, code: str) -> None:
    """Plan and apply: both are errors of this code; nothing is sent, nothing is recorded."""
    state = story.load_state()
    planned, applied = story.plan(), story.apply("--allow", "pool.a=recreate")
    assert (planned.code, applied.code) == (1, 1)
    assert f"[{code}]" in planned.err
    assert f"[{code}]" in applied.err
    assert (planned.out, applied.out) == ("", "")
    assert story.take_writes() == []
    assert story.load_state() == state


def test_a_state_of_another_project_is_an_error_before_anything_is_read(tracked: Story, golden):
    tracked.files(NETWORK, make_pool_block(), project_id=OTHER_PROJECT)
    asked = len(tracked.server.requests)
    golden("reading/other-project.txt", tracked.plan().err.replace(tracked.server.url, "ENDPOINT"))
    check_refused(tracked, code="state.other-service")
    assert len(tracked.server.requests) == asked


def test_a_project_in_the_environment_that_the_files_deny_is_an_error(tracked: Story, monkeypatch):
    monkeypatch.setenv("HW_PROJECT_ID", OTHER_PROJECT)
    ended = tracked.plan()
    assert (ended.code, ended.out, tracked.take_writes()) == (1, "", [])
    assert OTHER_PROJECT in ended.err


UNREAD = {
    "500": ERROR,
    "403": FORBIDDEN,
    "404 without a code": PLAIN_404,
    "404 of a gateway": OTHER_404,
    "reset": ResetBefore(),
    "cut off": Truncated(),
    "garbage": Garbage(),
    "an empty answer": Garbage(body=b"", content_type="application/json"),
    "JSON that is no list": Garbage(body=b"{}", content_type="application/json"),
    "items that are no list": Garbage(body=b'{"items":{}}', content_type="application/json"),
}
every_fault = pytest.mark.parametrize("fault", [pytest.param(one, id=name) for name, one in UNREAD.items()])


@every_fault
@pytest.mark.parametrize("path", [POOLS, NETWORKS])
def test_an_unread_list_is_an_error_and_never_a_create(tracked: Story, fault, path: str):
    tracked.fail = Script([Rule(fault=fault, method="GET", path=path, times=0)])
    state = tracked.load_state()
    planned, applied = tracked.plan(), tracked.apply("--allow", "pool.a=recreate")
    assert (planned.code, applied.code) == (1, 1)
    assert "Traceback" not in planned.err + applied.err
    assert (tracked.take_writes(), tracked.load_state()) == ([], state)


@pytest.fixture
def omitted(tracked: Story) -> Story:
    """Return the scene with a list that leaves out the tracked pool."""
    tracked.set_options(list_omits=[POOL_ID])
    return tracked


def test_a_pool_that_the_list_leaves_out_is_found_by_its_id(omitted: Story):
    assert omitted.is_settled()
    omitted.files(NETWORK, make_pool_block(cpu=3))
    assert omitted.apply().code == 0
    assert [one.method for one in omitted.take_writes()] == ["PATCH"]


@every_fault
def test_a_pool_that_is_neither_listed_nor_read_is_an_error_and_never_a_create(omitted: Story, fault):
    omitted.fail = Script([Rule(fault=fault, method="GET", path=ONE_POOL, times=0)])
    state = omitted.load_state()
    planned, applied = omitted.plan(), omitted.apply("--allow", "pool.a=recreate")
    assert (planned.code, applied.code) == (1, 1)
    assert "Traceback" not in planned.err + applied.err
    assert (omitted.take_writes(), omitted.load_state()) == ([], state)


@pytest.mark.parametrize("path", [POOLS, ONE_POOL, NETWORKS])
def test_one_500_is_read_again(omitted: Story, path: str):
    omitted.fail = Script([Rule(fault=ERROR, method="GET", path=path)])
    assert omitted.is_settled()


def test_what_is_wrong_with_a_read_is_said_in_the_words_of_the_service(omitted: Story, golden):
    omitted.fail = Script([Rule(fault=FORBIDDEN, method="GET", path=ONE_POOL, times=0)])
    golden("reading/forbidden.txt", omitted.plan().err)


def test_one_vanished_pool_is_blocked_until_it_may_be_made_anew(tracked: Story, golden):
    tracked.drop_pool()
    planned = tracked.plan()
    assert planned.code == 2
    golden("reading/vanished.txt", planned.out)
    refused = tracked.apply()
    assert (refused.code, tracked.take_writes()) == (1, [])
    assert tracked.apply("--allow", "pool.a=recreate").code == 0
    assert [one.method for one in tracked.take_writes()] == ["POST"]
    assert tracked.is_settled()


def test_a_vanished_pool_whose_block_could_not_make_it_is_blocked_as_well(story: Story):
    block = f'[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n[[pool.a.resources]]\nflavor = "{CPU}"\ncount = 2\n'
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.begin(block, make_import_block())
    story.files(block)
    story.drop_pool()
    [change] = story.plan_json()["changes"]
    blocks = [one["code"] for one in change["blocked"]]
    assert (change["action"], change["reason"], blocks) == ("create", "vanished", ["vanished"])
    ended = story.apply("--allow", "pool.a=recreate")
    assert (ended.code, story.take_writes()) == (1, [])
    assert "[plan.missing-field]" in ended.err


def drop_all(story: Story, ids: list[str]) -> None:
    for one in ids:
        story.drop_pool(one)


def test_three_vanished_pools_stop_the_run_whatever_is_allowed(story: Story, golden):
    names = ("gpu-a", "gpu-b", "gpu-c")
    blocks = [make_pool_block(address=name[-1], name=name) for name in names]
    story.seed_network("network-maos")
    ids = [story.seed_pool(name=name, flavors={CPU: 2}) for name in names]
    story.begin(*blocks, *(make_import_block(f"pool.{id_[4]}", id_) for id_ in ids))
    drop_all(story, ids)
    golden("reading/many-vanished.txt", story.plan().err)
    permissions = [word for name in names for word in ("--allow", f"pool.{name[-1]}=recreate")]
    ended = story.apply(*permissions)
    assert (ended.code, story.take_writes()) == (1, [])


def test_a_pool_that_is_there_and_not_tracked_is_an_error_with_the_lines_that_adopt_it(story: Story, golden):
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.files(make_pool_block())
    planned, applied = story.plan(), story.apply()
    assert (planned.code, applied.code, story.take_writes()) == (1, 1, [])
    golden("reading/untracked.txt", planned.err)
    story.files(make_pool_block(), f'[[import]]\nto = "pool.a"\nid = "gpu-a-{PROJECT}"\n')
    assert story.apply().code == 0
    assert story.is_settled()


def test_an_object_to_adopt_that_is_not_there_is_an_error(story: Story):
    story.seed_network("network-maos")
    story.files(make_pool_block(), make_import_block())
    ended = story.apply()
    assert (ended.code, story.take_writes()) == (1, [])
    assert "[plan.import-missing]" in ended.err


@pytest.mark.parametrize(
    ("workspace", "expected"),
    [
        pytest.param("0", [{}], id="the default workspace has one list, whatever it is called"),
        pytest.param("7", [{}, {"workspaceId": "7"}], id="another one has a list of its own"),
    ],
)
def test_each_workspace_is_listed_once(tracked: Story, workspace: str, expected):
    tracked.edit_pool(lambda pool: pool["metadata"]["labels"].update({"os.modelarts/workspace.id": workspace}))
    assert tracked.run("apply", "--refresh-only", "--auto-approve").code == 0
    asked = len(tracked.server.requests)
    assert tracked.is_settled()
    lists = [one.query for one in tracked.server.requests[asked:] if one.path.endswith("/pools")]
    assert sorted(lists, key=str) == sorted(expected, key=str)


def test_an_adopted_pool_in_another_workspace_is_still_seen(tracked: Story):
    tracked.edit_pool(lambda pool: pool["metadata"]["labels"].update({"os.modelarts/workspace.id": "7"}))
    assert tracked.is_settled()
