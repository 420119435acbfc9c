"""The connection below a client: TLS, proxies, pool, or the embedded simulator."""

import logging
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING

from planner.core.desired import ProviderSettings
from planner.remote.endpoint import Endpoint
from planner.remote.errors import RemoteError, Unreachable
from planner.remote.outside_text import format_outside_text

if TYPE_CHECKING:
    import httpx


def open_connection(
    endpoint: Endpoint, *, headers: Mapping[str, str], settings: ProviderSettings, world: Path
) -> "httpx.Client":
    """Return the HTTP client for ``endpoint``; the caller closes it.

    Proxies and certificate authorities of the environment are honoured for https, and never for
    loopback, whose traffic must not leave this machine. Raises RemoteError.
    """
    import httpx

    # Its traces spell out whatever a server sends, which may repeat the token.
    logging.getLogger("httpcore").setLevel(logging.INFO)
    is_remote = endpoint.base_url.startswith("https:")
    transport = _open_simulator(world) if endpoint.kind == "simulator" else None
    try:
        return httpx.Client(
            headers=dict(headers),
            transport=transport,
            trust_env=is_remote,
            verify=True if is_remote else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
            timeout=httpx.Timeout(settings.request_timeout, pool=None),
            limits=httpx.Limits(max_connections=settings.parallelism, max_keepalive_connections=settings.parallelism),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as one:
        error = _build_setup_error(one)
    raise error


def _open_simulator(world: Path) -> "httpx.BaseTransport":
    from planner.simulator.embedded import make_transport

    return make_transport(world)


def _build_setup_error(error: Exception) -> RemoteError:
    # A proxy's URL may hold a password, so the words of the error are shown for files alone.
    words = f" ({format_outside_text(str(error))})" if isinstance(error, OSError) else ""
    return Unreachable(
        f"The connection cannot be set up{words}. "
        "Check HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR in the environment.",
        may_have_reached=False,
        is_lasting=True,
    )
