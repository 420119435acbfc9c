"""The image of the recipe, run as users run it: nobody's root, nothing to write but the directory that is worked in."""

import shutil
import subprocess

import pexpect
import pytest
from engines import HERE, PLACE, make_engine, remove_images
from fault_site import NETWORK, POOL_ID, POOLS, Counted, make_pool_block, open_site

import planner
from planner.simulator.faults import Delay, Rule

ONE_POOL = f"{POOLS}/[^/]+"


@pytest.fixture(scope="module")
def engine(packages, root, tmp_path_factory):
    """Return the engine, with the image built from what the recipe may see and nothing else."""
    context, wheel = tmp_path_factory.mktemp("context"), packages[0]
    for name in ("Containerfile", ".containerignore", "requirements/run.lock"):
        (context / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(root / name, context / name)
    (context / "dist").mkdir()
    shutil.copyfile(wheel, context / "dist" / wheel.name)
    made = make_engine(context, tmp_path_factory.mktemp("base"))
    yield made
    remove_images(made)


@pytest.fixture
def work(tmp_path):
    """Return a directory that everybody may write, for the user of the image is another one than who runs the tests."""
    folder = tmp_path / "work"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def site(work):
    """Yield a directory with a network and a pool that are to be made, and a service on this machine's loopback."""
    with open_site(work, settings='wait_timeout = "60s"') as opened:
        opened.write(NETWORK, make_pool_block())
        yield opened


def test_it_is_poolctl_and_runs_as_nobodys_root(engine, work):
    assert engine.run("--version", work=work).stdout == f"poolctl {planner.__version__}\n"
    assert engine.run_other("id", work=work).stdout == "uid=10001(poolctl) gid=10001(poolctl) groups=10001(poolctl)\n"


def test_it_has_nothing_that_installs_more(engine, work):
    ended = engine.run_other("/opt/poolctl/bin/python", "-c", "import planner, pip", work=work)
    assert "No module named 'pip'" in ended.stderr


def test_it_validates_where_nothing_can_be_written_and_there_is_no_network(engine, work, root):
    files = ("--volume", f"{root / 'examples/quickstart'}:/files:ro")
    ended = engine.run("-C", "/files", "validate", work=work, options=files, network="none")
    assert (ended.returncode, ended.stdout) == (0, "Success! The configuration is valid.\n"), ended.stderr


def test_it_plans_and_applies_in_the_directory_that_is_mounted(engine, site):
    planned = engine.run("plan", "--detailed-exitcode", work=site.directory)
    assert (planned.returncode, planned.stderr) == (2, "")
    applied = engine.run("apply", "--auto-approve", work=site.directory)
    assert (applied.returncode, site.find_ids()["pool.a"]) == (0, POOL_ID), applied.stderr
    assert engine.run("plan", "--detailed-exitcode", work=site.directory).returncode == 0


def test_the_example_on_the_embedded_simulator_goes_from_file_to_empty_plan_without_a_network(engine, work):
    assert engine.run("init", work=work, network="none").returncode == 0
    assert "2 added" in engine.run("apply", "--auto-approve", work=work, network="none").stdout
    assert "No changes." in engine.run("plan", work=work, network="none").stdout


def test_ctrl_c_at_a_terminal_ends_an_apply_in_order(engine, site):
    site.fail = Counted([Rule(fault=Delay(seconds=1), method="GET", path=ONE_POOL, times=0)])
    first, *rest = engine.list_words("apply", "--auto-approve", work=site.directory, options=("--tty", "--interactive"))
    with pexpect.spawn(first, rest, env=HERE, encoding="utf-8", timeout=60) as terminal:
        terminal.expect(r"pool\.a.*Creating")
        terminal.sendintr()
        terminal.expect("Interrupted: nothing new is sent")
        terminal.expect(r"waiting \(accepted, not finished\)")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == 1
    _finish(engine, site)


def test_stopping_the_container_ends_an_apply_in_order(engine, site):
    site.fail = Counted([Rule(fault=Delay(seconds=1), method="GET", path=ONE_POOL, times=0)])
    name = f"poolctl-check-{site.server.url.rpartition(':')[2]}"
    command = engine.list_words("apply", "--auto-approve", work=site.directory, options=("--name", name))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=HERE, stdout=pipe, stderr=pipe, text=True) as process:
        next(line for line in process.stderr if line.startswith("pool.a: Creating"))
        engine.call("stop", "-t", "30", name)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, "Interrupted: nothing new is sent" in err) == (1, True)
    assert "waiting (accepted, not finished):\n  pool.a" in out
    _finish(engine, site)


def _finish(engine, site):
    """Nothing was made twice, no lock was left, and the next apply goes on."""
    site.fail = Counted([])
    ended = engine.run("apply", "--auto-approve", work=site.directory)
    assert (ended.returncode, len(site.find_effects("POST", POOLS))) == (0, 1), ended.stderr


def test_what_a_pull_request_brings_configures_neither_git_nor_credentials(engine, work):
    (work / ".gitconfig").write_text("[alias]\n\tlog = hostile\n", encoding="utf-8")
    ended = engine.run_other("git", "config", "--get", "alias.log", work=work)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert engine.run_other("printenv", "HOME", work=work).stdout == "/home/poolctl\n"


def test_a_state_in_git_is_pushed_from_the_image(engine, work):
    assert engine.run_other("git", "init", "--quiet", "--bare", "infra.git", work=work).returncode == 0
    assert engine.run_other("git", "clone", "--quiet", "infra.git", "clone", work=work).returncode == 0
    inside = ("--workdir", f"{PLACE}/clone")
    assert "branch of its own" in engine.run("init", work=work, options=inside).stdout
    assert "2 added" in engine.run("apply", "--auto-approve", work=work, options=inside).stdout
    branches = engine.run_other("git", "-C", "infra.git", "branch", "--list", work=work).stdout
    assert branches == "  poolctl-state\n"


def test_remotes_over_ssh_can_be_called(engine, work):
    ended = engine.run_other("ssh", "-G", "git.example", work=work)
    assert (ended.returncode, "hostname git.example" in ended.stdout) == (0, True), ended.stderr


def test_another_number_of_a_user_can_run_it(engine, site):
    ended = engine.run("plan", work=site.directory, options=("--user", "12345:12345"))
    assert (ended.returncode, ended.stderr) == (0, "")
