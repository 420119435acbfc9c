"""Terraform's spellings: one dash before a long name."""

import click
import pytest

from planner.cli.root import root
from planner.cli.spelling import FLAG_OPTIONS, SHORT_OPTIONS, SHORT_VALUE_OPTIONS, VALUE_OPTIONS, translate_arguments

CASES = [
    pytest.param("plan -out=p.json", "plan --out=p.json", id="value after an equals sign"),
    pytest.param("plan -out p.json", "plan --out p.json", id="value of its own"),
    pytest.param("apply -auto-approve", "apply --auto-approve", id="flag"),
    pytest.param("plan -target=pool.a -target pool.b", "plan --target=pool.a --target pool.b", id="repeated"),
    pytest.param("plan -json", "plan --format=json", id="json"),
    pytest.param("plan --json", "plan --format=json", id="json with two dashes"),
    pytest.param("-chdir=d plan", "--chdir=d plan", id="global option before the command"),
    pytest.param("plan -detailed-exitcode", "plan --detailed-exitcode", id="detailed exit code"),
    pytest.param("plan -no-color", "plan --no-color", id="no colour"),
    pytest.param("plan -replace=pool.a", "plan --replace=pool.a", id="replace"),
    pytest.param("plan -destroy", "plan --destroy", id="destroy"),
    pytest.param("plan -refresh-only", "plan --refresh-only", id="refresh only"),
    pytest.param("apply -lock-timeout=30s", "apply --lock-timeout=30s", id="lock timeout"),
    pytest.param("plan -help", "plan --help", id="help"),
    pytest.param("-version", "--version", id="version"),
    pytest.param("-C out plan -h", "-C out plan -h", id="short options"),
    pytest.param("-Cout plan", "-Cout plan", id="short option with its value"),
    pytest.param("-C -json plan", "-C -json plan", id="value of a short option"),
    pytest.param("plan -o json", "plan -o json", id="short format"),
    pytest.param("plan -ojson", "plan -ojson", id="short format with its value"),
    pytest.param("plan -o=json", "plan --format=json", id="short format after an equals sign"),
    pytest.param("plan -outt=x", "plan --outt=x", id="misspelled name that begins like a short one"),
    pytest.param("-v", "-v", id="short version"),
    pytest.param("plan --out -json", "plan --out -json", id="value that looks like an option"),
    pytest.param("plan -out -json -json", "plan --out -json --format=json", id="option after such a value"),
    pytest.param("plan --out", "plan --out", id="value that is missing"),
    pytest.param("show -- -json -out=x", "show -- -json -out=x", id="everything after two dashes"),
    pytest.param("plan --out -- -json", "plan --out -- --format=json", id="two dashes as a value"),
    pytest.param("plan -parallelism -5", "plan --parallelism -5", id="negative number"),
    pytest.param("plan - --- -", "plan - --- -", id="dashes alone"),
    pytest.param("plan -input=false", "plan --input=false", id="name that poolctl does not have"),
    pytest.param("plan -=x", "plan -=x", id="no name"),
]


@pytest.mark.parametrize(("typed", "meant"), CASES)
def test_a_single_dash_is_understood_where_a_long_name_follows(typed, meant):
    assert translate_arguments(typed.split(" ")) == meant.split(" ")


def find_commands(command, context):
    yield command
    names = command.list_commands(context) if isinstance(command, click.Group) else ()
    for name in names:
        yield from find_commands(command.get_command(context, name), context)


def find_option_names(*, is_flag, prefix):
    commands = find_commands(root, click.Context(root))
    options = [one for command in commands for one in command.params if isinstance(one, click.Option)]
    chosen = [one for one in options if one.is_flag is is_flag]
    return {name for one in chosen for name in one.opts if name.startswith(prefix)}


def test_the_table_holds_every_long_option_of_every_command():
    assert {f"--{name}" for name in VALUE_OPTIONS} == find_option_names(is_flag=False, prefix="--")
    assert {f"--{name}" for name in FLAG_OPTIONS - {"json"}} == find_option_names(is_flag=True, prefix="--")


def test_the_table_holds_every_short_option_of_every_command():
    short_values = {name for name in find_option_names(is_flag=False, prefix="-") if not name.startswith("--")}
    short_flags = {name for name in find_option_names(is_flag=True, prefix="-") if not name.startswith("--")}
    assert short_values == set(SHORT_VALUE_OPTIONS)
    assert {name[1:] for name in short_values | short_flags} == set(SHORT_OPTIONS)
