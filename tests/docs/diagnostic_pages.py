"""The pages of ``docs/diagnostics``: which codes there are, and the examples of their pages, run.

A page is named for its code. Its example is a console session, or a configuration with what is told of it and one
that is right, or, where no short session brings it about, the diagnostic as poolctl's own code makes it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from diagnostic_makers import MAKERS, make

import planner
from planner.config.load import load_configuration
from planner.core.diagnostics import Diagnostic
from planner.remote.errors import _SLUGS
from planner.state.os_errors import _OTHER, _WORDS
from planner.views.diagnostics_text import format_diagnostics

FOLDER: Final = "docs/diagnostics"
_PACKAGE: Final = Path(planner.__file__).parent
_FAMILIES: Final = (
    "apply|approval|config|dirs|drift|explain|fmt|import|init|journal|lock|log|nodes|plan|policy|poolctl|probe|remote|settle|"
    "scale|simulator|state|terminal|undo"
)
_CODE: Final = re.compile(rf"(?:{_FAMILIES})\.(?!json$|vars$)[a-z][a-z0-9-]*[a-z0-9]")
FORMED: Final = {
    "plan.no-": {"flavors", "quotas"},
    "remote.": {*_SLUGS.values(), "refused"},
    "state.": {_OTHER[0], *(code for code, _, _ in _WORDS.values())},
}
"""Codes that are put together while poolctl runs: how they begin, and how they may end."""
_MAKERS: Final = frozenset({"make_error", "make_warning", "make_notice"})
_FENCE: Final = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def find_codes() -> set[str]:
    """Return every code that stands in the source of poolctl, or is put together there."""
    constants = {node.value for node in _walk() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    formed = {f"{start}{end}" for start, ends in FORMED.items() for end in ends}
    return {"usage", *filter(_CODE.fullmatch, constants), *formed}


def find_formed_starts() -> set[str]:
    """Return how the codes begin that are put together in a call that makes a diagnostic."""
    calls = (node for node in _walk() if isinstance(node, ast.Call) and node.args)
    first = (node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id in _MAKERS)
    return {str(ast.literal_eval(one.values[0])) for one in first if isinstance(one, ast.JoinedStr)}


def refresh_page(text: str, *, code: str, directory: Path) -> str:
    """Return the page ``text`` of ``code`` with what its example shows written anew; sessions are left as they are."""
    fences = [one["language"] for one in _FENCE.finditer(text)]
    if fences == ["toml", "text", "toml"]:
        return _refresh_configuration(text, code=code, directory=directory)
    if fences == ["text"] and code in MAKERS:
        return _replace_text(text, format_box(make(code)))
    return text


def format_box(*diagnostics: Diagnostic) -> str:
    """Return diagnostics as a terminal of 80 columns shows them."""
    return format_diagnostics(diagnostics, width=80, colour=False)


def read_summary(text: str) -> str:
    """Return the first words under the title: what the code means."""
    return re.split(r"(?<=\.)\s", text.split("\n\n")[1].replace("\n", " "))[0]


def is_run(text: str, *, code: str) -> bool:
    """Tell whether the page ``text`` has an example that is run, and that shows ``code``."""
    fences = [one["language"] for one in _FENCE.finditer(text)]
    is_known = fences in (["console"], ["toml", "text", "toml"]) or (fences == ["text"] and code in MAKERS)
    return is_known and f"│ [{code}]\n" in text


def _walk() -> Iterator[ast.AST]:
    for path in _PACKAGE.rglob("*.py"):
        if "simulator" not in path.relative_to(_PACKAGE).parts:
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _refresh_configuration(text: str, *, code: str, directory: Path) -> str:
    wrong, _, right = _FENCE.finditer(text)
    told = [one for one in _load(directory, wrong["text"]) if one.code == code]
    left = _load(directory, right["text"])
    assert told, f"the first example does not bring {code} about"
    assert left == [], f"the second example is not right: {left}"
    return _replace_text(text, format_box(*told))


def _load(directory: Path, text: str) -> list[Diagnostic]:
    (directory / "main.pools.toml").write_text(text, encoding="utf-8")
    return list(load_configuration(directory, {}).diagnostics)


def _replace_text(text: str, shown: str) -> str:
    return re.sub(
        r"^```text\n.*?^```$", lambda _: f"```text\n{shown}```", text, count=1, flags=re.MULTILINE | re.DOTALL
    )
