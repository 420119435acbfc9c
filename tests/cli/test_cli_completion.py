"""What completion offers: names of the files and the state, whatever else is wrong with them, and no message ever."""

import shutil
import subprocess

import pytest

from planner.cli.entry import main
from planner.core.permissions import CLASSES

_TEAMS = """
[pool.team]
for_each = "${['a', 'b']}"
name = "team-${each.key}"
type = "Dedicate"
scope = ["Train"]
network = "${network.main.id}"

[[pool.team.resources]]
flavor = "modelarts.vm.cpu.8ud"
count = 1
"""


@pytest.fixture
def offers(poolctl, monkeypatch):
    """Return ``offers(line)``: what bash is offered at the end of ``line``, whose words stand apart by one space."""

    def ask(line, shell="bash", **more):
        words = line.split(" ")
        for name, value in {
            "COMP_WORDS": _JOINS.get(shell, " ").join(words),
            "COMP_CWORD": str(len(words) - 1),
            **more,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("_POOLCTL_COMPLETE", f"{shell}_complete")
        ended = poolctl()
        monkeypatch.delenv("_POOLCTL_COMPLETE")
        assert (ended.code, ended.stderr) == (0, "")
        return [one.removeprefix("plain,") for one in ended.stdout.splitlines() if one]

    return ask


_JOINS = {"bash": "\n"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the directory of an applied starter with a block beside it that is not applied."""
    made = tmp_path_factory.mktemp("model") / "estate"
    assert [main(words) for words in (["init", str(made)], ["-C", str(made), "apply", "--auto-approve"])] == [0, 0]
    file = made / "main.pools.toml"
    file.write_text(file.read_text(encoding="utf-8") + _TEAMS, encoding="utf-8")
    return made


@pytest.fixture
def estate(model, place):
    """Return the file of the estate, in the working directory."""
    shutil.copytree(model, place, dirs_exist_ok=True)
    return place / "main.pools.toml"


_DOUBLE = [r'"pool.team[\"a\"]"', r'"pool.team[\"b\"]"']
_A, _B = "'pool.team[\"a\"]'", "'pool.team[\"b\"]'"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("poolctl plan --target ", ["network.main", "pool.starter", _A, _B], id="files and state"),
        pytest.param("poolctl apply --target pool.s", ["pool.starter"], id="a beginning"),
        pytest.param("poolctl apply -target pool.s", ["pool.starter"], id="Terraform's spelling"),
        pytest.param("poolctl apply --target = pool.s", ["pool.starter"], id="as bash splits an equals sign"),
        pytest.param(
            "poolctl apply -target = ", ["network.main", "pool.starter", _A, _B], id="nothing behind the sign"
        ),
        pytest.param("poolctl plan --target pool.starter --target p", [_A, _B], id="not what is there twice"),
        pytest.param("poolctl plan --target 'pool.t", [_A, _B], id="within quotes"),
        pytest.param('poolctl plan --target "pool.t', _DOUBLE, id="within double quotes"),
        pytest.param(
            "poolctl plan --replace ", ["network.main", "pool.starter"], id="what can be replaced is recorded"
        ),
        pytest.param("poolctl state rm ", ["network.main", "pool.starter"], id="what can be forgotten is recorded"),
        pytest.param("poolctl state rm network.main ", ["pool.starter"], id="the second to forget"),
        pytest.param("poolctl state mv pool.starter pool.t", [_A, _B], id="where to move it"),
        pytest.param("poolctl import pool.", ["pool.starter", _A, _B], id="import"),
        pytest.param("poolctl nodes pool.s", ["pool.starter"], id="nodes"),
        pytest.param("poolctl log n", ["network.main"], id="log"),
        pytest.param("poolctl wait ", ["network.main", "pool.starter"], id="wait"),
        pytest.param("poolctl drift ", ["adopt", "network.main", "pool.starter", _A, _B], id="drift"),
        pytest.param("poolctl drift adopt pool.s", ["pool.starter"], id="drift adopt"),
        pytest.param("poolctl scale pool.starter ", ["modelarts.vm.cpu.4ud="], id="the flavors of the pool"),
        pytest.param("poolctl apply --allow pool.", ["pool.starter=", f"{_A}=", f"{_B}="], id="whom to permit"),
        pytest.param(
            "poolctl apply --allow 'pool.team[\"a",
            [f"'pool.team[\"a\"]={one}'" for one in CLASSES],
            id="one alone with what to permit",
        ),
        pytest.param("poolctl apply --allow network.main = d", ["drains", "destroys"], id="what to permit"),
        pytest.param("poolctl state rollback ", ["2"], id="the versions of the state"),
        pytest.param("poolctl state diff ", ["2"], id="versions to compare"),
        pytest.param("poolctl state diff ./b", ["file,./b"], id="files to compare"),
        pytest.param("poolctl state push b", ["file,b"], id="a file to push"),
        pytest.param("poolctl force-unlock ", [], id="no lock is held"),
    ],
)
def test_names_are_offered(offers, estate, line, offered):
    assert offers(line) == offered


def test_another_directory_is_looked_at_where_one_is_named(offers, estate, place, monkeypatch):
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    assert offers("poolctl -C .. state rm p") == ["pool.starter"]
    assert offers("poolctl state rm -C .. p") == ["pool.starter"]


def test_a_file_in_the_middle_of_an_edit_offers_its_blocks_all_the_same(offers, estate):
    estate.write_text(estate.read_text(encoding="utf-8") + "\n[pool.new]\nscoop = 1\n", encoding="utf-8")
    assert offers("poolctl plan --target pool.n") == ["pool.new"]
    assert offers("poolctl state rm p") == ["pool.starter"]


@pytest.mark.parametrize("text", ["[pool.new\n", "\x00", "[poolctl]\nrequired_version = '>=99'\n"])
def test_what_cannot_be_read_offers_what_the_state_has_and_says_nothing(offers, estate, text):
    estate.write_text(text, encoding="utf-8")
    assert offers("poolctl plan --target p") == ["pool.starter"]


@pytest.mark.parametrize(
    "line", ["poolctl state rm ", "poolctl plan --target ", "poolctl undo r", "poolctl force-unlock "]
)
def test_a_damaged_state_is_passed_over(offers, estate, line):
    (estate.parent / "pools.state.json").write_text("{", encoding="utf-8")
    assert [one for one in offers(line) if "starter" in one and "state" in line] == []


def test_nothing_is_offered_where_there_is_nothing(offers, place):
    assert offers("poolctl plan --target ") == []


def test_receipts_are_offered_by_their_id_newest_first(offers, estate, poolctl):
    offered = offers("poolctl undo ")
    assert offered[0] == "latest"
    assert f"{offered[1]}" in poolctl("log", "-o", "json").stdout


def test_files_are_offered_where_no_receipt_begins_so(offers, estate):
    assert offers("poolctl undo ./re") == ["file,./re"]


def test_the_lock_that_is_held_is_offered(offers, estate):
    text = '{"id": "1a2b", "operation": "apply", "who": "ann@ci"}'
    (estate.parent / "pools.state.json.lock").write_text(text, encoding="utf-8")
    assert offers("poolctl force-unlock ") == ["1a2b"]


def test_a_state_on_another_machine_is_not_asked(offers, starter, place, poolctl):
    git = (["init", "-q"], ["init", "-q", "--bare", "there"], ["remote", "add", "origin", "there"])
    assert [subprocess.run(["git", *words], check=True).returncode for words in git] == [0, 0, 0]
    text = starter.read_text(encoding="utf-8").replace('[backend.local]\npath = "pools.state.json"', "[backend.git]")
    starter.write_text(text, encoding="utf-8")
    assert poolctl("apply", "--auto-approve").code == 0
    assert poolctl("state", "list").stdout == "network.main\npool.starter\n"
    assert offers("poolctl state rm ") == []
    assert offers("poolctl plan --target ") == ["network.main", "pool.starter"]


def test_zsh_gets_the_option_of_the_word_back(offers, estate):
    assert "--target=pool.starter" in offers("poolctl plan --target=pool.s", "zsh")


def test_fish_gets_the_option_of_the_word_back(offers, estate):
    assert "--target=pool.starter" in offers("poolctl plan --target=pool.s", "fish", COMP_CWORD="--target=pool.s")
