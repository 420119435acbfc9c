"""The real ``terraform`` at the servers of these tests: they speak its protocol, and it and poolctl respect each other."""

import os
import shutil
import subprocess

import pytest
from http_state_server import open_at, serve_state
from state_values import make_request, make_state

from planner.state.errors import StoreError
from planner.state.locks.errors import LockHeldError

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform binary on the path")

FILES = (
    'terraform {{\n  backend "http" {{\n{settings}  }}\n}}\nresource "terraform_data" "a" {{\n  input = "{value}"\n}}\n'
)
NAMES = ("address", "lock_address", "unlock_address", "lock_method", "unlock_method")


@pytest.fixture(params=[False, True], ids=["plain", "gitlab"])
def site(request):
    with serve_state(is_gitlab=request.param) as one:
        yield one


@pytest.fixture
def terraform(site, tmp_path):
    """Run terraform with its state at ``site``; nothing of it asks a registry."""
    directory = tmp_path / "terraform"
    directory.mkdir()
    settings = "".join(f'    {name} = "{getattr(site.backend, name)}"\n' for name in NAMES)
    (directory / "main.tf").write_text(FILES.format(settings=settings, value="one"))
    environment = {
        "PATH": os.environ["PATH"],
        "TF_CLI_CONFIG_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "TF_INPUT": "0",
    }

    def run(*arguments):
        command = ["terraform", *arguments]
        return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)

    ended = run("init")
    assert ended.returncode == 0, ended.stderr
    return run


def test_state_of_the_real_terraform_is_refused_and_left_alone(terraform, site, tmp_path):
    applied = terraform("apply", "-auto-approve")
    assert applied.returncode == 0, applied.stderr
    stored = site.stored
    store = open_at(site, tmp_path / "a")
    with pytest.raises(StoreError, match="Terraform"):
        store.load()
    with pytest.raises(StoreError, match="Terraform"):
        store.acquire(make_request())
    assert (site.stored, site.lock) == (stored, None)
    again = terraform("plan", "-detailed-exitcode")
    assert again.returncode == 0, again.stdout + again.stderr


def test_terraform_respects_our_lock_and_names_it(terraform, site, tmp_path):
    with open_at(site, tmp_path / "a").acquire(make_request("lock-of-poolctl")):
        refused = terraform("apply", "-auto-approve")
    assert refused.returncode == 1
    assert "Error acquiring the state lock" in refused.stderr
    assert "lock-of-poolctl" in refused.stderr


def test_terraform_breaks_our_lock_as_it_breaks_its_own(terraform, site, tmp_path):
    store = open_at(site, tmp_path / "a")
    held = store.acquire(make_request("lock-1"))
    broken = terraform("force-unlock", "-force", "lock-1")
    assert broken.returncode == 0, broken.stderr
    assert site.lock is None
    with open_at(site, tmp_path / "b").acquire(make_request("lock-2")):
        held.release()
        assert site.lock["ID"] == "lock-2"


def test_lock_of_the_real_terraform_is_respected_and_broken(terraform, site, tmp_path):
    site.lock = {"ID": "0b5a1d0e-0000-4000-8000-000000000001", "Who": "ada", "Created": "2026-11-23T07:38:24Z"}
    store = open_at(site, tmp_path / "a")
    with pytest.raises(LockHeldError) as caught:
        store.acquire(make_request())
    assert caught.value.holder.who == "ada"
    store.break_lock("0b5a1d0e-0000-4000-8000-000000000001")
    with store.acquire(make_request()):
        store.save(make_state(serial=1))
    assert store.load().serial == 1
