"""Pages of the site that are made from the command tree, from the schemas, and from the documents beside ``docs/``."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.command_tree import CommandPage

Schema = Mapping[str, Any]
Pages = Mapping[str, str]

_SCHEMAS: Final = {
    "plan": "The plan as JSON",
    "receipt": "The receipt as JSON",
    "state": "The state as JSON",
}
_HEADLINE: Final = re.compile(r"^# (?:[0-9]+\. )?(?P<title>.+)$", re.MULTILINE)


_DECISIONS: Final = "| Number | What was decided |\n| --- | --- |"


def make_command_pages(pages: Iterable[CommandPage], *, documents: frozenset[str]) -> Pages:
    """Return a page for each command by its path; ``documents`` are the names of pages that tell more."""
    known = tuple(pages)
    return {_place_command(one): "\n".join(_format_command(one, known, documents)) + "\n" for one in known}


def make_schema_pages(folder: Path) -> Pages:
    """Return a page for each JSON document: every member with its type and what it is."""
    made = {}
    for name, title in _SCHEMAS.items():
        schema = json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
        made[f"reference/{name}-json.md"] = "\n".join(_format_schema(schema, name=name, title=title)) + "\n"
    return made


def make_decision_index(folder: Path) -> str:
    """Return the page that lists all decisions in their order."""
    rows = ((path, _HEADLINE.search(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("[0-9]*.md")))
    # A table, for documents name decisions by their numbers, and a list of Markdown counts by itself.
    lines = (
        f"| {int(path.stem[:4])} | [{found['title'] if found else path.stem}]({path.name}) |" for path, found in rows
    )
    return "# Decisions\n\nWhat was chosen, why, and what follows from it.\n\n" + "\n".join((_DECISIONS, *lines)) + "\n"


def place_document(text: str) -> str:
    """Return a document of the top folder with its links as they are on the site, which shows no folders."""
    moved = text.replace("](docs/decisions/)", "](decisions/index.md)").replace("](docs/", "](")
    for source, target in _MOVED.items():
        moved = moved.replace(f"]({source}", f"]({target}")
    return _FOLDER.sub(r"\1", moved)


def place_table_codes(text: str) -> str:
    """Return a document with pipes in the codes of its tables as the generator reads them: GitHub wants a backslash."""
    return re.sub(
        r"^\|.*$", lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), text, flags=re.MULTILINE
    )


_FOLDER: Final = re.compile(r"\[([^\]]+)\]\((?!https?:)(?:[^)]*/|[^)]*/\.[^.)/][^)]*)\)")
_CODE: Final = re.compile(r"`[^`]+`")
_MOVED: Final = {
    "examples/README.md": "examples/index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "../docs/": "../",
    "../README.md": "../index.md",
}


def _place_command(page: CommandPage) -> str:
    return f"reference/commands/{'-'.join(page.words[1:]) or 'index'}.md"


def _format_command(page: CommandPage, known: tuple[CommandPage, ...], documents: frozenset[str]) -> Iterator[str]:
    yield from (f"# {' '.join(page.words)}", "")
    for about in page.about:
        yield from (_escape(about), "")
    yield from ("```text", f"{' '.join(page.words)} {page.usage}".strip(), "```", "")
    name = "-".join(page.words[1:])
    if name and f"{name}.md" in documents:
        yield from (f"More in [{name}](../../{name}.md).", "")
    inner = {one.words[-1]: Path(_place_command(one)).name for one in known if one.words[:-1] == page.words}
    if inner:
        yield from ("## Commands", "", "| Command | What it does |", "| --- | --- |")
        yield from (f"| [{term}]({inner[term]}) | {_escape(meaning)} |" for term, meaning in page.commands)
        yield ""
    yield from ("## Options", "", "| Option | What it does |", "| --- | --- |")
    yield from (f"| `{term}` | {_escape(meaning)} |" for term, meaning in page.options)
    yield from ("", "## Examples", "", "```sh", *page.examples, "```")


def _format_schema(schema: Schema, *, name: str, title: str) -> Iterator[str]:
    yield from (f"# {title}", "", str(schema["description"]), "")
    yield from (f"`poolctl schema {name}` prints the JSON Schema that this page is made from.", "")
    yield from _format_members(schema, "The document")
    for title_, inner in sorted(schema["$defs"].items()):
        if inner.get("properties"):
            yield from _format_members(inner, _split_name(title_))


def _format_members(definition: Schema, title: str) -> Iterator[str]:
    yield from (f"## {title}", "")
    if title != "The document" and "description" in definition:
        yield from (_escape(str(definition["description"])), "")
    yield from ("| Member | Type | What it is |", "| --- | --- | --- |")
    required = definition.get("required", ())
    for key, member in definition["properties"].items():
        mark = "" if key in required else ", may be absent"
        yield f"| `{key}` | {_format_type(member)}{mark} | {_escape(str(member.get('description', '')))} |"
    yield ""


def _format_type(member: Schema) -> str:
    if "anyOf" in member:
        return " or ".join(dict.fromkeys(map(_format_type, member["anyOf"])))
    if "$ref" in member:
        title = _split_name(str(member["$ref"]).rpartition("/")[2])
        return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    if "const" in member or "enum" in member:
        return ", ".join(f"`{json.dumps(one)}`" for one in member.get("enum", [member.get("const")]))
    if member.get("type") == "array":
        return f"list of {_format_type(member.get('items', {}))}"
    if isinstance(member.get("additionalProperties"), Mapping):
        return f"object of {_format_type(member['additionalProperties'])}"
    return str(member.get("type", "any value"))


def _split_name(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Document")).split()
    return " ".join(words).capitalize()


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("[[", "\\[[").replace("*", "\\*").replace("<", "&lt;")
