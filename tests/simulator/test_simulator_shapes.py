"""What stands inside entries, labels, specs and connections has the shape that the API declares, or is refused."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
DISK = {"volumeType": "SSD", "size": "100Gi"}
PEER = {"peerVpcId": "vpc", "peerSubnetId": "subnet"}
SHARE = {"name": "share", "sfsId": "sfs"}


def make_pool(metadata=None, **spec):
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": "fresh"}} | (metadata or {}),
        "spec": {"type": "Dedicate", "network": {"name": f"main-{seeding.PROJECT_ID}"}}
        | {"resources": [{"flavor": CPU, "count": 2}]}
        | spec,
    }


def patch_entry(service, **members):
    pool_id = service.seed_pool()
    return service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 2, **members}]}})


@pytest.mark.parametrize(
    ("members", "place"),
    [
        pytest.param({"tags": [{"value": "b"}]}, "tags.0.key", id="a tag without a key"),
        pytest.param({"tags": [{"key": "CCE-a", "value": "b"}]}, "tags.0.key", id="a tag of the service itself"),
        pytest.param({"tags": [{"key": "a", "value": 1}]}, "tags.0.value", id="a tag that is a number"),
        pytest.param({"taints": [{"key": "a"}]}, "taints.0.effect", id="a taint without an effect"),
        pytest.param({"taints": [{"key": "a", "effect": "Never"}]}, "taints.0.effect", id="a taint of another effect"),
        pytest.param({"azs": [{"az": "eu-de-01", "count": 0}]}, "azs.0.count", id="a zone without nodes"),
        pytest.param({"azs": [{"az": "", "count": 1}]}, "azs.0.az", id="a zone without a name"),
        pytest.param({"azs": None}, "azs", id="null is no list"),
        pytest.param({"labels": {"a": 1}}, "labels.a", id="a label that is a number"),
        pytest.param({"network": {"securityGroups": "a"}}, "network.securityGroups", id="groups that are no list"),
        pytest.param({"extendParams": {"dockerBaseSize": "big"}}, "extendParams.dockerBaseSize", id="a size in words"),
        pytest.param({"extendParams": {"runtime": "podman"}}, "extendParams.runtime", id="another runtime"),
        pytest.param({"creatingStep": {"step": 0}}, "creatingStep.step", id="portions of nothing"),
        pytest.param({"creatingStep": {"type": "box"}}, "creatingStep.type", id="portions of another kind"),
        pytest.param({"rootVolume": {"size": "100Gi"}}, "rootVolume.volumeType", id="a disk without a type"),
        pytest.param({"rootVolume": DISK | {"volumeType": "TAPE"}}, "rootVolume.volumeType", id="a disk of tape"),
        pytest.param({"dataVolumes": [DISK | {"count": 0}]}, "dataVolumes.0.count", id="no data disks"),
        pytest.param({"dataVolumes": [{"volumeType": "SSD"}]}, "dataVolumes.0.size", id="a data disk without a size"),
        pytest.param(
            {"dataVolumes": [DISK | {"extendParams": {"volumeGroup": "mine"}}]},
            "dataVolumes.0.extendParams.volumeGroup",
            id="a group that is not named so",
        ),
        pytest.param(
            {"volumeGroupConfigs": [{"volumeGroup": "vgpaas", "dockerThinPool": 101}]},
            "volumeGroupConfigs.0.dockerThinPool",
            id="more than all of a group",
        ),
        pytest.param(
            {"volumeGroupConfigs": [{"volumeGroup": "default", "lvmConfig": {"path": "/a"}}]},
            "volumeGroupConfigs.0.lvmConfig.lvType",
            id="a layout without a kind",
        ),
        pytest.param({"os": {"imageType": "public"}}, "os.imageType", id="an image of another kind"),
        pytest.param({"driver": {"version": 1}}, "driver.version", id="a version that is a number"),
        pytest.param({"maxCount": 0}, "maxCount", id="at most none"),
    ],
)
def test_a_wrong_member_of_an_entry_is_refused_by_name(service, members, place):
    answer = patch_entry(service, **members)
    assert (answer.status, answer.code) == (400, "ModelArts.50004000")
    assert answer.json["error_msg"].startswith(f"Bad request. spec.resources.{place} ")


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"tags": [{"key": "a", "value": ""}]}, id="an empty tag"),
        pytest.param({"taints": [{"key": "a", "effect": "NoExecute", "value": "b"}]}, id="a taint"),
        pytest.param({"extendParams": {"runtime": "containerd", "other": [1]}}, id="a setting that nobody knows"),
        pytest.param({"dataVolumes": [DISK | {"extendParams": {"volumeGroup": "vguser1"}}]}, id="a group of the user"),
        pytest.param({"volumeGroupConfigs": [{"volumeGroup": "vgpaas", "types": ["local"]}]}, id="a group of disks"),
        pytest.param({"os": {"imageType": "", "imageId": "i"}, "rootVolume": DISK}, id="an image on a disk"),
    ],
)
def test_a_good_member_of_an_entry_is_kept_as_it_was_sent(service, members):
    entry = patch_entry(service, **members).json["spec"]["resources"][0]
    assert {name: entry[name] for name in members} == members


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(make_pool(masters=[1]), "spec.masters.0", id="a control node that is a number"),
        pytest.param(make_pool(containerNetwork={"cidr": 10}), "spec.containerNetwork.cidr", id="a range as a number"),
        pytest.param(make_pool(ipv6enable="yes"), "spec.ipv6enable", id="a truth in words"),
        pytest.param(make_pool(userLogin={"keyPairName": 1}), "spec.userLogin.keyPairName", id="a key pair's number"),
        pytest.param(make_pool(clusters=[{"providerId": 1}]), "spec.clusters.0.providerId", id="a cluster's number"),
        pytest.param(make_pool(network={"name": None}), "spec.network.name", id="a network that is null"),
        pytest.param(make_pool(jobFlavors="a"), "spec.jobFlavors", id="job flavors that are no list"),
        pytest.param(make_pool(parent=1), "spec.parent", id="a parent that is a number"),
        pytest.param(
            make_pool({"labels": {"os.modelarts/name": "fresh", "os.modelarts/sharing": "private"}}),
            "metadata.labels.os.modelarts/sharing",
            id="sharing in another word",
        ),
        pytest.param(
            make_pool({"annotations": {"os.modelarts/period.num": "one"}}),
            "metadata.annotations.os.modelarts/period.num",
            id="a number in words",
        ),
        pytest.param(make_pool({"annotations": {"a": None}}), "metadata.annotations", id="null where nothing is yet"),
    ],
)
def test_a_new_pool_with_a_wrong_member_is_refused_by_name(service, body, place):
    service.seed_networks("main")
    answer = service.create(body)
    assert (answer.status, answer.code) == (400, "ModelArts.50004000")
    assert answer.json["error_msg"].startswith(f"Bad request. {place} ")


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        pytest.param({"labels": {"os.modelarts/sharing": "private"}}, "ModelArts.50004000", id="another word"),
        pytest.param({"labels": {"os.modelarts/sharing": "shared"}}, None, id="a word"),
        pytest.param({"labels": {"os.modelarts/sharing": None}}, None, id="null removes"),
        pytest.param(
            {"annotations": {"os.modelarts/period.type": "4"}}, "ModelArts.50004000", id="a period of new pools alone"
        ),
    ],
)
def test_words_of_a_patched_label_are_those_of_the_api(service, texts, code):
    assert service.patch(service.seed_pool(), {"metadata": texts}).code == code


@pytest.mark.parametrize(
    ("connection", "place"),
    [
        pytest.param({"peerConnectionList": [{"peerVpcId": "a"}]}, "peerConnectionList.0.peerSubnetId", id="no subnet"),
        pytest.param(
            {"peerConnectionList": [PEER | {"defaultGateWay": "no"}]},
            "peerConnectionList.0.defaultGateWay",
            id="a truth in words",
        ),
        pytest.param(
            {"sfsTurboConnectionList": [{"name": "a"}]}, "sfsTurboConnectionList.0.sfsId", id="no file system"
        ),
        pytest.param(
            {"sfsTurboConnectionList": [SHARE | {"subnetId": {}}]},
            "sfsTurboConnectionList.0.subnetId",
            id="a subnet that is an object",
        ),
    ],
)
def test_a_wrong_connection_of_a_network_is_refused_by_name(service, connection, place):
    service.seed_networks("main")
    answer = service.v1("PATCH", f"networks/main-{seeding.PROJECT_ID}", {"spec": {"connection": connection}})
    assert (answer.status, answer.code) == (400, "ModelArts.50004000")
    assert answer.json["error_msg"].startswith(f"Bad request. spec.connection.{place} ")


@pytest.mark.parametrize("action", [[], {}, None, 1])
def test_an_action_of_another_type_is_refused(service, action):
    pool_id = service.seed_pool()
    names = seeding.list_node_names(service.world, pool_id)
    answer = service.batch(pool_id, "batch-update", {"nodeNames": names, "action": action})
    assert (answer.status, answer.code) == (400, "ModelArts.50004000")
