"""The wheel and the source archive: the same bytes each time, and in them what they need and nothing else."""

import tarfile
import zipfile

import pytest

from tools.packages import build_packages, find_epoch


@pytest.fixture(scope="module")
def names(packages):
    with zipfile.ZipFile(packages[0]) as wheel:
        return set(wheel.namelist())


def test_two_directories_make_the_same_bytes(packages, copy, root, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(find_epoch(root)))
    again = build_packages(copy, into=tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in packages]


def test_the_source_archive_makes_the_wheel_of_the_repository(packages, root, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(find_epoch(root)))
    with tarfile.open(packages[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    wheel, _ = build_packages(tmp_path / packages[1].name.removesuffix(".tar.gz"), into=tmp_path / "built")
    assert wheel.read_bytes() == packages[0].read_bytes()


def test_files_carry_the_moment_that_is_asked_for(root, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    _, archive = build_packages(root, into=tmp_path)
    with tarfile.open(archive) as opened:
        assert {member.mtime for member in opened} == {1700000000}


def test_the_wheel_has_every_module_template_and_page_and_nothing_else(names, root):
    package = {path.relative_to(root).as_posix() for path in (root / "planner").rglob("*") if path.is_file()}
    modules = {name for name in package if "__pycache__" not in name}
    pages = {f"planner/pages/{path.name}" for path in (root / "docs/diagnostics").glob("*.md")}
    about = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert names == modules | pages | {f"poolctl-0.1.0.dist-info/{name}" for name in about}


@pytest.mark.parametrize(
    "name", ["planner/py.typed", "planner/views/templates/plan.html.jinja", "planner/pages/usage.md"]
)
def test_what_is_no_module_comes_with_the_wheel(names, name):
    assert name in names


@pytest.mark.parametrize(
    "name", ["schemas/config.schema.json", "examples/quickstart/main.pools.toml", "LICENSE", "CHANGELOG.md"]
)
def test_the_source_archive_has_schemas_examples_and_licence(packages, name):
    with tarfile.open(packages[1]) as archive:
        assert f"poolctl-0.1.0/{name}" in archive.getnames()


def test_the_source_archive_has_no_tests_and_nothing_that_git_ignores(packages):
    with tarfile.open(packages[1]) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    files = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert tops == files | {"planner", "schemas", "examples", "docs"}


def test_no_file_names_a_path_of_this_machine(packages, root):
    with zipfile.ZipFile(packages[0]) as wheel:
        texts = {name: wheel.read(name) for name in wheel.namelist()}
    assert [name for name, text in texts.items() if str(root).encode() in text or b"/home/" in text] == []
