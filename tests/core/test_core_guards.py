"""Why apply would refuse a change, and what lifts that (semantics 5.1-5.5, 7.2)."""

import datetime as dt
import shlex

import pytest
from core_cases import MAKING, POOL, make_live, make_pool_tree, make_subject, plan_update

from planner.core.addresses import Address
from planner.core.changes import Block
from planner.core.desired import DesiredResource, Freeze, Guards, Permission
from planner.core.guards import Guarding, find_blocks, name_blocks
from planner.core.permissions import find_valid, parse_permission
from planner.core.resource_changes import Replaced, make_creation, make_deletion, make_forgetting, make_replacement
from planner.core.tallies import count_added, count_removed
from planner.core.targets import find_target
from planner.kinds.pool import POOL_RULES

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
OPEN = Guards(max_disruption="destroys", max_percent_removed=None, max_nodes_added=None)
LIVE = make_live(make_pool_tree({"flavor": "f", "count": 10}, {"flavor": "g", "count": 10}))


def resize(first, second=10):
    return plan_update(LIVE, make_pool_tree({"flavor": "f", "count": first}, {"flavor": "g", "count": second}))


def annotate(live=LIVE, **annotations):
    tree = make_pool_tree()
    return plan_update(live, {"metadata": {**tree["metadata"], "annotations": annotations}, "spec": {}})


def create(count, reason="new"):
    tree = make_pool_tree({"flavor": "f", "count": count})
    return make_creation(DesiredResource(address=POOL, tree=tree), tree, making=MAKING, reason=reason, id_="a-p")


def replace_pool():
    tree = make_pool_tree({"flavor": "f", "count": 1})
    target = find_target(make_subject(LIVE, tree), POOL_RULES)
    replaced = Replaced(live=LIVE, target=target, reason="requested")
    return make_replacement(POOL, tree, replaced=replaced, making=MAKING)


def delete():
    return make_deletion(POOL, LIVE, making=MAKING, reason="removed")


def forget():
    return make_forgetting(POOL, "a-p", live=LIVE, making=MAKING, reason="removed")


def find_codes(change, *allowed, **guarding):
    spelled = [parse_permission(one) if isinstance(one, str) else one for one in allowed]
    permissions = find_valid(spelled, change.address, now=NOW)
    blocks = find_blocks(change, Guarding(**{"now": NOW, "guards": OPEN, **guarding}, permissions=permissions))
    return [one.code for one in blocks]


def make_release(nodes):
    return Permission(address="pool.a", class_name="", max_nodes_removed=nodes)


@pytest.mark.parametrize(
    ("first", "second", "removed", "added"),
    [
        pytest.param(10, 10, 0, 0, id="nothing"),
        pytest.param(4, 10, 6, 0, id="shrink"),
        pytest.param(4, 16, 6, 6, id="growth elsewhere never offsets"),
        pytest.param(4, 4, 12, 0, id="the sum over entries"),
    ],
)
def test_nodes_that_go_and_come_are_counted(first, second, removed, added):
    change = resize(first, second)
    assert (count_removed(change), count_added(change)) == (removed, added)


def test_a_logical_pool_owns_no_nodes_that_could_go():
    live, desired = (
        {"metadata": {}, "spec": {"type": "Logical", "resources": [{"flavor": "f", "count": count}]}}
        for count in (9, 1)
    )
    assert count_removed(plan_update(make_live(live), desired)) == 0


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        pytest.param(annotate(team="a"), [], id="metadata"),
        pytest.param(resize(20, 20), [], id="growth"),
        pytest.param(resize(9), ["max_disruption"], id="nodes of which nothing is known go"),
        pytest.param(resize(31, 20), ["max_nodes_added"], id="31 more nodes"),
        pytest.param(resize(30, 20), [], id="30 more nodes"),
        pytest.param(create(31), ["max_nodes_added"], id="a pool of 31 nodes"),
        pytest.param(create(30), [], id="a pool of 30 nodes"),
        pytest.param(delete(), ["max_disruption"], id="delete"),
        pytest.param(replace_pool(), ["max_disruption"], id="replace"),
        pytest.param(forget(), [], id="forget"),
    ],
)
def test_the_guards_that_are_on_by_default_block(change, codes):
    assert find_codes(change, guards=Guards()) == codes


@pytest.mark.parametrize(
    ("change", "limits", "allowed", "codes"),
    [
        pytest.param(resize(0), {"max_percent_removed": 50}, (), [], id="half of the pool"),
        pytest.param(resize(0, 9), {"max_percent_removed": 50}, (), ["max_percent_removed"], id="more than half"),
        pytest.param(resize(9), {"max_percent_removed": 0}, (), [], id="one node may always go"),
        pytest.param(
            resize(8), {"max_percent_removed": 9}, (), ["max_percent_removed"], id="the percentage is floored"
        ),
        pytest.param(resize(8), {"max_nodes_removed": 2}, (), [], id="as many as allowed"),
        pytest.param(resize(7), {"max_nodes_removed": 2}, (), ["max_nodes_removed"], id="one more than allowed"),
        pytest.param(
            resize(0, 0),
            {"max_nodes_removed": 2, "max_percent_removed": 50},
            (),
            ["max_percent_removed", "max_nodes_removed"],
            id="both limits",
        ),
        pytest.param(
            resize(0, 0),
            {"max_nodes_removed": 2, "max_percent_removed": 50},
            (make_release(20),),
            [],
            id="a permission for so many lifts both",
        ),
        pytest.param(
            resize(0, 0),
            {"max_nodes_removed": 2},
            (make_release(19),),
            ["max_nodes_removed"],
            id="one for fewer lifts none",
        ),
        pytest.param(delete(), {"max_nodes_removed": 2}, ("pool.a=destroys",), [], id="a delete is no shrinkage"),
        pytest.param(resize(12), {"max_nodes_added": 2}, (), [], id="growth as allowed"),
        pytest.param(
            resize(13),
            {"max_nodes_added": 2},
            (make_release(20),),
            ["max_nodes_added"],
            id="growth beyond is not lifted",
        ),
    ],
)
def test_a_limit_on_nodes_blocks(change, limits, allowed, codes):
    guards = Guards(**{"max_disruption": "destroys", "max_percent_removed": None, "max_nodes_added": None, **limits})
    assert find_codes(change, *allowed, guards=guards) == codes


@pytest.mark.parametrize(
    ("change", "limit", "allowed", "codes"),
    [
        pytest.param(resize(9), "interrupts", (), [], id="at the limit"),
        pytest.param(resize(9), "drains", ("pool.a=interrupts",), [], id="lifted by its class"),
        pytest.param(resize(9), "drains", ("pool.*=interrupts",), [], id="lifted by a glob"),
        pytest.param(resize(9), "drains", ("pool.a=drains",), ["max_disruption"], id="not by a milder class"),
        pytest.param(resize(9), "drains", ("pool.b=interrupts",), ["max_disruption"], id="not by another address's"),
        pytest.param(resize(11), "none", (), ["max_disruption"], id="new nodes where none are wanted"),
        pytest.param(delete(), "destroys", (), ["max_disruption"], id="a limit of destroys permits no delete"),
        pytest.param(replace_pool(), "destroys", (), ["max_disruption"], id="nor a replace"),
        pytest.param(delete(), "none", ("pool.a=destroys",), [], id="a delete with its permission"),
        pytest.param(replace_pool(), "none", ("pool.a=destroys",), [], id="a replace with its permission"),
        pytest.param(delete(), "none", ("pool.a=interrupts",), ["max_disruption"], id="not by a milder permission"),
    ],
)
def test_a_disruption_blocks(change, limit, allowed, codes):
    guards = Guards(max_disruption=limit, max_percent_removed=None)
    assert find_codes(change, *allowed, guards=guards) == codes


@pytest.mark.parametrize(
    ("change", "allowed", "codes"),
    [
        pytest.param(annotate(**{"os.modelarts/order.id": "o"}), (), ["purchases"], id="an order"),
        pytest.param(annotate(**{"os.modelarts/billing.mode": "1"}), (), ["purchases"], id="a subscription"),
        pytest.param(annotate(**{"os.modelarts/order.id": "o"}), ("pool.a=purchases",), [], id="with its permission"),
        pytest.param(
            annotate(**{"os.modelarts/order.id": "o"}), ("pool.a=destroys",), ["purchases"], id="no other lifts it"
        ),
        pytest.param(create(2, "vanished"), (), ["vanished"], id="a vanished pool"),
        pytest.param(create(2, "vanished"), ("pool.a=recreate",), [], id="a vanished pool with its permission"),
    ],
)
def test_a_purchase_and_a_vanished_pool_need_permissions_of_their_own(change, allowed, codes):
    assert find_codes(change, *allowed) == codes


@pytest.mark.parametrize("change", [delete(), replace_pool()])
def test_no_permission_lifts_prevent_destroy(change):
    assert find_codes(change, "pool.a=destroys", prevent_destroy=True) == ["prevent_destroy"]


def test_prevent_destroy_hinders_no_update():
    assert find_codes(resize(20), prevent_destroy=True) == []


@pytest.mark.parametrize(
    ("change", "until", "codes"),
    [
        pytest.param(annotate(team="a"), LATER, ["freeze"], id="metadata too"),
        pytest.param(create(1), LATER, ["freeze"], id="create"),
        pytest.param(delete(), LATER, ["freeze"], id="delete"),
        pytest.param(annotate(team="a"), NOW, [], id="it has ended"),
        pytest.param(forget(), LATER, [], id="a forget writes nothing to the pool"),
        pytest.param(resize(10), LATER, [], id="nothing to do"),
    ],
)
def test_a_freeze_covers_every_write(change, until, codes):
    assert find_codes(change, "pool.a=destroys", freeze=Freeze(until=until, reason="run 42")) == codes


@pytest.mark.parametrize(
    ("change", "phase", "mode", "codes"),
    [
        pytest.param(annotate(team="a"), "Running", 0, [], id="running"),
        pytest.param(annotate(team="a"), "Abnormal", 0, [], id="abnormal"),
        pytest.param(resize(20), "Abnormal", 0, [], id="abnormal before a resize is waited for"),
        pytest.param(resize(20), "Creating", 0, [], id="creating is waited for"),
        pytest.param(resize(20), "ScalingFailed", 0, [], id="scaling failed"),
        pytest.param(annotate(team="a"), "Waiting", 0, ["phase"], id="waiting"),
        pytest.param(annotate(team="a"), "Error", 0, ["phase"], id="error"),
        pytest.param(annotate(team="a"), "Deleting", 0, ["phase"], id="deleting"),
        pytest.param(delete(), "Error", 0, [], id="a delete in any phase"),
        pytest.param(delete(), "Deleting", 0, [], id="a delete of what goes already is only waited for"),
        pytest.param(annotate(team="a"), "Running", 1, [], id="mode 1 restricts nothing"),
        pytest.param(annotate(team="a"), "Running", 2, [], id="a size that is restricted allows metadata"),
        pytest.param(resize(20), "Running", 2, ["phase"], id="a size that is restricted"),
        pytest.param(annotate(team="a"), "Running", 8, ["phase"], id="frozen"),
        pytest.param(annotate(team="a"), "Running", 16, ["phase"], id="frozen for security"),
        pytest.param(annotate(team="a"), "Error", 8, ["phase", "phase"], id="both reasons are told"),
        pytest.param(delete(), "Running", 8, [], id="what is frozen may be deleted"),
        pytest.param(delete(), "Running", 16, ["phase"], id="but not what is frozen for security"),
    ],
)
def test_the_phase_and_the_control_mode_block(change, phase, mode, codes):
    live = make_live({**make_pool_tree(), "spec": {"controlMode": mode}}, phase=phase)
    assert find_codes(change, "pool.a=destroys", live=live) == codes


@pytest.mark.parametrize(
    ("key", "words"),
    [
        pytest.param("", ["--allow", "pool.a=destroys,"], id="a plain address"),
        pytest.param("it's $HOME", ["--allow", 'pool.a["it\'s $HOME"]=destroys,'], id="a key that a shell would read"),
    ],
)
def test_a_block_names_the_option_that_lifts_it_as_a_shell_takes_it(key, words):
    address = Address(kind="pool", name="a", key=key)
    change = make_deletion(address, LIVE, making=MAKING, reason="removed")
    detail = find_blocks(change, Guarding(now=NOW))[0].detail
    assert shlex.split(detail[detail.index("--allow") :].split(" or an")[0]) == words


def test_blocks_are_named_by_the_address_they_stand_for():
    block = Block(code="c", summary="s", detail="d")
    assert name_blocks([block], "pool.a") == (Block(code="c", summary="s", detail="d", address="pool.a"),)
