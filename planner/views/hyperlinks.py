"""Hyperlinks in a terminal (OSC 8): which terminals know them, and how a text becomes one."""

import re
from collections.abc import Mapping
from typing import Final

_OLDEST_VTE: Final = 5_000
_PROGRAMS: Final = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal"})
_TERMS: Final = re.compile(r"xterm-(kitty|ghostty)|alacritty|foot|wezterm|contour")
_MARKS: Final = ("WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "DOMTERM")


def is_linking(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal that ``environ`` tells of shows hyperlinks; FORCE_HYPERLINK says so, or with 0 not.

    One that is not known gets none: it might print what it does not understand.
    """
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced != "0"
    if environ.get("TERM", "").startswith(("screen", "tmux")):
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _PROGRAMS
        or bool(_TERMS.fullmatch(environ.get("TERM", "")))
        or any(environ.get(name) for name in _MARKS)
        or (vte.isdecimal() and int(vte[:9]) >= _OLDEST_VTE)
    )


def make_base(directory: str, *, host: str) -> str:
    """Return the URI that links to the files of ``directory``, an absolute path, begin with."""
    from urllib.parse import quote

    return f"file://{quote(host)}{quote(directory.rstrip('/'), errors='replace')}/"


def format_link(text: str, *, link: str, base: str) -> str:
    """Return ``text`` as a link to the file ``link``, relative to ``base``; an absolute path is one on that host."""
    from urllib.parse import quote, urljoin

    uri = urljoin(base, quote(link, errors="replace"))
    return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\"
