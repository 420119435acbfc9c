"""One plan against another: what was seen is left out, and said."""

from dataclasses import replace

import pytest
from planning_cases import make_live, make_pool, plan, track

from planner.core.changes import Block
from planner.core.comparison import keep_news
from planner.core.shown_part import AGAINST, is_partly_shown

A, B = make_pool("aaa"), make_pool("bbb")


def plan_two(first, second, **rest):
    return plan(
        blocks={"pool.a": first, "pool.b": second},
        tracked={"pool.a": track(A), "pool.b": track(B)},
        live={"pool.a": make_live(A), "pool.b": make_live(B)},
        **rest,
    )


BOTH = plan_two(make_pool("aaa", count=3), make_pool("bbb", count=3))
OTHER = plan_two(make_pool("aaa", count=3), make_pool("bbb", count=4))
FIRST = plan_two(make_pool("aaa", count=3), B)
NONE = plan_two(A, B)


def list_shown(found):
    return [str(one.address) for one in found.changes if one.operations]


def find_words(found):
    [one] = [one for one in found.diagnostics if one.code == AGAINST]
    return one.detail


@pytest.mark.parametrize(
    ("now", "seen", "shown"),
    [
        pytest.param(BOTH, BOTH, [], id="all as it was"),
        pytest.param(OTHER, BOTH, ["pool.b"], id="one is different"),
        pytest.param(BOTH, FIRST, ["pool.b"], id="one is new"),
        pytest.param(BOTH, NONE, ["pool.a", "pool.b"], id="all are new"),
        pytest.param(NONE, BOTH, [], id="all are gone"),
    ],
)
def test_only_what_is_new_or_different_is_shown(now, seen, shown):
    assert list_shown(keep_news(now, seen)) == shown


def test_digest_and_counts_stay_those_of_the_whole_plan():
    kept = keep_news(OTHER, BOTH)
    assert (kept.digest, kept.summary) == (OTHER.digest, OTHER.summary)


def test_a_plan_less_what_was_seen_is_known_as_one():
    assert is_partly_shown(keep_news(OTHER, BOTH))
    assert not is_partly_shown(OTHER)


def test_what_is_no_longer_planned_is_named():
    assert "No longer planned: pool.b." in find_words(keep_news(FIRST, BOTH))
    assert "No longer planned" not in find_words(keep_news(OTHER, BOTH))


def test_blocks_of_what_is_not_shown_are_not_shown_either():
    blocked = plan_two(make_pool("aaa", count=99), make_pool("bbb", count=3))
    assert blocked.blocked
    assert keep_news(blocked, blocked).blocked == ()
    assert keep_news(blocked, BOTH).blocked == blocked.blocked


def test_a_change_that_is_blocked_since_it_was_seen_is_shown_with_its_block():
    frozen = Block(code="freeze", summary="frozen", detail="until Monday")
    now = replace(BOTH, changes=tuple(replace(one, blocked=(frozen,)) for one in BOTH.changes), blocked=(frozen,))
    assert list_shown(keep_news(now, BOTH)) == ["pool.a", "pool.b"]
    assert list_shown(keep_news(now, now)) == []
    assert list_shown(keep_news(BOTH, now)) == []


def test_drift_that_was_seen_is_not_shown_again():
    drifted = plan(
        blocks={"pool.a": A}, tracked={"pool.a": track(A)}, live={"pool.a": make_live(make_pool("aaa", count=5))}
    )
    assert drifted.drift
    assert keep_news(drifted, drifted).drift == ()
    assert keep_news(drifted, replace(drifted, drift=())).drift == drifted.drift
