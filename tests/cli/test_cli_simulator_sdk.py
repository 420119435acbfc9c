"""The official Python SDK, with an access key, against ``poolctl simulator serve``: a client of other people."""

import pytest
from huaweicloudsdkcore.auth import credentials
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkmodelarts import v1 as sdk
from served import serve

from planner.simulator.seeding import PROJECT_ID

# The SDK builds texts and times as older Pythons want them.
pytestmark = pytest.mark.filterwarnings("ignore")

NETWORK_ID = f"train-net-{PROJECT_ID}"
POOL_ID = f"training-{PROJECT_ID}"


@pytest.fixture
def url(place):
    with serve(place, "--speed", "0", "--access-key", "AK", "--secret-key", "SK") as served:
        yield served.url


def _open(url, *, key_pair=("AK", "SK")):
    keys = credentials.BasicCredentials(*key_pair, PROJECT_ID)
    return sdk.ModelArtsClient.new_builder().with_credentials(keys).with_endpoint(url).build()


@pytest.fixture
def client(url):
    return _open(url)


def _create_network(client):
    labels = sdk.NetworkMetadataLabels(os_modelarts_name="train-net", os_modelarts_workspace_id="0")
    body = sdk.NetworkCreationRequest(
        api_version="v1",
        kind="Network",
        metadata=sdk.NetworkMetadataCreation(labels=labels),
        spec=sdk.NetworkSpec(cidr="192.168.0.0/16"),
    )
    return client.create_network(sdk.CreateNetworkRequest(body=body))


def _create_pool(client):
    labels = sdk.PoolLabelsCreation(os_modelarts_name="training", os_modelarts_workspace_id="0")
    spec = sdk.PoolSpecCreation(
        type="Dedicate",
        scope=["Train"],
        network=sdk.PoolSpecCreationNetwork(name=NETWORK_ID),
        resources=[sdk.PoolResourceFlavor(flavor="modelarts.vm.cpu.4ud", count=2)],
    )
    metadata = sdk.PoolMetadataCreation(labels=labels)
    body = sdk.CreatePoolRequestBody(api_version="v2", kind="Pool", metadata=metadata, spec=spec)
    return client.create_pool(sdk.CreatePoolRequest(body=body))


def _show_pool(client):
    return client.show_pool(sdk.ShowPoolRequest(pool_name=POOL_ID))


def _show_network(client):
    return client.show_network(sdk.ShowNetworkRequest(network_name=NETWORK_ID))


def _delete_pool(client):
    return client.delete_pool(sdk.DeletePoolRequest(pool_name=POOL_ID))


def _delete_network(client):
    return client.delete_network(sdk.DeleteNetworkRequest(network_name=NETWORK_ID))


def _list_ids(client):
    networks = client.list_networks(sdk.ListNetworksRequest()).items
    pools = client.list_pools(sdk.ListPoolsRequest()).items
    return [one.metadata.name for one in (*networks, *pools)]


def _wait_until_running(client):
    """Look often enough: each look is a step, and a pool of two nodes needs few."""
    assert [_show_pool(client).status.phase for _ in range(10)][-1] == "Running"


def _refuse(call, *arguments):
    with pytest.raises(exceptions.ClientRequestException) as refused:
        call(*arguments)
    return refused.value.status_code, refused.value.error_code


def test_networks_and_pools_are_created_shown_and_listed(client):
    assert _list_ids(client) == []
    assert _create_network(client).metadata.name == NETWORK_ID
    assert _create_pool(client).metadata.name == POOL_ID
    _wait_until_running(client)
    assert (_show_network(client).status.phase, _show_network(client).spec.cidr) == ("Active", "192.168.0.0/16")
    assert [one.count for one in _show_pool(client).spec.resources] == [2]
    assert _list_ids(client) == [NETWORK_ID, POOL_ID]
    nodes = client.list_pool_nodes(sdk.ListPoolNodesRequest(pool_name=POOL_ID)).items
    assert [one.status.phase for one in nodes] == ["Available", "Available"]


def test_pools_and_networks_are_deleted(client):
    _create_network(client)
    _create_pool(client)
    _wait_until_running(client)
    assert _refuse(_delete_network, client) == (400, "ModelArts.50025002")
    assert _delete_pool(client).metadata.name == POOL_ID
    assert [len(client.list_pools(sdk.ListPoolsRequest()).items) for _ in range(10)][-1] == 0
    assert _refuse(_show_pool, client) == (404, "ModelArts.50015001")
    assert _delete_network(client).metadata.name == NETWORK_ID
    assert _list_ids(client) == []


def test_what_is_unknown_or_taken_is_refused_with_the_codes_of_the_service(client):
    assert _refuse(_show_pool, client) == (404, "ModelArts.50015001")
    assert _refuse(_show_network, client) == (404, "ModelArts.50025001")
    _create_network(client)
    _create_pool(client)
    assert _refuse(_create_pool, client) == (409, "ModelArts.50015000")


@pytest.mark.parametrize(
    "wrong",
    [pytest.param(("AK", "KS"), id="another secret"), pytest.param(("KA", "SK"), id="another key")],
)
@pytest.mark.parametrize("call", [_list_ids, _create_network, _delete_pool])
def test_a_wrong_signature_is_refused_whatever_is_asked_for(url, client, wrong, call):
    assert _refuse(call, _open(url, key_pair=wrong)) == (401, "APIGW.0301")
    assert _list_ids(client) == []
