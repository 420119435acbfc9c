"""``docs/configuration.md`` and ``docs/commands.md`` leave out no key and no command."""

import json

import pytest
from key_tables import find_covered, refresh_tables

from planner.cli.root import root as poolctl


@pytest.fixture(scope="module")
def schema(root):
    return json.loads((root / "schemas/config.schema.json").read_text(encoding="utf-8"))


def test_the_tables_of_keys_are_those_of_the_schema(root, schema, keep_document):
    name = "docs/configuration.md"
    keep_document(name, refresh_tables((root / name).read_text(encoding="utf-8"), schema=schema))


def test_every_key_of_the_schema_stands_in_a_table(root, schema):
    text = (root / "docs/configuration.md").read_text(encoding="utf-8")
    assert find_covered(text, schema=schema) == set(schema["$defs"]) - {"Expression"}


def test_every_block_of_the_schema_has_its_heading(root, schema):
    text = (root / "docs/configuration.md").read_text(encoding="utf-8")
    assert [one for one in schema["properties"] if f"\n## `[{one}" not in text and f"\n## `[[{one}" not in text] == []


def _list_commands(group, path=()):
    """Return every command, those inside groups with the words before them."""
    found = [(name, group.get_command(None, name)) for name in group.list_commands(None)]
    return [
        line
        for name, command in found
        for line in ([" ".join((*path, name))] if not hasattr(command, "entries") else _list_commands(command, (name,)))
    ]


@pytest.mark.parametrize("command", _list_commands(poolctl))
def test_the_help_of_every_command_is_shown(command, root):
    assert f"$ poolctl {command} --help\n" in (root / "docs/commands.md").read_text(encoding="utf-8")
