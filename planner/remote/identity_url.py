"""Where tokens come from: the identity service (IAM) of a cloud, or the one that the environment names."""

import urllib.parse
from collections.abc import Mapping
from typing import Final

from planner.remote.endpoint import Endpoint
from planner.remote.errors import CredentialsError
from planner.remote.hosts import (
    TRUSTED_HOSTS_VARIABLE,
    build_identity_url,
    find_host_region,
    is_loopback,
    is_trusted,
    name_override,
    parse_host,
)
from planner.remote.outside_text import format_outside_text

_TOKENS: Final = "/v3/auth/tokens"


def find_identity_url(endpoint: Endpoint, *, environment: Mapping[str, str]) -> str:
    """Return the URL that goes with ``endpoint``, empty where none does: a gateway's own region may be anywhere.

    The SDKs' variable for the region goes first.
    """
    override = environment.get(name_override("IAM", endpoint.region), "").partition(",")[0].strip()
    if override:
        return override
    region = find_host_region(urllib.parse.urlsplit(endpoint.base_url).hostname or "", environment=environment)
    return build_identity_url(region, environment=environment) if region else ""


def resolve_identity_url(url: str, *, environment: Mapping[str, str]) -> str:
    """Return the URL that tokens are fetched from.

    ``url`` may end after the host, after ``/v3`` or after ``/v3/auth/tokens``, and is empty where none is known.
    Raises CredentialsError, also for a host that may not be given a password (semantics 1.5).
    """
    if not url:
        raise CredentialsError(
            "The identity service is not known",
            "User and password are exchanged for a token there, and neither is its address set nor a region of the two "
            "clouds in use. Set HW_AUTH_URL (or OS_AUTH_URL), as https://iam.eu-de.otc.t-systems.com/v3.",
        )
    parts = _split(url)
    host = parse_host(parts.hostname or "") or ""
    if parts.scheme == "http" and not is_loopback(host):
        raise _make_error(url, "plain http would show the password to the network: only https, or a loopback address")
    if not is_trusted(host, environment=environment):
        reason = "its host is in no domain of the two clouds, and would be given the password: if it is yours, name it"
        raise _make_error(url, f"{reason} in the environment variable {TRUSTED_HOSTS_VARIABLE}")
    base = parts.path.rstrip("/").removesuffix("/auth/tokens").removesuffix("/v3")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{parts.port}' if parts.port else ''}{base}{_TOKENS}"


def _split(url: str) -> urllib.parse.SplitResult:
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" \\%?#")
    try:
        parts = urllib.parse.urlsplit(url)
        is_usable = is_plain and parts.port != 0 and parse_host(parts.hostname or "") is not None
    except ValueError:
        raise _make_error(url, "host or port is malformed") from None
    if "@" in url:
        raise _make_error("", "user names and passwords do not belong into it")
    if not is_usable or parts.scheme not in {"https", "http"}:
        raise _make_error(url, "it is no URL like https://iam.eu-de.otc.t-systems.com/v3")
    return parts


def _make_error(url: str, fault: str) -> CredentialsError:
    shown = f' "{format_outside_text(url, limit=200)}"' if url else ""
    return CredentialsError(
        "The address of the identity service cannot be used",
        f"HW_AUTH_URL, OS_AUTH_URL or auth.auth_url of clouds.yaml{shown}: {fault}.",
    )
