"""``explain``: the page of a code, which comes with poolctl: no network."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import planner
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.state.files import load_text


def load_page(code: str) -> str:
    """Return the page of ``code``, Markdown; raises PoolctlError, with the nearest codes, where there is none."""
    pages = _find_pages()
    if code not in pages:
        raise PoolctlError(_make_unknown(code, pages))
    return load_text(pages[code], what="page")


def load_pages(codes: Iterable[str]) -> Mapping[str, str]:
    """Return the pages of those of ``codes`` that have one. Raises PoolctlError where one cannot be read."""
    pages = _find_pages()
    return {code: load_text(pages[code], what="page") for code in sorted({*codes} & pages.keys())}


def list_codes() -> Mapping[str, str]:
    """Return all codes in their order, each with the first sentence of its page. Raises PoolctlError."""
    return {code: _read_summary(load_text(path, what="page")) for code, path in _find_pages().items()}


_PACKAGE: Final = Path(planner.__file__).parent
_FOLDERS: Final = (_PACKAGE / "pages", _PACKAGE.parent / "docs" / "diagnostics")
"""Where the pages lie in an installed package, and in a clone."""
_INDEX: Final = "README"
_NEAR: Final = 3


def _find_pages() -> Mapping[str, Path]:
    folder = next((one for one in _FOLDERS if one.is_dir()), _FOLDERS[0])
    return {path.stem: path for path in sorted(folder.glob("*.md")) if path.stem != _INDEX}


def _read_summary(page: str) -> str:
    return re.split(r"(?<=\.)\s", page.split("\n\n")[1].replace("\n", " "))[0]


def _make_unknown(code: str, pages: Mapping[str, Path]) -> Diagnostic:
    # The part behind the dot alone is what people remember.
    ends = {name.partition(".")[2]: name for name in pages}
    near = [*difflib.get_close_matches(code, pages, n=_NEAR)]
    near += [ends[one] for one in difflib.get_close_matches(code.partition(".")[2] or code, ends, n=1)]
    hint = f" Did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
    return make_error(
        "explain.unknown-code",
        "There is no such code",
        detail=f"{code[:100]!r} is no code of a diagnostic.{hint} poolctl explain lists them all.",
    )
