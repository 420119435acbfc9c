"""What a PATCH of a pool is refused for, and the switch that turns each refusal off (contract 7, P1 to P26)."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"

BAD_REQUEST = (400, "ModelArts.50004000")
GROWTH = {"spec": {"resources": [{"flavor": CPU, "count": 3}]}}
MIXED = {"spec": {"resources": [{"flavor": CPU, "count": 3}, {"flavor": GPU, "count": 1}]}}


def _annotate(**annotations):
    return {"metadata": {"annotations": {f"os.modelarts/{name}": value for name, value in annotations.items()}}}


def _resources(*entries):
    return {"spec": {"resources": list(entries)}}


def test_p01_a_merge_patch_is_accepted(service):
    assert service.patch(service.seed_pool(), GROWTH).status == 200


def test_p01_parameters_of_the_content_type_do_not_matter(service):
    content_type = "Application/Merge-Patch+JSON; charset=utf-8"
    assert service.patch(service.seed_pool(), GROWTH, content_type).status == 200


def test_p02_another_content_type_is_refused_with_its_own_code(service):
    answer = service.patch(service.seed_pool(), GROWTH, "application/json")
    assert (answer.status, answer.code) == (415, "ModelArts.50004100")


def test_p02_switched_off_takes_any_content_type(make_service):
    service = make_service(merge_patch_only=False)
    assert service.patch(service.seed_pool(), GROWTH, "application/json").status == 200


def test_p03_an_unknown_pool_is_not_found_by_its_quoted_name(service):
    answer = service.patch("nobody", GROWTH)
    assert (answer.status, answer.code) == (404, "ModelArts.50015001")
    assert '"nobody" not found' in answer.json["error_msg"]


def test_p03_a_pool_of_another_project_is_not_found(service):
    pool_id = service.seed_pool()
    assert service.send("GET", f"/v2/other/pools/{pool_id}").code == "ModelArts.50015001"


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(_annotate(description="a<b"), id="P16: forbidden character in the description"),
        pytest.param(_annotate(description="it's"), id="P16: apostrophe in the description"),
        pytest.param(_annotate(description="x" * 101), id="P16: description too long"),
        pytest.param(_annotate(description=1), id="annotation that is no text"),
        pytest.param({"metadata": {"labels": {"os.modelarts/name": "other"}}}, id="display name changed"),
        pytest.param({"metadata": {"labels": {"os.modelarts/name": None}}}, id="display name removed"),
        pytest.param({"metadata": {"name": "other"}}, id="id changed"),
        pytest.param({"metadata": None}, id="metadata removed"),
        pytest.param({"metadata": {"labels": None}}, id="labels removed"),
        pytest.param({"spec": {"type": "Logical"}}, id="type changed"),
        pytest.param({"spec": {"network": {"name": "other"}}}, id="network changed"),
        pytest.param({"spec": {"network": None}}, id="network removed"),
        pytest.param({"spec": {"colour": "red"}}, id="unknown member of spec"),
        pytest.param({"status": {"phase": "Running"}}, id="status written"),
        pytest.param({"spec": []}, id="spec is a list"),
        pytest.param({"spec": {"scope": ["Trian"]}}, id="unknown scope"),
        pytest.param({"spec": {"scope": ["Train", "Train"]}}, id="scope twice"),
        pytest.param({"spec": {"scope": "Train"}}, id="scope is a text"),
        pytest.param({"spec": {"driver": {"gpuVersion": 470}}}, id="driver version is a number"),
        pytest.param({"spec": {"driver": {"updateStrategy": "soon"}}}, id="unknown driver strategy"),
        pytest.param({"spec": {"driver": {"gpuVersion": "470.57"}}}, id="P22: GPU driver without GPU"),
        pytest.param({"spec": {"driver": {"npuVersion": "C78"}}}, id="P22: NPU driver without NPU"),
        pytest.param(_resources(), id="P20: all entries removed"),
        pytest.param({"spec": {"resources": None}}, id="P20: entries removed by null"),
        pytest.param(_resources({"flavor": GPU, "count": 1}), id="P19: one flavor comes, one goes"),
        pytest.param(_resources({"flavor": CPU}), id="entry without count"),
        pytest.param(_resources({"flavor": CPU, "count": "3"}), id="count is a text"),
        pytest.param(_resources({"flavor": CPU, "count": True}), id="count is a truth value"),
        pytest.param(_resources({"flavor": CPU, "count": 2.0}), id="count is a float"),
        pytest.param(_resources({"flavor": CPU, "count": 0}), id="count 0 on a physical pool"),
        pytest.param(_resources({"flavor": CPU, "count": -1}), id="count below 0"),
        pytest.param(_resources({"count": 2}), id="entry without flavor"),
        pytest.param(_resources({"flavor": "gold", "count": 2}), id="flavor that is not sold"),
        pytest.param(_resources("x"), id="entry is a text"),
        pytest.param({"spec": {"resources": {}}}, id="resources is an object"),
        pytest.param({"spec": {"jobFlavors": "x"}}, id="jobFlavors is a text"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "maxCount": "2"}), id="maxCount is a text"),
        pytest.param(
            _resources({"flavor": CPU, "count": 2, "azs": [{"az": "", "count": 2}]}), id="zone without a name"
        ),
        pytest.param(_resources({"flavor": CPU, "count": 2, "colour": "red"}), id="unknown member of an entry"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "azs": ["a"]}), id="zone is a text"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "azs": [{"az": "a"}]}), id="zone without count"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "nodePool": "UPPER"}), id="invalid node pool name"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "nodePool": "x-default"}), id="reserved node pool name"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "nodePool": None}), id="node pool is null"),
        pytest.param(_resources({"flavor": CPU, "count": 2, "maxCount": 3}), id="P24: maxCount above count"),
        pytest.param(_resources({"flavor": CPU, "count": 1}, {"flavor": CPU, "count": 1}), id="P26: same entry twice"),
        pytest.param(
            _resources({"flavor": CPU, "count": 2}, {"flavor": "modelarts.kat1.8xlarge", "count": 1}),
            id="P26: mixed CPU architectures",
        ),
        pytest.param(
            _resources(*[{"flavor": CPU, "count": 1, "nodePool": f"pool-{n}"} for n in range(11)]),
            id="P26: eleven entries",
        ),
        pytest.param(_annotate(**{"period.num": "1"}), id="P23: subscription without growth"),
        pytest.param(
            {"metadata": {"labels": {"os.modelarts/workspace.id": "w"}}, **GROWTH}, id="P18: workspace and growth"
        ),
    ],
)
def test_a_patch_is_refused_and_changes_nothing(service, patch):
    pool_id = service.seed_pool()
    before = service.pool(pool_id).json
    answer = service.patch(pool_id, patch)
    assert (answer.status, answer.code) == BAD_REQUEST
    assert service.pool(pool_id).json == before


@pytest.mark.parametrize(
    ("options", "patch"),
    [
        pytest.param(
            {"max_count_equals_count": False}, _resources({"flavor": CPU, "count": 2, "maxCount": 3}), id="P24"
        ),
        pytest.param({"refuse_mixed_resize": False}, _resources({"flavor": GPU, "count": 1}), id="P19"),
        pytest.param({"refuse_removing_all": False}, _resources(), id="P20"),
        pytest.param({"subscription_needs_growth": False}, _annotate(**{"period.num": "1"}), id="P23"),
        pytest.param(
            {"unknown_flavors": "accept"},
            _resources({"flavor": CPU, "count": 2}, {"flavor": "gold", "count": 1}),
            id="flavors",
        ),
        pytest.param(
            {"entry_rules": False}, _resources({"flavor": CPU, "count": 1}, {"flavor": CPU, "count": 1}), id="P26"
        ),
        pytest.param({"driver_without_accelerator": "ignore"}, {"spec": {"driver": {"gpuVersion": "470"}}}, id="P22"),
        pytest.param(
            {"unknown_members": "ignore"},
            {"spec": {"colour": "red", "type": "Logical"}},
            id="unknown and immutable members",
        ),
    ],
)
def test_a_refusal_that_is_switched_off_is_none(make_service, options, patch):
    service = make_service(**options)
    assert service.patch(service.seed_pool(), patch).status == 200


def test_p22_an_ignored_driver_leaves_no_trace(make_service):
    service = make_service(driver_without_accelerator="ignore")
    answer = service.patch(service.seed_pool(), {"spec": {"driver": {"gpuVersion": "470"}}})
    assert answer.json["spec"]["driver"] == {}


def test_ignored_members_leave_no_trace(make_service):
    service = make_service(unknown_members="ignore")
    pool_id = service.seed_pool()
    before = service.pool(pool_id).json
    entry = {"flavor": CPU, "count": 2, "colour": "red"}
    answer = service.patch(
        pool_id, {"metadata": {"labels": {"os.modelarts/name": "x"}}, "spec": {"resources": [entry]}}
    )
    assert answer.json == before


def test_an_immutable_member_may_be_sent_as_it_is(service):
    pool_id = service.seed_pool()
    pool = service.pool(pool_id).json
    patch = {"spec": {"type": "Dedicate", "network": pool["spec"]["network"]}}
    assert service.patch(pool_id, patch).status == 200


@pytest.mark.parametrize("patch", [{"spec": {"scope": ["Train"]}}, {"spec": {"driver": {"updateStrategy": "idle"}}}])
def test_p17_scope_and_driver_of_a_logical_pool_are_refused(service, patch):
    pool_id = service.seed_pool(type="Logical")
    assert service.patch(pool_id, patch).code == "ModelArts.50004000"


@pytest.mark.parametrize(
    ("phase", "patch", "status"),
    [
        pytest.param("Creating", GROWTH, 400, id="resize while creating"),
        pytest.param("Abnormal", GROWTH, 400, id="resize while abnormal"),
        pytest.param("ScalingFailed", GROWTH, 200, id="resize after a failed one"),
        pytest.param("ScalingFailed", {"spec": {"scope": ["Infer"]}}, 400, id="scope after a failed resize"),
        pytest.param("Abnormal", {"spec": {"driver": {"updateStrategy": "idle"}}}, 400, id="driver while abnormal"),
        pytest.param("Abnormal", _annotate(description="x"), 200, id="description while abnormal"),
        pytest.param("Deleting", _annotate(description="x"), 400, id="description while deleting"),
    ],
)
def test_p21_the_phase_decides_what_may_change(service, phase, patch, status):
    pool_id = service.seed_pool(phase=phase, stuck=True)
    assert service.patch(pool_id, patch).status == status


def test_p21_switched_off_takes_a_resize_in_any_phase(make_service):
    service = make_service(phase_rules=False)
    assert service.patch(service.seed_pool(phase="Abnormal"), GROWTH).status == 200


@pytest.mark.parametrize(("must_sum", "status"), [(True, 400), (False, 200)])
def test_p25_zones_have_to_add_up_only_when_switched_on(make_service, must_sum, status):
    service = make_service(azs_must_sum=must_sum)
    entry = {"flavor": CPU, "count": 3, "azs": [{"az": "eu-de-02", "count": 1}]}
    assert service.patch(service.seed_pool(), _resources(entry)).status == status


def test_p25_count_wins_over_zones_that_do_not_add_up(service):
    pool_id = service.seed_pool()
    entry = {"flavor": CPU, "count": 3, "azs": [{"az": "eu-de-02", "count": 1}, {"az": "eu-de-03", "count": 1}]}
    service.patch(pool_id, _resources(entry))
    service.statuses(pool_id, 2)
    assert sorted(one["status"]["az"] for one in service.nodes(pool_id)) == ["eu-de-02", "eu-de-02", "eu-de-03"]


@pytest.mark.parametrize(
    ("mode", "patch", "patch_status", "delete_status"),
    [
        pytest.param(1, GROWTH, 200, 200, id="no conversion to a subscription"),
        pytest.param(2, GROWTH, 400, 200, id="no resize"),
        pytest.param(2, _annotate(description="x"), 200, 200, id="no resize, but metadata"),
        pytest.param(8, _annotate(description="x"), 400, 200, id="frozen"),
        pytest.param(16, _annotate(description="x"), 400, 400, id="frozen for good"),
    ],
)
def test_control_mode_bits_restrict_a_pool(service, mode, patch, patch_status, delete_status):
    pool_id = service.seed_pool(spec={"controlMode": mode})
    assert service.patch(pool_id, patch).status == patch_status
    assert service.delete(pool_id).status == delete_status


def test_p23_a_subscription_with_growth_marks_the_new_nodes_only(service):
    pool_id = service.seed_pool()
    service.patch(pool_id, GROWTH | _annotate(**{"billing.mode": "1", "period.num": "1"}))
    modes = [one["metadata"]["annotations"]["os.modelarts/billing.mode"] for one in service.nodes(pool_id)]
    assert modes == ["0", "0", "1"]


@pytest.mark.parametrize(("refuse", "status"), [(True, 400), (False, 200)])
def test_a_pool_with_subscribed_nodes_shrinks_only_when_that_is_switched_off(make_service, refuse, status):
    service = make_service(refuse_removing_subscribed=refuse)
    pool_id = service.seed_pool()
    name = seeding.list_node_names(service.world, pool_id)[0]
    service.world = seeding.change_node(service.world, pool_id, name=name, is_subscribed=True)
    assert service.patch(pool_id, _resources({"flavor": CPU, "count": 1})).status == status


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        pytest.param({"count": 0, "maxCount": 1}, 200, id="count 0"),
        pytest.param({"count": 2, "maxCount": 5}, 200, id="maxCount above count"),
        pytest.param({"count": 2, "maxCount": 1}, 400, id="maxCount below count"),
        pytest.param({"count": 0, "maxCount": 0}, 400, id="maxCount 0"),
    ],
)
def test_entries_of_a_logical_pool_follow_their_own_rules(service, entry, status):
    pool_id = service.seed_pool(type="Logical")
    assert service.patch(pool_id, _resources({"flavor": CPU, **entry})).status == status
