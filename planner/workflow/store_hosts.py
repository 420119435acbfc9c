"""Which hosts may be given the state and the credentials for it: files come from pull requests (semantics 1.5)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from planner.core.diagnostics import make_error
from planner.remote.hosts import TRUSTED_HOSTS_VARIABLE, is_loopback, is_trusted, parse_host
from planner.state.errors import StoreError


def check_store_url(url: str, *, environment: Mapping[str, str]) -> None:
    """Raise StoreError where the host of ``url`` may not be given credentials, or all on the way could read them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    check_store_host(host, environment=environment)
    if parts.scheme == "http" and not is_loopback(host):
        detail = (
            f"The state is kept at {host!r} over plain http://, where everybody on the way can read it. Nothing was "
        )
        detail += "sent. Name an https:// address, also in the environment."
        raise StoreError(make_error("state.untrusted-host", "The way to the state is not encrypted", detail=detail))


def check_store_host(written: str, *, environment: Mapping[str, str]) -> None:
    """Raise StoreError unless ``written`` is of the clouds, loopback, or named in the environment."""
    host = parse_host(written)
    if host is not None and is_trusted(host, environment=environment):
        return
    detail = (
        f"The files keep the state at {written!r}, which would be given the state and the password for it. Nothing was "
        f"sent. If that host is yours, name it in the environment variable {TRUSTED_HOSTS_VARIABLE}: a pull request "
        "can change the files, and not the environment."
    )
    raise StoreError(make_error("state.untrusted-host", "The host of the state is not trusted", detail=detail))
