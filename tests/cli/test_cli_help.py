"""Help, version and completion, and what they do not import."""

import ast
import os
import subprocess
import sys

import pytest

import planner

COMMANDS = [
    "init", "validate", "fmt", "plan", "apply", "wait", "destroy", "show", "import", "drift", "nodes", "doctor", "log",
    "state", "state list", "state show", "state mv", "state rm", "lock", "lock status", "force-unlock", "simulator",
    "simulator serve", "schema", "explain", "completion", "scale", "undo", "dirs",
]  # fmt: skip
HEAVY = (
    "httpx",
    "deepdiff",
    "jinja2",
    "tomlkit",
    "jsonpatch",
    "planner.simulator",
    "uvicorn",
    "httptools",
    "asyncio",
    "cel_expr_python",
    "boto3",
    "psycopg",
)
# What a help may load of poolctl beside the command line itself.
LOADED_BY_HELP = {
    "planner.config",
    "planner.config.durations",
    "planner.core",
    "planner.core.diagnostics",
    "planner.core.lazy_dataclass",
    "planner.engine",
    "planner.engine.signals",
    "planner.views",
    "planner.views.terminal",
    "planner.views.widths",
}
SLOW = ("pathlib", "pydantic", "shutil", "json", "tomli", "socket", "difflib")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_has_examples(poolctl, command):
    ended = poolctl(*command.split(), "--help")
    assert (ended.code, ended.stderr) == (0, "")
    assert f"Usage: poolctl {command}".strip() in ended.stdout
    assert "\nExamples:\n  " in ended.stdout


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("command", ["", "plan", "state", "simulator serve"])
def test_a_help_fits_the_window_but_for_commands_and_lists_of_choices(poolctl, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    shown, _, examples = poolctl(*command.split(), "--help").stdout.partition("\nExamples:\n")
    assert [line for line in shown.splitlines() if len(line) > width and "[text|" not in line] == []
    comments = [line for line in examples.splitlines() if line.startswith("  #")]
    assert [line for line in comments if len(line) > width] == []


def test_the_help_lists_every_command_of_the_table(poolctl):
    listed = poolctl("--help").stdout
    assert [name for name in COMMANDS if f"\n  {name.split()[0]} " not in listed] == []


@pytest.mark.parametrize("spelling", ["--version", "-version", "-v"])
def test_the_version_is_one_line(poolctl, spelling):
    assert poolctl(spelling).stdout == f"poolctl {planner.__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_call_poolctl(poolctl, shell):
    ended = poolctl("completion", shell)
    assert ended.code == 0
    assert f"_POOLCTL_COMPLETE={shell}_complete" in ended.stdout


@pytest.mark.parametrize(
    ("words", "count", "completed"),
    [
        pytest.param("poolctl dest", 1, "plain,destroy", id="command"),
        pytest.param(
            "poolctl state ",
            2,
            "plain,list\nplain,show\nplain,mv\nplain,rm\nplain,diff\nplain,rollback\nplain,pull\nplain,push\nplain,migrate",
            id="command of a group",
        ),
        pytest.param("poolctl plan --auto", 2, "", id="option of another command"),
        pytest.param("poolctl apply --auto", 2, "plain,--auto-approve", id="option"),
        pytest.param("poolctl schema ", 2, "plain,config\nplain,plan\nplain,state\nplain,receipt", id="choice"),
    ],
)
def test_words_are_completed(poolctl, monkeypatch, words, count, completed):
    monkeypatch.setenv("_POOLCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(count))
    assert poolctl().stdout.strip() == completed


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["plan", "--help"],
        ["--version"],
        ["validate"],
        ["fmt"],
        ["state", "list"],
        ["schema", "config"],
        ["explain", "config.syntax"],
        ["simulator", "serve", "--help"],
    ],
)
def test_what_needs_no_service_imports_no_heavy_library(starter, arguments):
    code = (
        "import sys; from planner.cli.entry import main\n"
        f"code = main({arguments!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=starter.parent, capture_output=True, text=True, check=True)
    assert ended.stderr == "[] 0\n"


@pytest.mark.parametrize("arguments", [["validate"], ["state", "list"], ["plan"]])
def test_sound_files_and_states_are_read_without_the_models(starter, arguments):
    code = (
        "import sys; from planner.cli.entry import main\n"
        f"code = main({arguments!r})\n"
        "print('pydantic' in sys.modules, code, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=starter.parent, capture_output=True, text=True, check=True)
    assert ended.stderr == "False 0\n"


def find_loaded(arguments, *, environment=()):
    """Return what a command line loads of poolctl, and the modules of ``SLOW`` that it loads."""
    code = (
        "import sys; from planner.cli.entry import main\n"
        f"main({arguments!r})\n"
        f"print([name for name in sys.modules if name.startswith('planner.') or name in {SLOW!r}], file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **dict(environment)},
    )
    return ast.literal_eval(ended.stderr)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_help_loads_the_command_line_alone(command):
    loaded = find_loaded([*command.split(), "--help"])
    assert [name for name in loaded if not name.startswith("planner.cli") and name not in LOADED_BY_HELP] == []


def test_the_help_of_poolctl_imports_no_command():
    loaded = find_loaded(["--help"])
    assert [name for name in loaded if name in {"planner.cli.plan", "planner.cli.options", "planner.cli.values"}] == []


@pytest.mark.parametrize("words", ["poolctl pl", "poolctl plan --ta", "poolctl apply --auto"])
def test_completion_loads_the_command_line_alone(words):
    environment = {"_POOLCTL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    loaded = find_loaded([], environment=environment)
    assert [name for name in loaded if not name.startswith("planner.cli") and name not in LOADED_BY_HELP] == []


@pytest.mark.parametrize("name", ["config", "plan", "state"])
def test_a_schema_is_the_file_in_the_repository(poolctl, request, name):
    expected = (request.config.rootpath / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert poolctl("schema", name).stdout == expected
