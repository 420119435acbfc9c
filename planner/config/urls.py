"""URLs in the files: split without an exception, and told to be of this machine."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_USER_INFO: Final = re.compile(r"(//|^)[^\s]*@")


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


def mask_credentials(text: str) -> str:
    """Return ``text``, which may be no URL at all, fit to be shown: without what stands before an ``@``."""
    return _USER_INFO.sub(r"\1***@", text)


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
