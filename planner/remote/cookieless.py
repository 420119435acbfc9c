"""An HTTP client that neither looks for cookies nor keeps any: no part of the API has them.

To look for cookies httpx builds a request and an answer of the standard library's for each exchange: a tenth of its
time.
"""

from typing import Any, Final

import httpx


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Look for none."""


_NO_COOKIES: Final = _NoCookies()


class CookielessClient(httpx.Client):
    """An ``httpx.Client`` whose cookies are always none."""

    @property
    def cookies(self) -> httpx.Cookies:
        """Return none."""
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        """Keep none."""
