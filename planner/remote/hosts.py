"""Hosts: where the API of a region is, and who may be given credentials."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

TRUSTED_HOSTS_VARIABLE: Final = "POOLCTL_TRUSTED_HOSTS"
CLOUD_VARIABLE: Final = "HW_CLOUD"
"""The domain of a cloud, as the Terraform provider knows it."""

_HUAWEI: Final = "myhuaweicloud.com"
_SWISS: Final = "eu-ch2"
_DOMAINS: Final = {
    "eu-de": "otc.t-systems.com",
    "eu-nl": "otc.t-systems.com",
    _SWISS: "sc.otc.t-systems.com",
    "eu-west-101": "myhuaweicloud.eu",
}
"""Regions outside ``myhuaweicloud.com``: Open Telekom Cloud's, its Swiss one under ``sc.``, and Dublin."""

_CLOUD_DOMAINS: Final = (_HUAWEI, "myhuaweicloud.eu", "otc.t-systems.com")
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def build_region_url(region: str, *, environment: Mapping[str, str]) -> str:
    """Return the URL of the ModelArts API in ``region`` (contract 1), in the cloud that ``HW_CLOUD`` may name."""
    return f"https://modelarts.{region}.{_find_domain(region, environment)}"


def build_identity_url(region: str, *, environment: Mapping[str, str]) -> str:
    """Return the URL of the identity service in ``region``; the Swiss region of Open Telekom Cloud has its own name."""
    return f"https://{'iam-pub' if region == _SWISS else 'iam'}.{region}.{_find_domain(region, environment)}"


def name_override(service: str, region: str) -> str:
    """Return the variable by which the SDKs are told where ``service`` (``MODELARTS``, ``IAM``) is in ``region``."""
    return f"HUAWEICLOUD_SDK_REGION_{service}_{region.replace('-', '_').upper()}"


def find_host_region(host: str, *, environment: Mapping[str, str]) -> str:
    """Return the region that a cloud's own ModelArts host names, empty for any other host."""
    name, _, rest = host.partition(".")
    region, _, domain = rest.partition(".")
    domains = {*_CLOUD_DOMAINS, *_DOMAINS.values(), environment.get(CLOUD_VARIABLE) or _HUAWEI}
    return region if name == "modelarts" and domain in domains else ""


def _find_domain(region: str, environment: Mapping[str, str]) -> str:
    return environment.get(CLOUD_VARIABLE) or _DOMAINS.get(region, _HUAWEI)


def parse_host(text: str) -> str | None:
    """Return a host in its one spelling (lower case, no final dot, no brackets), None where it is none.

    Only ASCII: an international name must be written in its ``xn--`` form, so that what a reviewer
    reads is what is called.
    """
    host = text.lower().removesuffix(".") if text.isascii() else ""
    if ":" in host:
        return _parse_ipv6(host)
    return host if _NAME.fullmatch(host) else None


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is 127.0.0.0/8, ::1 or localhost."""
    if host in {"localhost", "::1"}:
        return True
    try:
        return ipaddress.IPv4Address(host) in ipaddress.IPv4Network("127.0.0.0/8")
    except ValueError:
        return False


def is_trusted(host: str, *, environment: Mapping[str, str]) -> bool:
    """Tell whether ``host`` may be given credentials (semantics 1.5).

    Yes for the clouds' domains, loopback, and the hosts that the environment lists: files come from
    pull requests, the environment does not.
    """
    if is_loopback(host) or any(host.endswith(f".{domain}") for domain in _CLOUD_DOMAINS):
        return True
    listed = environment.get(TRUSTED_HOSTS_VARIABLE, "").split(",")
    return host in {parse_host(one.strip()) for one in listed}


def _parse_ipv6(text: str) -> str | None:
    try:
        return str(ipaddress.IPv6Address(text)) if "%" not in text else None
    except ValueError:
        return None
