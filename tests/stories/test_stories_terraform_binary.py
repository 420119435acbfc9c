"""``import --from-terraform`` on a state that the real ``terraform`` wrote, and what that makes of the printed blocks.

The provider is one of the tests' own: it has the attributes of the huaweicloud provider and keeps what it is given.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from story_site import DESCRIPTION, GPU

FOLDER = Path(__file__).parent
REATTACH = "export TF_REATTACH_PROVIDERS="
SECRET = "hunter2-secret"

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform binary on the path")


@pytest.fixture
def terraform(tmp_path):
    """Run terraform in a directory of its own, over the tests' provider."""
    directory = tmp_path / "terraform"
    directory.mkdir()
    shutil.copy(FOLDER / "samples" / "pools.tf", directory / "main.tf")
    command = [sys.executable, "-u", str(FOLDER / "terraform_provider.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        line = next(one for one in provider.stdout if REATTACH in one)
        environment = {
            **os.environ,
            "TF_REATTACH_PROVIDERS": line.partition(REATTACH)[2].strip().strip("'"),
            "TF_CLI_CONFIG_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
        }

        def run(*arguments):
            ended = subprocess.run(
                ["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False
            )
            assert ended.returncode == 0, ended.stderr
            return ended.stdout

        run.directory = directory
        run("init", "-no-color")
        run("apply", "-auto-approve", "-no-color")
        yield run
        provider.terminate()


@pytest.fixture
def estate(story):
    """The service as terraform believes it to be."""
    network = story.seed_network("train-net")
    for key in ("vision", "speech"):
        entry = {
            "flavor": GPU,
            "count": 2,
            "nodePool": "np-a",
            "labels": {"disk": "fast"},
            "tags": [{"key": "cost", "value": "77"}],
            "taints": [{"key": "team", "value": key, "effect": "NoSchedule"}],
            "extendParams": {"dockerBaseSize": "100", "postInstall": SECRET},
            "rootVolume": {"volumeType": "SSD", "size": "100Gi"},
        }
        annotations = {DESCRIPTION: f"pool of {key}"}
        story.seed_pool(name=f"gpu-{key}", network=network, entries=[entry], annotations=annotations)
    story.files()
    return story


def test_pools_go_from_terraform_to_poolctl_and_nobody_writes_to_the_service(estate, terraform):
    (estate.directory / "tf.json").write_text(terraform("show", "-json"), encoding="utf-8")
    ended = estate.run("import", "--from-terraform", "tf.json")
    assert ended.code == 0, ended.err
    planned = estate.plan()
    assert planned.out.endswith("Plan: 3 to import, 0 to add, 0 to change, 0 to destroy.\n"), planned.err
    assert estate.apply().code == 0
    assert (estate.take_writes(), estate.is_settled()) == ([], True)

    letting_go = ended.out.partition("destroys nothing.\n")[2]
    head = (terraform.directory / "main.tf").read_text(encoding="utf-8").partition('resource "')[0]
    (terraform.directory / "main.tf").write_text(head + letting_go, encoding="utf-8")
    told = terraform("apply", "-auto-approve", "-no-color")
    assert "Apply complete! Resources: 0 added, 0 changed, 0 destroyed." in told
    assert terraform("state", "list") == ""


def test_what_the_real_binary_marks_as_sensitive_reaches_no_file(estate, terraform):
    shown = terraform("show", "-json")
    assert SECRET in shown
    (estate.directory / "tf.json").write_text(shown, encoding="utf-8")
    ended = estate.run("import", "--from-terraform", "tf.json")
    files = "".join(path.read_text(encoding="utf-8") for path in estate.directory.glob("*.pools.toml"))
    assert SECRET not in files + ended.out + ended.err
    assert json.loads(shown)["format_version"] == "1.0"
