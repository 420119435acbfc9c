"""Markdown that text from outside cannot break out of: it stands in code spans, in fences and in ``<code>`` alone.

GitHub and GitLab look for mentions, issues, links, images, HTML and formulas nowhere inside code, so that
this one rule answers all of them.
"""

import html
import re
from collections.abc import Iterable
from typing import Final

from planner.views.escape import escape_text

_RUNS: Final = re.compile(r"`+")
_NAME: Final = 120
_LINE: Final = 400


def format_code(text: str, *, limit: int = _NAME) -> str:
    """Return ``text`` as a code span that also stands in a table; a pipe is spelled out, a long text is cut."""
    # A pipe ends a cell even inside code, and its escape depends on the backslashes before it.
    safe = cut_text(escape_text(text), limit=limit).replace("|", "\\x7c")
    if not safe.strip():
        return "` `"
    ticks = "`" * (_find_longest_run(safe) + 1)
    padding = " " if safe.startswith(("`", " ")) or safe.endswith(("`", " ")) else ""
    return f"{ticks}{padding}{safe}{padding}{ticks}"


def format_html_code(text: str) -> str:
    """Return ``text`` as code inside a block of HTML, such as a ``<summary>``."""
    return f"<code>{html.escape(cut_text(escape_text(text), limit=_NAME))}</code>"


def format_fence(lines: Iterable[str], *, language: str) -> str:
    """Return escaped ``lines`` as a fenced block whose fence is longer than any in it; long lines are cut."""
    body = [cut_text(line, limit=_LINE) for line in lines]
    ticks = "`" * max(3, _find_longest_run("\n".join(body)) + 1)
    return "\n".join([f"{ticks}{language}", *body, ticks])


def cut_text(text: str, *, limit: int) -> str:
    """Return ``text``, or its beginning and how much was left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}... ({len(text) - limit:,} more characters)"


def _find_longest_run(text: str) -> int:
    return max(map(len, _RUNS.findall(text)), default=0)
