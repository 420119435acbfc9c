"""Single requests: what is read right before them decides whether they are sent, and in which form."""

from collections.abc import Callable
from typing import Any

import pytest
from engine_site import CPU, IMPORT, POOL_ID, EngineSite, make_pool_block, make_step

from planner.core.changes import Failed, Waiting
from planner.engine.run_context import RunContext, Sending, Sent, Step
from planner.engine.sending_creations import send_creation
from planner.engine.sending_patches import send_patch
from planner.engine.sending_removals import send_removal
from planner.engine.waits import Awaited, wait_until_done, wait_until_ready
from planner.simulator.documents import World
from planner.simulator.seeding import change_node, change_pool, list_node_names, make_pool, make_workload, remove_pool

Plan = Callable[[EngineSite], Step]
Send = Callable[[RunContext, Step], Sending]


def seed(site: EngineSite, *, nodes: int) -> None:
    site.server.change(lambda world: make_pool(world, name="gpu-a", flavors={CPU: nodes})[0])
    site.server.change(lambda world: change_pool(world, POOL_ID, change=describe_first))


def describe_first(pool: dict[str, Any]) -> None:
    pool["metadata"]["annotations"]["os.modelarts/description"] = "first"


def describe_second(pool: dict[str, Any]) -> None:
    pool["metadata"]["annotations"]["os.modelarts/description"] = "second"


def describe_otherwise(pool: dict[str, Any]) -> None:
    pool["metadata"]["annotations"]["os.modelarts/description"] = "of somebody else"


def make_anew(pool: dict[str, Any]) -> None:
    pool["metadata"]["creationTimestamp"] = "2024-01-01T00:00:00Z"


def send_idle_removal(context: RunContext, step: Step) -> Sending:
    assert step.operation.nodes
    return send_removal(context, step, step.operation.nodes)


def plan_description(site: EngineSite) -> Step:
    seed(site, nodes=2)
    return make_step(site.plan(make_pool_block(count=2, description="second"), IMPORT))


def plan_removal(site: EngineSite, *, nodes: int, count: int) -> Step:
    seed(site, nodes=nodes)
    return make_step(site.plan(make_pool_block(count=count), IMPORT))


def take_nodes(world: World, names: list[str]) -> World:
    """Take nodes away behind the service's back; the counts of the pool stay as they are."""
    document = world.document
    left = [one for one in document["nodes"][POOL_ID] if one["metadata"]["name"] not in names]
    nodes = document["nodes"] | {POOL_ID: left}
    return World(document=document | {"nodes": nodes}, options=world.options, moving=world.moving)


def test_a_patch_is_sent_and_what_it_sent_is_returned(site: EngineSite):
    step = plan_description(site)
    with site.open_context() as context:
        sent = send_patch(context, step)
    assert isinstance(sent, Sent)
    assert (sent.intents, site.list_writes()) == (step.operation.intents, ["PATCH 200"])


def test_a_field_that_is_as_wanted_already_is_not_sent_and_not_ours(site: EngineSite):
    step = plan_description(site)
    site.server.change(lambda world: change_pool(world, POOL_ID, change=describe_second))
    with site.open_context() as context:
        sent = send_patch(context, step)
    assert isinstance(sent, Sent)
    assert (sent.intents, site.list_writes(), site.list_records()) == ((), [], [])


@pytest.mark.parametrize(
    ("plan", "send"),
    [
        pytest.param(plan_description, send_patch, id="fields"),
        pytest.param(lambda site: plan_removal(site, nodes=3, count=2), send_idle_removal, id="nodes by name"),
    ],
)
def test_another_pool_of_the_same_id_is_left_alone(site: EngineSite, plan: Plan, send: Send):
    step = plan(site)
    site.server.change(lambda world: change_pool(world, POOL_ID, change=make_anew))
    with site.open_context() as context:
        failed = send(context, step)
    assert isinstance(failed, Failed)
    assert "another one of the same id" in failed.diagnostics[0].detail
    assert site.list_writes() == []


def test_a_field_that_somebody_else_changed_is_left_alone(site: EngineSite):
    step = plan_description(site)
    site.server.change(lambda world: change_pool(world, POOL_ID, change=describe_otherwise))
    with site.open_context() as context:
        sent = send_patch(context, step)
    assert isinstance(sent, Failed)
    assert (sent.diagnostics[0].code, site.list_writes()) == ("apply.stale", [])
    assert "of somebody else" in sent.diagnostics[0].detail


def test_a_pool_that_is_gone_takes_no_patch(site: EngineSite):
    step = plan_description(site)
    site.server.change(lambda world: remove_pool(world, POOL_ID))
    with site.open_context() as context:
        sent = send_patch(context, step)
    assert isinstance(sent, Failed)
    assert "is gone" in sent.diagnostics[0].summary


def test_a_taken_name_is_never_adopted_unasked(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    seed(site, nodes=1)
    with site.open_context() as context:
        sent = send_creation(context, step)
    assert isinstance(sent, Failed)
    assert (sent.diagnostics[0].summary, site.list_writes()) == ("An object with the wanted name has appeared", [])


def test_a_creation_is_noted_before_it_is_sent(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    with site.open_context() as context:
        sent = send_creation(context, step)
        assert site.list_records() == ["OperationStarted"]
    assert isinstance(sent, Sent)
    assert (sent.live is not None and sent.live.id, site.list_writes()) == (POOL_ID, ["POST 200"])


def test_idle_nodes_are_removed_by_name(site: EngineSite):
    step = plan_removal(site, nodes=4, count=2)
    first, second, *_ = list_node_names(site.server.world, POOL_ID)
    site.server.change(lambda world: make_workload(world, POOL_ID, nodes=[first, second]))
    assert step.operation.nodes is not None
    with site.open_context() as context:
        sent = send_removal(context, step, step.operation.nodes)
    assert isinstance(sent, Sent)
    assert len(sent.removed) == 2
    assert {first, second} & set(sent.removed) == set()


def test_nothing_is_removed_where_too_few_nodes_are_idle_now(site: EngineSite):
    step = plan_removal(site, nodes=3, count=1)
    busy = list_node_names(site.server.world, POOL_ID)[:2]
    site.server.change(lambda world: make_workload(world, POOL_ID, nodes=busy))
    assert step.operation.nodes is not None
    with site.open_context() as context:
        sent = send_removal(context, step, step.operation.nodes)
    assert isinstance(sent, Failed)
    assert "1 of the 2 nodes to remove are idle now" in sent.diagnostics[0].detail
    assert site.list_writes() == []


def test_locked_nodes_are_left(site: EngineSite):
    step = plan_removal(site, nodes=2, count=1)
    first, second = list_node_names(site.server.world, POOL_ID)
    site.server.change(lambda world: change_node(world, POOL_ID, name=first, is_locked=True))
    assert step.operation.nodes is not None
    with site.open_context() as context:
        sent = send_removal(context, step, step.operation.nodes)
    assert isinstance(sent, Sent)
    assert sent.removed == (second,)


@pytest.mark.parametrize(("gone", "removed"), [(0, 3), (1, 2), (2, 1), (3, 0)])
def test_nodes_that_are_gone_already_are_not_removed_again(site: EngineSite, gone: int, removed: int):
    step = plan_removal(site, nodes=5, count=2)
    names = list_node_names(site.server.world, POOL_ID)[:gone]
    site.server.change(lambda world: take_nodes(world, names))
    assert step.operation.nodes is not None
    with site.open_context() as context:
        sent = send_removal(context, step, step.operation.nodes)
    assert isinstance(sent, Sent)
    assert len(sent.removed) == removed


def test_a_wait_ends_where_the_operation_said(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    with site.open_context() as context:
        sent = send_creation(context, step)
        assert isinstance(sent, Sent)
        awaited = wait_until_done(context, step, sent, id_=POOL_ID)
    assert isinstance(awaited, Awaited)


def test_a_new_pool_that_several_reads_do_not_find_is_gone(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    with site.open_context() as context:
        awaited = wait_until_done(context, step, Sent(live=None), id_=POOL_ID)
    assert isinstance(awaited, Failed)
    assert awaited.diagnostics[0].code == "apply.gone"


def test_an_interrupt_ends_a_wait_with_what_is_still_awaited(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    site.server.change(lambda world: make_pool(world, name="gpu-a", flavors={CPU: 1}, phase="Creating", stuck=True)[0])
    site.stop.set()
    with site.open_context() as context:
        awaited = wait_until_done(context, step, Sent(live=None), id_=POOL_ID)
    assert isinstance(awaited, Waiting)
    assert "Running" in awaited.what


def test_a_wait_gives_up_at_its_timeout_and_nothing_is_broken(site: EngineSite):
    step = make_step(site.plan(make_pool_block(count=1)))
    site.server.change(lambda world: make_pool(world, name="gpu-a", flavors={CPU: 1}, phase="Creating", stuck=True)[0])
    with site.open_context(wait_timeout=0.05) as context:
        awaited = wait_until_done(context, step, Sent(live=None), id_=POOL_ID)
    assert isinstance(awaited, Waiting)


def test_a_pool_that_moves_is_waited_for_before_it_is_changed(site: EngineSite):
    step = plan_description(site)

    def create(pool: dict[str, Any]) -> None:
        pool["status"]["phase"] = "Creating"

    site.server.change(lambda world: change_pool(world, POOL_ID, change=create))
    with site.open_context() as context:
        ready = wait_until_ready(context, step)
    assert isinstance(ready, Awaited)
    assert site.server.world.document["pools"][POOL_ID]["status"]["phase"] == "Running"


def test_an_error_phase_takes_no_change(site: EngineSite):
    step = plan_description(site)

    def fail(pool: dict[str, Any]) -> None:
        pool["status"]["phase"] = "Error"

    site.server.change(lambda world: change_pool(world, POOL_ID, change=fail))
    with site.open_context() as context:
        ready = wait_until_ready(context, step)
    assert isinstance(ready, Failed)
    assert site.list_writes() == []
