"""``import --from-terraform``: what a Terraform state tracks becomes files, and Terraform lets go of it."""

import json
import tomllib
from pathlib import Path

import pytest
from story_site import DESCRIPTION, GPU, PROJECT, Story, flatten

SAMPLE = Path(__file__).parent / "samples" / "terraform-state.show.json"
SECRETS = ("hunter2-secret", "c2VjcmV0LXNjcmlwdA==")
LITE = 'module.lite["a"].huaweicloud_modelarts_resource_pool.this[0]'


@pytest.fixture
def estate(story):
    """The service that the sample is the state of."""
    network = story.seed_network("train-net")
    entry = {
        "flavor": GPU,
        "count": 2,
        "nodePool": "np-a",
        "labels": {"disk": "fast"},
        "tags": [{"key": "cost", "value": "77"}],
        "extendParams": {"dockerBaseSize": "100"},
        "rootVolume": {"volumeType": "SSD", "size": "100Gi"},
        "dataVolumes": [{"volumeType": "SSD", "size": "500Gi", "count": 1, "extendParams": {"volumeGroup": "vgpaas"}}],
        "volumeGroupConfigs": [{"volumeGroup": "vgpaas", "lvmConfig": {"lvType": "linear"}, "types": ["volume"]}],
        "os": {"name": "EulerOS", "imageId": "img-1"},
    }
    for key in ("vision", "speech"):
        taints = [{"key": "team", "value": key, "effect": "NoSchedule"}]
        annotations = {DESCRIPTION: f"pool of {key}", "owner": key}
        story.seed_pool(
            name=f"gpu-{key}", network=network, entries=[{**entry, "taints": taints}], annotations=annotations
        )
    story.seed_pool(
        name="privileged",
        scope=[],
        entries=[
            {
                "flavor": "modelarts.vm.cpu.8ud",
                "count": 1,
                "network": {"vpc": "vpc-9", "subnet": "sub-9", "securityGroups": ["sg-1"]},
            }
        ],
        labels={"os.modelarts/node.prefix": "lite"},
        spec={"network": {"vpcId": "vpc-9", "subnetId": "sub-9"}},
    )
    story.files()
    return story


def adopt(story: Story, document: object):
    (story.directory / "tf.json").write_text(json.dumps(document), encoding="utf-8")
    return story.run("import", "--from-terraform", "tf.json")


def load_sample():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def test_what_terraform_tracks_is_adopted_without_a_write(estate, golden):
    ended = adopt(estate, load_sample())
    assert ended.code == 0, ended.err
    golden("from-terraform.txt", ended.out.replace(f" -C {estate.directory}", "") + ended.err)
    golden("from-terraform.pools.toml", (estate.directory / "adopted.pools.toml").read_text(encoding="utf-8"))
    planned = estate.plan()
    assert planned.out.endswith("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.\n"), planned.err
    assert estate.apply().code == 0
    assert (estate.take_writes(), estate.is_settled()) == ([], True)


def test_keys_and_modules_name_the_blocks(estate):
    adopt(estate, load_sample())
    document = tomllib.loads((estate.directory / "adopted.pools.toml").read_text(encoding="utf-8"))
    assert {name: one["name"] for name, one in document["pool"].items()} == {
        "team-vision": "gpu-vision",
        "team-speech": "gpu-speech",
        "lite-a-this-0": "privileged",
    }
    assert document["pool"]["team-vision"]["network"] == "${network.main.id}"


def test_what_terraform_calls_sensitive_reaches_no_file_and_no_message(estate):
    ended = adopt(estate, load_sample())
    files = "".join(path.read_text(encoding="utf-8") for path in estate.directory.glob("*.pools.toml"))
    assert [one for one in SECRETS if one in files + ended.out + ended.err] == []
    assert f"{LITE}: resources[0].post_install, user_login[0].password" in flatten(ended.err)


def test_a_second_run_writes_nothing_and_still_shows_how_terraform_lets_go(estate):
    first = adopt(estate, load_sample())
    again = adopt(estate, load_sample())
    assert again.out.startswith("Nothing to adopt in the state of tf.json. 4 declared or tracked already.\n")
    assert again.out.partition("# One tool")[2] == first.out.partition("# One tool")[2]
    assert sorted(path.name for path in estate.directory.glob("*.pools.toml")) == [
        "adopted.pools.toml",
        "imports.pools.toml",
        "main.pools.toml",
    ]


def test_terraform_keeps_a_resource_of_which_one_instance_is_not_here(estate):
    document = load_sample()
    document["values"]["root_module"]["resources"][1]["values"]["resources"] = []
    ended = adopt(estate, document)
    assert "from = huaweicloud_modelarts_resource_pool.team\n" not in ended.out
    assert "from = huaweicloud_modelarts_network.main\n" in ended.out
    assert "Terraform keeps it, because not all of its instances are in the files" in flatten(ended.err)


def test_the_state_that_a_plan_rests_on_is_read_too(estate):
    document = load_sample()
    ended = adopt(estate, {"format_version": "1.2", "prior_state": {"values": document["values"]}})
    assert "To adopt: 1 network, 3 pools." in ended.out


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param('{"version": 4, "terraform_version": "1.11.4", "resources": []}', id="terraform.tfstate"),
        pytest.param('{"format_version": "2.0", "values": {}}', id="another major version"),
        pytest.param("[" * 100_000, id="endless nesting"),
    ],
)
def test_another_file_is_refused_in_words(story, text):
    story.files()
    (story.directory / "tf.json").write_text(text, encoding="utf-8")
    ended = story.run("import", "--from-terraform", "tf.json")
    assert (ended.code, ended.out) == (1, "")
    assert "Make it with: terraform show -json > tf.json." in flatten(ended.err)


def test_hostile_names_and_addresses_write_nothing_else(estate):
    document = load_sample()
    row = document["values"]["root_module"]["resources"][0]
    row["name"] = 'x"\n[guards]\n'
    row["address"] = "a\x1b[2J\n[guards]"
    document["values"]["root_module"]["resources"][1]["index"] = '../../"]\n[guards]'
    ended = adopt(estate, document)
    assert ended.code == 0
    assert "\x1b" not in ended.out + ended.err
    document = tomllib.loads((estate.directory / "adopted.pools.toml").read_text(encoding="utf-8"))
    assert set(document) == {"pool"}
    assert set(document["pool"]) == {"team--guards", "team-speech", "lite-a-this-0"}


def test_one_way_is_taken_at_a_time(story):
    story.files()
    ended = story.run("import", "--all", "--from-terraform", "tf.json")
    assert (ended.code, ended.out) == (1, "")
    assert "are three ways: take one" in flatten(ended.err)
    assert PROJECT not in ended.err
