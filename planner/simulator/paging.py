"""Pages of a list: cursors for lists of names, numbers of a query (contract 1)."""

import base64
import binascii
from collections.abc import Sequence

from planner.simulator.errors import bad_request
from planner.simulator.requests import JsonObject

MAX_LIMIT = 500


def cut_page(items: Sequence[JsonObject], *, size: int, token: str) -> tuple[list[JsonObject], JsonObject]:
    """Return the page behind ``token`` and its ``metadata``; a size of 0 is one page for all.

    ``items`` are sorted by ``metadata.name``; the token names the last item of the page before, so that
    a page does not move when items come or go.

    Raises:
        Refusal: 400 for a token that was never given out.

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
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004 - epoch milliseconds have 13
        raise bad_request("a number is expected")
    return int(text)


def parse_limit(text: str) -> int:
    """Read the ``limit`` of a cursor list: 0 to 500, blank is 500.

    Raises:
        Refusal: 400 for anything else.

    """
    limit = parse_number(text)
    if limit > MAX_LIMIT:
        raise bad_request(f"limit must be at most {MAX_LIMIT}")
    return limit or MAX_LIMIT


def _make_token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode("utf-8", "surrogatepass")).decode("ascii")


def _parse_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("utf-8", "surrogatepass")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise bad_request("invalid continue") from error
