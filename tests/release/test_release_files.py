"""The other files of a release: single file, bill of materials, notes, manual pages, completions, sums."""

import importlib.resources
import json
import os
import shutil
import subprocess
import sys
import zipfile

import jsonschema
import pytest
from made_once import make_once
from referencing import Registry, Resource
from system_parts import need

import planner
from tools.bill import make_bill
from tools.command_tree import list_command_pages
from tools.locks import load_lock
from tools.release import format_sums, write_texts
from tools.release_notes import cut_release_notes
from tools.single_file import build_single_file
from tools.single_file_start import name_platform


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    write_texts(folder)
    return folder


@pytest.fixture(scope="module")
def single_file(packages, root, tmp_path_factory):
    def make(folder):
        # Who makes a release may keep new files to himself.
        before = os.umask(0o077)
        build_single_file(root, wheel=packages[0], work=folder / "work", into=folder / "poolctl.pyz")
        os.umask(before)

    return make_once(tmp_path_factory, "single-file", make) / "poolctl.pyz"


def _run(single_file, *arguments, home, **more):
    return subprocess.run(
        [sys.executable, "-I", single_file, *arguments],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"} | more,
        cwd=home if home.is_dir() else None,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_single_file_plans_and_applies_with_nothing_but_python(single_file, tmp_path):
    assert _run(single_file, "init", "demo", home=tmp_path).stderr == ""
    assert "Resources: 2 added" in _run(single_file, "-C", "demo", "apply", "--auto-approve", home=tmp_path).stdout
    assert "No changes." in _run(single_file, "-C", "demo", "plan", home=tmp_path).stdout
    assert _run(single_file, "explain", "usage", home=tmp_path).stdout.startswith("# usage\n")


def test_the_single_file_unpacks_below_one_folder_of_the_home_alone(single_file, tmp_path):
    _run(single_file, "--version", home=tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")] == [".cache/poolctl"]


def test_the_single_file_works_below_names_with_spaces_and_letters_of_all_kinds(single_file, tmp_path):
    home = tmp_path / "a höme"
    home.mkdir()
    (home / "pool ctl ß.pyz").symlink_to(single_file)
    ended = _run(home / "pool ctl ß.pyz", "--version", home=home, LC_ALL="C")
    assert (ended.stdout, ended.stderr) == (f"poolctl {planner.__version__}\n", "")


def test_a_single_file_that_cannot_unpack_itself_says_so_and_what_helps(single_file, tmp_path):
    home = tmp_path / "home"
    home.touch()
    ended = _run(single_file, "--version", home=home)
    assert (ended.returncode, ended.stderr.splitlines()) == (
        1,
        [
            f"Error: this file cannot unpack itself: [Errno 20] Not a directory: '{home}/.cache/poolctl'.",
            "Set SHIV_ROOT to a folder that only you can write, with 80 MB to spare: docs/install.md.",
        ],
    )
    assert _run(single_file, "--version", home=home, SHIV_ROOT=str(tmp_path / "place")).returncode == 0


def test_everybody_can_read_what_is_unpacked(single_file):
    with zipfile.ZipFile(single_file) as archive:
        rights = {one.external_attr >> 16 & 0o777 for one in archive.infolist() if one.filename.startswith("site-")}
    assert (rights, single_file.stat().st_mode & 0o777) == ({0o644, 0o755}, 0o755)


def test_the_single_file_names_no_path_of_this_machine(single_file, root):
    with zipfile.ZipFile(single_file) as archive:
        texts = {name: archive.read(name) for name in archive.namelist() if not name.endswith((".so", ".pyc"))}
    paths = [str(single_file.parent).encode(), str(root).encode(), sys.prefix.encode()]
    assert [name for name, text in texts.items() if any(path in text for path in paths)] == []


def test_the_single_file_says_which_python_it_is_made_for_before_it_unpacks_anything(single_file, tmp_path):
    other = tmp_path / "other.pyz"
    with zipfile.ZipFile(single_file) as archive, zipfile.ZipFile(other, "w") as made:
        texts = {name: archive.read(name) for name in archive.namelist() if not name.startswith("site-packages")}
        _ = [made.writestr(name, text) for name, text in (texts | {"made-for": "cp299-plan9"}).items()]
    ended = _run(other, "--version", home=tmp_path)
    assert (ended.returncode, ended.stderr.splitlines()) == (
        1,
        [
            f"Error: this file is made for cp299-plan9, and this is {name_platform()}.",
            "Run it with that Python, or install the wheel, which runs on all: docs/install.md.",
        ],
    )
    assert [*tmp_path.iterdir()] == [other]


@pytest.fixture(scope="module")
def bill(texts):
    return json.loads((texts / f"poolctl-{planner.__version__}.cdx.json").read_text(encoding="utf-8"))


def test_the_bill_of_materials_has_the_shape_that_cyclonedx_gives_it(bill):
    folder = importlib.resources.files("cyclonedx.schema") / "_res"
    load = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in _SCHEMAS}
    registry = Registry().with_resources((f"{_BASE}{name}", Resource.from_contents(one)) for name, one in load.items())
    jsonschema.Draft7Validator(load[_SCHEMAS[0]], registry=registry).validate(bill)


_BASE = "http://cyclonedx.org/schema/"
_SCHEMAS = ("bom-1.6.SNAPSHOT.schema.json", "spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")


def test_the_bill_has_each_package_of_the_lock_with_its_hashes(bill, root):
    told = {
        (one["name"], one["version"], *sorted(ref["hashes"][0]["content"] for ref in one["externalReferences"]))
        for one in bill["components"]
    }
    assert told == {(one.name, one.version, *one.hashes) for one in load_lock(root / "requirements/run.lock")}


def test_the_bill_names_a_licence_for_each_package(bill):
    assert [one["name"] for one in bill["components"] if not one.get("licenses")] == []


def test_the_bill_knows_that_every_package_is_needed(bill):
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert _reach("poolctl", needs) == set(needs)


def _reach(name, needs):
    return {name}.union(*(_reach(inner, needs) for inner in needs[name]))


def test_the_same_lock_makes_the_same_bill(root):
    locked = load_lock(root / "requirements/run.lock")
    assert make_bill(locked, version="1.2.3", epoch=1) == make_bill(reversed(locked), version="1.2.3", epoch=1)


@pytest.mark.parametrize(
    ("version", "notes"),
    [
        pytest.param("2.0.0", "# poolctl 2.0.0\n\n- second\n", id="the last release"),
        pytest.param("1.0.0", "# poolctl 1.0.0\n\n- first\n", id="an older release"),
        pytest.param("3.0.0", "# poolctl 3.0.0 (not released yet)\n\n- new\n", id="nothing released yet"),
    ],
)
def test_the_notes_are_the_section_of_the_version(version, notes):
    changelog = "# Changelog\n\n## Unreleased\n\n- new\n\n## [2.0.0] - 2026-02-01\n\n- second\n\n## 1.0.0\n\n- first\n"
    assert cut_release_notes(changelog, version=version) == notes


def test_a_changelog_that_says_nothing_is_an_error():
    with pytest.raises(ValueError, match=r"says nothing of 1\.0"):
        cut_release_notes("# Changelog\n\n## Unreleased\n\n## 0.9\n\n- old\n", version="1.0")


@pytest.mark.parametrize("page", list_command_pages(), ids=lambda page: "-".join(page.words))
def test_every_command_has_a_manual_page_with_every_option(texts, page):
    text = (texts / "man/man1" / f"{'-'.join(page.words)}.1").read_text(encoding="utf-8").replace("\\-", "-")
    assert [term for term, _ in (*page.options, *page.commands) if f"\\fB{term}\\fR" not in text] == []


def test_every_manual_page_is_sound(texts):
    need("mandoc", is_there=shutil.which("mandoc"))
    pages = sorted((texts / "man/man1").glob("*.1"))
    ended = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", *pages], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_sums_are_those_that_sha256sum_checks(texts):
    (texts / "SHA256SUMS").write_text(format_sums(texts), encoding="utf-8")
    ended = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=texts, check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == len([one for one in texts.rglob("*") if one.is_file()]) - 1
