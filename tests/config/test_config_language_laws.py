"""Laws of the language: the same files give the same values, and an expression reads nothing but its names."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.config.cel import evaluate
from planner.config.cel_errors import CelError
from planner.config.load import load_configuration
from planner.config.templates import Expression, escape_literal, parse_template, unescape_literal

WORDS = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
TEAMS = st.dictionaries(WORDS, st.integers(1, 9), max_size=6)


def write_configuration(directory, teams, *, order):
    """Write a configuration over ``teams`` whose tables stand in ``order``."""
    keys = sorted(teams, key=lambda key: (order * len(key), key), reverse=order < 0)
    rows = ", ".join(f"{key} = {teams[key]}" for key in keys)
    blocks = [
        (
            f"[locals]\nteams = {{ {rows} }}\nnames = \"${{local.teams.map(t, t + '-pool')}}\"\n"
            'large = "${local.teams.filter(t, local.teams[t] > 4)}"\n'
        ),
        (
            '[pool.team]\nfor_each = "${local.teams}"\nname = "team-${each.key}"\ntype = "Dedicate"\nnetwork = "net-1"\n'
            "annotations = { all = \"${local.names.join(',')}\", large = \"${local.large.join(',')}\" }\n"
            '[[pool.team.resources]]\nflavor = "f"\ncount = "${each.value}"\n'
        ),
    ]
    (directory / "main.pools.toml").write_text("".join(blocks[::order]), encoding="utf-8")


def load_digest(directory):
    loaded = load_configuration(directory, {})
    assert loaded.diagnostics == ()
    return loaded.config_digest


@given(teams=TEAMS)
@settings(max_examples=25, deadline=None)
def test_the_order_of_tables_and_keys_changes_nothing(tmp_path_factory, teams):
    directory = tmp_path_factory.mktemp("laws")
    write_configuration(directory, teams, order=1)
    digest = load_digest(directory)
    assert load_digest(directory) == digest
    write_configuration(directory, teams, order=-1)
    assert load_digest(directory) == digest


PRINT_DIGEST = (
    "import sys; from pathlib import Path; from planner.config.load import load_configuration; "
    "print(load_configuration(Path(sys.argv[1]), {}).config_digest)"
)


def test_another_process_environment_and_directory_give_the_same_digest(tmp_path):
    write_configuration(tmp_path, dict.fromkeys("hgfedcba", 5), order=1)
    root = Path(__file__).parents[2]
    environments = [{"PYTHONHASHSEED": str(seed), "TZ": zone} for seed, zone in ((1, "UTC"), (2, "Asia/Tokyo"))]
    printed = {
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST, str(tmp_path)],
            env=environment | {"PYTHONPATH": str(root), "POOLCTL_VAR_teams": "x"},
            cwd=cwd,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        for environment, cwd in zip(environments, (tmp_path, root), strict=True)
    }
    assert printed == {load_digest(tmp_path) + "\n"}


FUNCTIONS = [
    "now",
    "time",
    "env",
    "getenv",
    "file",
    "read",
    "readFile",
    "open",
    "exec",
    "eval",
    "random",
    "uuid",
    "http",
]
ROOTS = ["", "os.", "env.", "time.", "timestamp.", "io.", "path.", "system.", "__import__.", "file."]


@given(
    root=st.sampled_from(ROOTS),
    function=st.sampled_from(FUNCTIONS),
    argument=st.sampled_from(["", "'HOME'", "'/etc/passwd'"]),
)
@settings(max_examples=200, deadline=None)
def test_no_function_reads_files_environment_or_time(root, function, argument):
    with pytest.raises(CelError):
        evaluate(f"{root}{function}({argument})", {})


@pytest.mark.parametrize("name", ["env", "environ", "os", "HOME", "__builtins__", "self", "now", "cwd"])
def test_no_name_is_known_but_those_that_are_given(name):
    with pytest.raises(CelError):
        evaluate(name, {"x": 1})


@pytest.mark.parametrize("zone", ["'localtime'", "'Europe/Berlin'", "x", " 'UTC'"])
@pytest.mark.parametrize("part", ["getHours", "getDayOfYear", "getFullYear"])
def test_a_time_zone_of_the_machine_is_refused(part, zone):
    moment = "timestamp('2026-07-01T00:00:00Z')"
    assert isinstance(evaluate(f"{moment}.{part}()", {}), int)
    with pytest.raises(CelError, match="machines differ"):
        evaluate(f"{moment}.{part}({zone})", {"x": "localtime"})


@given(left=st.text(max_size=12), right=st.text(max_size=12), braces=st.text(alphabet="{}[]()'\"$ a", max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_literal_text_survives_and_a_text_within_an_expression_ends_nothing(left, right, braces):
    written = escape_literal(left)
    assert unescape_literal(written) == left
    assert "".join(part for part in parse_template(written) if isinstance(part, str)) == left
    quoted = "'" + braces.replace("'", "") + "'"
    parts = parse_template(f"{escape_literal(left.rstrip('$'))}${{{quoted}}}{escape_literal(right)}")
    assert [part.text for part in parts if isinstance(part, Expression)] == [quoted]


@given(text=st.text(alphabet="ab${}'\"()[]+. \\", max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_text_breaks_the_loader(tmp_path_factory, text):
    directory = tmp_path_factory.mktemp("texts")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    (directory / "main.pools.toml").write_text(f'[locals]\na = "{escaped}"\n', encoding="utf-8")
    codes = {one.code for one in load_configuration(directory, {}).diagnostics}
    assert codes <= {"config.expression", "config.expression-circle"}
    assert [one.name for one in directory.iterdir()] == ["main.pools.toml"]
