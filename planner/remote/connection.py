"""The connection below a client: TLS, proxies, timeouts, or the embedded simulator."""

import logging
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from planner.core.desired import ProviderSettings
from planner.remote.endpoint import Endpoint
from planner.remote.errors import RemoteError, Unreachable
from planner.remote.outside_text import format_outside_text

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

LONGEST_CONNECT: Final = 10.0
"""Seconds for a connection and its TLS; ``request_timeout`` where that is less."""


def make_opener(
    url: str,
    *,
    headers: Mapping[str, str],
    auth: "httpx.Auth",
    settings: ProviderSettings,
    transport: "httpx.BaseTransport | None" = None,
) -> "Callable[[], httpx.Client]":
    """Return a function that opens an HTTP client of one connection for ``url``; the caller closes what it opens.

    Every client has the same ``auth``, and ``transport`` in the place of a connection where there is one.

    Proxies and certificate authorities of the environment are honoured for https, and never for
    loopback, whose traffic must not leave this machine. Both functions raise RemoteError.
    """
    import httpx

    from planner.remote.cookieless import CookielessClient

    # Its traces spell out whatever a server sends, which may repeat the token.
    logging.getLogger("httpcore").setLevel(logging.INFO)
    is_remote = url.startswith("https:")
    # One for all clients: to load the certificate authorities takes longer than a request.
    context = _guard(httpx.create_ssl_context) if is_remote else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def open_http() -> httpx.Client:
        return CookielessClient(
            headers=dict(headers),
            auth=auth,
            transport=transport,
            trust_env=is_remote,
            verify=context,
            follow_redirects=False,
            timeout=httpx.Timeout(
                settings.request_timeout, connect=min(LONGEST_CONNECT, settings.request_timeout), pool=None
            ),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )

    return lambda: _guard(open_http)


def open_simulator(endpoint: Endpoint, world: Path) -> "httpx.BaseTransport | None":
    """Return the embedded simulator over the file ``world``, None where ``endpoint`` is another service."""
    if endpoint.kind != "simulator":
        return None
    from planner.simulator.embedded import make_transport

    return make_transport(world)


def _guard(make: Callable[[], T]) -> T:
    import httpx

    try:
        return make()
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as one:
        error = _build_setup_error(one)
    # Raised outside the handler: the foreign exception may hold a proxy's password.
    raise error


def _build_setup_error(error: Exception) -> RemoteError:
    # A proxy's URL may hold a password, so the words of the error are shown for files alone.
    words = f" ({format_outside_text(str(error))})" if isinstance(error, OSError) else ""
    return Unreachable(
        f"The connection cannot be set up{words}. "
        "Check HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR in the environment.",
        may_have_reached=False,
        is_lasting=True,
    )
