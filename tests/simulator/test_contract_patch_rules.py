"""Assertions P16 to P26 of the contract: what a PATCH of a pool is refused for. Switched ones are tested both ways."""

import pytest
from contract_cases import CPU, DONE, GPU, NPU, REFUSED, annotate, entry, find_verdict, list_counts, resources

OTHER = {"refusal_status": 409, "refusal_code": "ModelArts.50019999"}
OTHERWISE = (409, "ModelArts.50019999")

DRIVER = {"gpuVersion": "470", "updateStrategy": "idle"}
SUBSCRIPTION = annotate(**{"billing.mode": "1", "period.num": "1", "period.type": "2"})


def _verdict(make_service, patch, *, options=None, **seed):
    service = make_service(**(options or {}))
    return find_verdict(service.patch(service.seed_pool(**seed), patch))


@pytest.mark.parametrize(("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE)], ids=["as any", "own code"])
@pytest.mark.parametrize("character", [*"!<>=&\"'"])
def test_P16_a_forbidden_character_in_a_description_is_refused(make_service, character, options, verdict):
    assert _verdict(make_service, annotate(description=f"a{character}b"), options=options) == verdict


@pytest.mark.parametrize(("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE)], ids=["as any", "own code"])
@pytest.mark.parametrize("spec", [{"scope": ["Train"]}, {"driver": DRIVER}], ids=["scope", "driver"])
def test_P17_scope_and_driver_of_a_logical_pool_are_refused(make_service, spec, options, verdict):
    assert _verdict(make_service, {"spec": spec}, options=options, type="Logical") == verdict


@pytest.mark.parametrize(("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE)], ids=["as any", "own code"])
@pytest.mark.parametrize(
    "other", [annotate(description="x")["metadata"], {"labels": {"team": "a"}}], ids=["annotation", "label"]
)
def test_P18_the_workspace_with_another_change_is_refused(make_service, other, options, verdict):
    labels = {"os.modelarts/workspace.id": "w1", **other.get("labels", {})}
    assert _verdict(make_service, {"metadata": other | {"labels": labels}}, options=options) == verdict


def test_P18_the_workspace_alone_is_accepted(make_service):
    assert _verdict(make_service, {"metadata": {"labels": {"os.modelarts/workspace.id": "w1"}}}) == DONE


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"refuse_mixed_resize": False}, DONE)]
)
def test_P19_one_flavor_up_and_another_down_is_refused(make_service, options, verdict):
    patch = resources((CPU, 1), (GPU, 3))
    assert _verdict(make_service, patch, options=options, flavors={CPU: 2, GPU: 2}) == verdict


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"refuse_removing_all": False}, DONE)]
)
def test_P20_removing_every_flavor_is_refused(make_service, options, verdict):
    assert _verdict(make_service, {"spec": {"resources": []}}, options=options) == verdict


@pytest.mark.parametrize(("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"phase_rules": False}, DONE)])
@pytest.mark.parametrize(
    "patch",
    [entry(GPU, 3), {"spec": {"scope": ["Infer"]}}, {"spec": {"driver": DRIVER}}],
    ids=["resize", "scope", "driver"],
)
@pytest.mark.parametrize("phase", ["Creating", "Abnormal", "Error", "Waiting"])
def test_P21_what_moves_a_pool_needs_phase_running(make_service, phase, patch, options, verdict):
    seed = {"flavors": {GPU: 2}, "phase": phase, "stuck": True}
    assert _verdict(make_service, patch, options=options, **seed) == verdict


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"driver_without_accelerator": "ignore"}, DONE)]
)
@pytest.mark.parametrize(
    ("flavor", "member"), [(CPU, "gpuVersion"), (NPU, "gpuVersion"), (CPU, "npuVersion"), (GPU, "npuVersion")]
)
def test_P22_a_driver_without_its_accelerator_is_refused(make_service, flavor, member, options, verdict):
    patch = {"spec": {"driver": {member: "1"}}}
    assert _verdict(make_service, patch, options=options, flavors={flavor: 2}) == verdict


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"subscription_needs_growth": False}, DONE)]
)
def test_P23_a_subscription_without_more_nodes_is_refused(make_service, options, verdict):
    assert _verdict(make_service, SUBSCRIPTION, options=options) == verdict


def test_P23_a_subscription_with_more_nodes_is_accepted(make_service):
    assert _verdict(make_service, SUBSCRIPTION | entry(CPU, 3)) == DONE


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"max_count_equals_count": False}, DONE)]
)
def test_P24_more_max_count_than_count_is_refused_in_a_physical_pool(make_service, options, verdict):
    assert _verdict(make_service, entry(CPU, 2, maxCount=4), options=options) == verdict


@pytest.mark.parametrize(
    ("options", "verdict"), [({}, DONE), ({"azs_must_sum": True}, REFUSED), ({"azs_must_sum": True} | OTHER, OTHERWISE)]
)
def test_P25_count_and_the_sum_of_azs_may_differ(make_service, options, verdict):
    patch = entry(CPU, 3, azs=[{"az": "eu-de-01", "count": 2}])
    assert _verdict(make_service, patch, options=options) == verdict


def test_P25_count_wins_where_they_differ(service):
    pool_id = service.seed_pool()
    service.patch(pool_id, entry(CPU, 3, azs=[{"az": "eu-de-01", "count": 1}]))
    assert len(service.nodes(pool_id)) == 3


@pytest.mark.parametrize(("options", "verdict"), [({}, REFUSED), (OTHER, OTHERWISE), ({"entry_rules": False}, DONE)])
@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"spec": {"resources": [{"flavor": CPU, "count": 2}] + [
            {"flavor": CPU, "count": 1, "nodePool": f"np-{number}"} for number in range(10)
        ]}}, id="11 entries"),
        pytest.param(resources((CPU, 2), (CPU, 1)), id="the same twice"),
        pytest.param(resources((CPU, 2), (NPU, 1)), id="x86 and arm64"),
    ],
)  # fmt: skip
def test_P26_too_many_repeated_or_mixed_entries_are_refused(make_service, patch, options, verdict):
    assert _verdict(make_service, patch, options=options) == verdict


def test_P26_ten_entries_of_different_node_pools_are_accepted(service):
    entries = [{"flavor": CPU, "count": 2}]
    entries += [{"flavor": CPU, "count": 1, "nodePool": f"np-{number}"} for number in range(9)]
    answer = service.patch(service.seed_pool(), {"spec": {"resources": entries}})
    assert (answer.status, list_counts(answer.json)) == (200, {CPU: 1})
