"""After a lost answer an object is adopted only if it can be nothing but the one that was asked for."""

import pytest
from planning_cases import make_live, make_pool

from planner.core.adoption import is_made_from
from planner.core.snapshot import LiveResource
from planner.kinds.pool import POOL_RULES

TREE = make_pool("aaa", userLogin={"keyPairName": "k"})
SENT = "Thu, 01 Jan 2026 00:00:00 GMT"


def make(*, created="2026-01-01T00:00:00Z", **spec):
    live = make_live(TREE)
    shown = {name: value for name, value in live.spec.items() if name != "userLogin"}
    return LiveResource(id=live.id, metadata={**live.metadata, "creationTimestamp": created}, spec={**shown, **spec})


@pytest.mark.parametrize(
    ("live", "since", "expected"),
    [
        pytest.param(make(), SENT, True, id="made in the second of the request, a login not shown"),
        pytest.param(make(created="2026-01-01T09:00:00+08:00"), SENT, True, id="an hour later, in another zone"),
        pytest.param(make(created="2025-12-31T23:59:59Z"), SENT, False, id="older than the request"),
        pytest.param(make(created="2026-01-01T00:00:00"), SENT, False, id="a time without a zone"),
        pytest.param(make(created="soon"), SENT, False, id="no time at all"),
        pytest.param(make(), "", False, id="nothing was sent"),
        pytest.param(make(), "yesterday", False, id="a date that is none"),
        pytest.param(make(resources=[{"flavor": "f", "count": 3}]), SENT, False, id="other nodes"),
        pytest.param(make(userLogin={"keyPairName": "other"}), SENT, False, id="another login"),
        pytest.param(
            make(resources=[{"flavor": "f", "count": 2, "maxCount": 2}]), SENT, True, id="what the service adds"
        ),
    ],
)
def test_an_object_is_ours_only_if_younger_and_as_sent(live, since, expected):
    assert is_made_from(TREE, live, since=since, rules=POOL_RULES) is expected
