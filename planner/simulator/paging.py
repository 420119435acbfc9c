"""Pages of a list: cursors for lists of names, numbers of a query (contract 1).

Lists with a cursor declare no 400: what cannot be read of their query counts as not written.
"""

import base64
import binascii
from collections.abc import Sequence

from planner.simulator.errors import bad_request
from planner.simulator.requests import JsonObject

MAX_LIMIT = 500


def cut_page(items: Sequence[JsonObject], *, size: int, token: str) -> tuple[list[JsonObject], JsonObject]:
    """Return the page behind ``token`` and its ``metadata``; a size of 0 is one page for all.

    ``items`` are sorted by ``metadata.name``; the token names the last item of the page before, so that
    a page does not move when items come or go. One that was never given out starts anew.
    """
    after = _parse_token(token)
    rest = [one for one in items if one["metadata"]["name"] > after] if after else list(items)
    if not size or len(rest) <= size:
        return rest, {}
    page = rest[:size]
    return page, {"continue": _make_token(page[-1]["metadata"]["name"]), "remainingItemCount": len(rest) - size}


def parse_number(text: str) -> int:
    """Read a number of a query; blank is 0.

    Raises:
        Refusal: 400 for anything else.

    """
    if not text:
        return 0
    if not _is_number(text):
        raise bad_request("a number is expected")
    return int(text)


def parse_limit(text: str) -> int:
    """Read the ``limit`` of a cursor list: 1 to 500; anything else is 500."""
    limit = parse_lenient_number(text)
    return limit if 0 < limit <= MAX_LIMIT else MAX_LIMIT


def parse_lenient_number(text: str) -> int:
    """Read a number of a query of which no refusal is declared; anything else is 0."""
    return int(text) if _is_number(text) else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15  # noqa: PLR2004 - epoch milliseconds have 13


def _make_token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode("utf-8", "surrogatepass")).decode("ascii")


def _parse_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("utf-8", "surrogatepass")
    except (binascii.Error, UnicodeError, ValueError):
        return ""
