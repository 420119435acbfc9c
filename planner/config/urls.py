"""URLs in the files: split without an exception, and told to be of this machine."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def split_url(text: str) -> SplitResult | None:
    """Return the parts of ``text``, None where it is no URL."""
    try:
        parts = urlsplit(text)
        is_port_valid = parts.port != 0  # reading it raises where it is no port
    except ValueError:
        return None
    return parts if is_port_valid else None


def has_credentials(parts: SplitResult) -> bool:
    """Tell whether a user name or password stands before the host."""
    return parts.username is not None or parts.password is not None


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
