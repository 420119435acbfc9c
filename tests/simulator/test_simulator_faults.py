"""Faults by script: what the file may say, what it is refused for, and what a client then meets."""

import httpx
import pytest

from planner.simulator import seeding
from planner.simulator.documents import start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.fault_files import parse_script
from planner.simulator.faults import Delay, Garbage, PartialList, ResetAfter, Rule, Script, StaleRead, Status
from planner.simulator.http_server import LocalServer
from planner.simulator.requests import Request

POOLS = f"/v2/{seeding.PROJECT_ID}/pools"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("kind = 'status'", Status(status=500)),
        (
            "kind = 'status'\nstatus = 429\nretry_after = 7\nerror_code = 'ModelArts.1'",
            Status(
                status=429,
                body=b'{"error_code": "ModelArts.1", "error_msg": "Too Many Requests"}',
                headers={"retry-after": "7", "content-type": "application/json"},
            ),
        ),
        (
            "kind = 'status'\nstatus = 599\nretry_after = 'soon'\nerror_code = 'A'\nerror_msg = 'm'\nbody = 'x'",
            Status(status=599, body=b"x", headers={"retry-after": "soon"}),
        ),
        ("kind = 'status'\nheaders = { date = 'never' }", Status(status=500, headers={"date": "never"})),
        ("kind = 'delay'\nseconds = 2", Delay(seconds=2.0)),
        ("kind = 'reset_after'", ResetAfter()),
        ("kind = 'stale_read'", StaleRead()),
        (
            "kind = 'garbage'\nbody = '{'\ncontent_type = 'application/json'",
            Garbage(body=b"{", content_type="application/json"),
        ),
        ("kind = 'partial_list'\nkeep = 3", PartialList(keep=3)),
    ],
)
def test_a_table_is_a_fault(text, fault):
    script = parse_script(f"[[fault]]\n{text}")
    assert script(Request(method="GET", path="/")) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[fault]]\nkind = 'delay'\n[[fault]]\nkind = 'fire'", "number 2 has no kind 'fire'; kinds are status"),
        ("[[fault]]", "number 1 has no kind ''"),
        (
            "[[fault]]\nkind = 'delay'\nkeep = 1",
            "of kind delay has no member 'keep'; its members are kind, method, path",
        ),
        ("[[fault]]\nkind = 'delay'\nseconds = -1", "cannot have seconds = -1"),
        ("[[fault]]\nkind = 'delay'\nseconds = inf", "cannot have seconds = inf"),
        ("[[fault]]\nkind = 'delay'\ntimes = -1", "cannot have times = -1"),
        ("[[fault]]\nkind = 'delay'\nskip = 1.5", "cannot have skip = 1.5"),
        ("[[fault]]\nkind = 'delay'\nrate = 1.5", "cannot have rate = 1.5"),
        ("[[fault]]\nkind = 'delay'\nrate = -0.1", "cannot have rate = -0.1"),
        ("[[fault]]\nkind = 'delay'\nseed = -1", "cannot have seed = -1"),
        ("[[fault]]\nkind = 'status'\nstatus = 99", "cannot have status = 99"),
        ("[[fault]]\nkind = 'status'\nheaders = { a = 1 }", "cannot have headers"),
        ("[[fault]]\nkind = 'status'\npath = '('", "a path that is no regular expression"),
        ("[[faults]]", r"holds \[\[fault\]\] tables and nothing else"),
        ("[[fault]", "is not TOML"),
    ],
)
def test_a_wrong_script_says_which_table_and_what(text, said):
    with pytest.raises(SimulatorError, match=said):
        parse_script(text)


@pytest.mark.parametrize(
    ("path", "is_hit"),
    [("/v2/{project_id}/pools/{pool_name}", True), ("/v2/{project_id}/pools", False), ("/v2/.*", True)],
)
def test_a_path_may_be_written_as_the_api_declares_it(path, is_hit):
    script = parse_script(f"[[fault]]\nkind = 'stale_read'\npath = '{path}'")
    assert (script(Request(method="GET", path="/v2/p/pools/x")) is not None) is is_hit


def _strike(rules, *, count):
    script = parse_script(f"[[fault]]\nkind = 'reset_before'\n{rules}")
    return [script(Request(method="GET", path="/")) is not None for _ in range(count)]


def test_a_rate_lets_some_fail_the_same_ones_each_time_and_others_with_another_seed():
    struck = _strike("times = 0\nrate = 0.01\nseed = 3", count=10_000)
    assert 60 < sum(struck) < 140
    assert struck == _strike("times = 0\nrate = 0.01\nseed = 3", count=10_000)
    assert struck != _strike("times = 0\nrate = 0.01\nseed = 4", count=10_000)


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        pytest.param("rate = 0", 0, id="a rate of nothing"),
        pytest.param("rate = 1", 1, id="a whole rate is once, as ever"),
        pytest.param("times = 5\nrate = 0.5", 5, id="times are those that fail"),
        pytest.param("times = 0\nskip = 990\nrate = 1.0", 10, id="what passes first does not fail"),
    ],
)
def test_a_rate_goes_with_skip_and_times(rules, count):
    assert sum(_strike(rules, count=1_000)) == count


def _serve(*rules):
    world = start_world()
    for name in ("aaaa", "bbbb", "cccc"):
        world, _ = seeding.make_pool(world, name=name, flavors={"modelarts.vm.cpu.4ud": 1})
    return LocalServer(world, faults=Script(rules), options={"require_auth": False, "page_size": 2})


def _fetch(server, path):
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        return client.get(path)


@pytest.mark.parametrize(("keep", "names"), [(0, []), (1, ["aaaa"]), (5, ["aaaa", "bbbb"])])
def test_a_partial_list_says_nothing_of_the_rest(keep, names):
    with _serve(Rule(fault=PartialList(keep=keep))) as server:
        found = _fetch(server, POOLS).json()
    assert [one["metadata"]["labels"]["os.modelarts/name"] for one in found["items"]] == names
    assert found["metadata"] == {}


@pytest.mark.parametrize(("path", "status"), [(f"{POOLS}/aaaa-{seeding.PROJECT_ID}", 200), (f"{POOLS}/nobody", 404)])
def test_a_partial_list_leaves_single_reads_alone(path, status):
    with _serve(Rule(fault=PartialList())) as server:
        assert _fetch(server, path).status_code == status


def test_a_status_carries_its_code_and_its_wait(tmp_path):
    script = parse_script("[[fault]]\nkind = 'status'\nstatus = 429\nretry_after = 1\nerror_code = 'ModelArts.5'")
    with LocalServer(faults=script, options={"require_auth": False}) as server:
        answer, after = _fetch(server, POOLS), _fetch(server, POOLS)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error_code"]) == (429, "1", "ModelArts.5")
    assert after.status_code == 200
