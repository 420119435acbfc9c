"""A plan as one HTML file: nothing is loaded from outside, and what is allowed to run or style is named by its hash."""

import base64
import hashlib
from importlib.resources import files
from typing import Any, Final

from planner.core.changes import Plan
from planner.views.escape import escape_text
from planner.views.markdown_text import cut_text
from planner.views.report_values import build_report

_TEMPLATES: Final = "templates"
_LONGEST: Final = 2_000


def format_plan_html(plan: Plan) -> str:
    """Return ``plan`` as a page that opens anywhere, without network and, but for search and filter, without scripts.

    Text from outside is escaped twice: what cannot be seen is spelled out, and markup is text.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    style, script = _load("report.css"), _load("report.js")
    environment = Environment(
        loader=PackageLoader("planner.views", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_make_visible,
        keep_trailing_newline=True,
    )
    return environment.get_template("plan.html.jinja").render(
        report=build_report(plan),
        # Both are files of this package, and hold nothing from outside.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=Markup(_make_policy(style=style, script=script)),  # noqa: S704
    )


def _make_visible(value: Any) -> Any:
    # Markup is a text too: it is ours, and keeps its lines. A browser takes minutes over lines of megabytes.
    return cut_text(escape_text(value), limit=_LONGEST) if type(value) is str else value


def _make_policy(*, style: str, script: str) -> str:
    allowed = {"style-src": style, "script-src": script}
    rules = [f"{name} 'sha256-{_hash(text)}'" for name, text in allowed.items()]
    return "; ".join(["default-src 'none'", *rules, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _load(name: str) -> str:
    return (files("planner.views") / _TEMPLATES / name).read_text(encoding="utf-8")
