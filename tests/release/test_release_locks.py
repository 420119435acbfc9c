"""The run-time lock: what is installed for users is what the tests run on."""

import tomllib

import pytest
from packaging.requirements import Requirement

from tools.locks import Locked, load_lock, make_constraints


@pytest.fixture(scope="module")
def run(root):
    return load_lock(root / "requirements/run.lock")


def test_the_run_time_lock_is_a_part_of_the_lock_of_the_tests(run, root):
    tested = {one.name: one for one in load_lock(root / "requirements/dev.lock")}
    assert [one for one in run if one != tested.get(one.name)] == [], "compile both locks anew: CONTRIBUTING.md"


def test_every_package_has_a_hash(run):
    assert [one.name for one in run if not one.hashes] == []


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_line_of_a_lock_is_understood(name, root):
    path = root / f"requirements/{name}.lock"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0].isalnum()]
    assert len(load_lock(path)) == len(lines)


def test_what_the_package_declares_is_in_the_lock_and_in_its_source(run, root):
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert sorted(declared) == sorted((root / "requirements/base.in").read_text(encoding="utf-8").split())
    versions = {one.name: one.version for one in run}
    wanted = [Requirement(one) for one in declared]
    assert [str(one) for one in wanted if not one.specifier.contains(versions.get(one.name, "0"))] == []


def test_constraints_are_the_versions_without_their_hashes():
    locked = [
        Locked(name="a", version="1.0", marker="", hashes=("f" * 64,)),
        Locked(name="b", version="2.0", marker="python_full_version < '3.12'", hashes=()),
    ]
    assert make_constraints(locked) == "a==1.0\nb==2.0 ; python_full_version < '3.12'\n"
