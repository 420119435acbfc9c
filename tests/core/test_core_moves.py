"""Moves: which addresses get another one, and what they rename."""

from dataclasses import replace

import pytest
from planning_cases import address, make_live, make_pool, plan, track

from planner.core.desired import MovedBlock
from planner.core.moves import find_moves, move_records


def moves(*pairs):
    return tuple(MovedBlock(source=address(source), target=address(target)) for source, target in pairs)


A, B, C = "pool.a", "pool.b", "pool.c"


@pytest.mark.parametrize(
    ("tracked", "moved", "previous"),
    [
        pytest.param([A], [(A, B)], {B: A}, id="block"),
        pytest.param([B], [(A, B)], {}, id="true already"),
        pytest.param([], [(A, B)], {}, id="nothing tracked"),
        pytest.param([A], [(A, B), (B, C)], {C: A}, id="chain"),
        pytest.param([A], [(B, C), (A, B)], {C: A}, id="chain in another order"),
        pytest.param(['pool.a["x"]', 'pool.a["y"]'], [(A, B)], {'pool.b["x"]': 'pool.a["x"]', 'pool.b["y"]': 'pool.a["y"]'}, id="all instances"),
        pytest.param(['pool.a["x"]'], [('pool.a["x"]', 'pool.a["y"]')], {'pool.a["y"]': 'pool.a["x"]'}, id="instance to instance"),
        pytest.param([A], [(A, 'pool.b["x"]')], {'pool.b["x"]': A}, id="block to an instance"),
        pytest.param(['pool.a["x"]'], [('pool.a["x"]', B)], {B: 'pool.a["x"]'}, id="instance to a block"),
        pytest.param(['pool.a["x"]', 'pool.a["y"]'], [('pool.a["x"]', C), (A, B)], {C: 'pool.a["x"]', 'pool.b["y"]': 'pool.a["y"]'}, id="one instance apart"),
        pytest.param(['pool.a["x"]'], [(A, 'pool.b["z"]')], {}, id="a block with instances is no single instance"),
        pytest.param(["network.a"], [(A, B)], {}, id="another kind"),
        pytest.param([A], [(A, B), (B, A)], {}, id="circle"),
    ],
)  # fmt: skip
def test_an_address_follows_the_moves(tracked, moved, previous):
    found = find_moves(map(address, tracked), moves(*moved))
    assert {str(new): str(old) for new, old in found.previous.items()} == previous
    assert found.diagnostics == ()


@pytest.mark.parametrize(
    ("tracked", "moved"),
    [
        pytest.param([A, B], [(A, B)], id="onto what is tracked"),
        pytest.param([A, B], [(A, C), (B, C)], id="two to one"),
        pytest.param([A, B], [(A, B), (B, C)], id="a chain that another has begun"),
    ],
)
def test_nothing_is_moved_onto_another(tracked, moved):
    found = find_moves(map(address, tracked), moves(*moved))
    assert [one.code for one in found.diagnostics] == ["plan.moved-onto-another"]
    assert "Nothing was moved." in found.diagnostics[0].detail
    assert found.previous == {}


def test_records_move_with_the_changes_that_say_so_and_once():
    tree = make_pool("pool-a")
    change = plan(blocks={B: tree}, tracked={B: track(tree)}, live={B: make_live(tree)}).changes[0]
    moving = replace(change, previous_address=address(A))
    record = track(tree)
    assert move_records({address(A): record}, [moving]) == {address(B): record}
    assert move_records({address(B): record}, [moving]) == {address(B): record}
    assert move_records({address(A): record}, [change]) == {address(A): record}
