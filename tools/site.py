"""The documentation site: ``python -m tools.site`` writes ``build/site``, and fails where a link or anchor is wrong."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.command_tree import list_command_pages
from tools.site_pages import (
    make_command_pages,
    make_decision_index,
    make_schema_pages,
    place_document,
    place_table_codes,
)

_ROOT: Final = Path(__file__).parents[1]
_SETTINGS: Final = "zensical.toml"
_GENERATOR: Final = _ROOT / ".venv" / "site" / "bin" / "python"
_PAGES: Final = "pages"


def make_site(into: Path) -> Path:
    """Put all pages together below the folder ``into``, make the site of them, and return where it is.

    Raises CalledProcessError where the generator warns of anything, which it has then told.
    """
    place_pages(into / _PAGES)
    (into / _SETTINGS).write_text(make_settings(into / _PAGES), encoding="utf-8")
    shutil.rmtree(into / "site", ignore_errors=True)
    build = [str(_GENERATOR), "-m", "zensical", "build", "--strict", "--clean", "--config-file", _SETTINGS]
    subprocess.run(build, cwd=into, check=True)
    return into / "site"


def place_pages(folder: Path) -> None:
    """Write every page as the generator reads it: those of ``docs/``, and those that are made."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_ROOT / "docs", folder)
    for path in folder.rglob("*.md"):
        way_back = _ALL_CODES if path.parent.name == "diagnostics" and path.stem != "README" else ""
        path.write_text(place_table_codes(path.read_text(encoding="utf-8")) + way_back, encoding="utf-8")
    shutil.copytree(
        _ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("README.md", ".poolctl", "*.sh")
    )
    for name in ("site.css", "site.js"):
        shutil.copyfile(_ROOT / "tools" / name, folder / name)
    made = {
        name: place_document((_ROOT / source).read_text(encoding="utf-8"))
        for name, source in {
            "examples/index.md": "examples/README.md",
            "changelog.md": "CHANGELOG.md",
            "contributing.md": "CONTRIBUTING.md",
        }.items()
    }
    made |= make_command_pages(list_command_pages(), documents=frozenset(path.name for path in folder.glob("*.md")))
    made |= make_schema_pages(_ROOT / "schemas")
    made["decisions/index.md"] = make_decision_index(_ROOT / "docs" / "decisions")
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def make_settings(folder: Path) -> str:
    """Return the settings with the pages that are made, and with those of ``docs/`` that nobody has put in a place."""
    text = (_ROOT / "tools" / _SETTINGS).read_text(encoding="utf-8")
    commands = "".join(f'      {{ "{title}" = "{name}" }},\n' for title, name in _list_commands())
    formats = "".join(
        f'    {{ "The {one.stem.removesuffix("-json")} as JSON" = "reference/{one.name}" }},\n'
        for one in sorted((folder / "reference").glob("*-json.md"))
    )
    placed = {*re.findall(r'"([a-z/-]+\.md)"', text)}
    others = sorted(path.name for path in folder.glob("*.md") if path.name not in placed)
    more = "".join(f'    {{ "{_find_title(folder / name)}" = "{name}" }},\n' for name in others)
    text = text.replace(
        _BEFORE_DIAGNOSTICS, f'    {{ "Commands" = [\n{commands}    ] }},\n{formats}{_BEFORE_DIAGNOSTICS}'
    )
    return text.replace(_BEFORE_EXAMPLES, f"{more}{_BEFORE_EXAMPLES}")


_ALL_CODES: Final = "\n[All codes](README.md)\n"
_BEFORE_DIAGNOSTICS: Final = '    { "Diagnostics" ='
_BEFORE_EXAMPLES: Final = '    { "Examples" ='


def _list_commands() -> Iterator[tuple[str, str]]:
    for page in list_command_pages():
        name = "-".join(page.words[1:]) or "index"
        yield " ".join(page.words[1:]) or "poolctl", f"reference/commands/{name}.md"


def _find_title(page: Path) -> str:
    found = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return (found[1] if found else page.stem).replace('"', "'").replace("`", "")


if __name__ == "__main__":
    sys.stdout.write(f"{make_site(_ROOT / 'build')}\n")
