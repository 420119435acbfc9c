"""What the keys of one pool or network have to agree on (contract 3, semantics 9)."""

import dataclasses
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from planner.config.blocks import RawBlock, read_text
from planner.config.entry_checks import find_entry_faults
from planner.config.faults import Fault
from planner.config.wording import format_value
from planner.core.diagnostics import Severity
from planner.core.trees import as_list, as_text, as_tree
from planner.kinds.names import NAMED_ANNOTATIONS, NAMED_LABELS


def find_pool_faults(pool: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with one pool, its entries included."""
    if read_text(pool, "type") == "Logical":
        yield from (_make_logical_fault(pool, key) for key in _ONLY_DEDICATE if key in pool.body)
    for key, check in _CHECKS:
        if key in pool.body:
            yield from check(pool)
    yield from find_entry_faults(pool)


def find_network_faults(network: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with one network."""
    text = read_text(network, "cidr")
    faults = tuple(_check_cidr(network, "cidr", text=text))
    yield from faults
    if text and not faults and not _is_network_range(text):
        yield network.make_fault(
            "cidr",
            code="config.out-of-range",
            summary="address range is not accepted",
            detail=f"Found {format_value(text)}. ModelArts networks lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 "
            "and have at most 24 bits of prefix, such as 192.168.0.0/16.",
        )


_SERVICES: Final = "kubernetes_svc_ip_range"
_ONLY_DEDICATE: Final = ("scope", "driver", "network", "masters")
_RANGES: Final = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_LONGEST_PREFIX: Final = 24


def _make_logical_fault(pool: RawBlock, key: str) -> Fault:
    return pool.make_fault(
        key,
        code="config.logical-pool",
        summary="key does not belong to a Logical pool",
        detail=f"A Logical pool is a quota on its parent's nodes; the service refuses {key} on it. "
        f'Delete {key} here (and set it on the parent), or write type = "Dedicate".',
        is_value=False,
    )


def _check_driver(pool: RawBlock) -> Iterator[Fault]:
    driver = as_tree(pool.body.get("driver"))
    has_version = "gpu_version" in driver or "npu_version" in driver
    if has_version and "update_strategy" not in driver and read_text(pool, "type") != "Logical":
        fault = pool.make_fault(
            "driver",
            code="config.driver-without-strategy",
            summary="driver without an update strategy",
            detail="Whether the service then waits for running jobs is not documented, so that a driver change counts "
            'as one that interrupts them. Write update_strategy = "idle" (waits for jobs) or "force" (does not).',
            is_value=False,
        )
        yield dataclasses.replace(fault, severity=Severity.WARNING)


def _check_verbatim(pool: RawBlock, member: str, *, named: Mapping[str, str]) -> Iterator[Fault]:
    for key in as_tree(pool.body.get(member)):
        if key in named:
            yield pool.make_fault(
                member,
                key,
                code="config.reserved-key",
                summary="this key has a name of its own",
                detail=f'{member}["{key}"] is {named[key]} in the files; of two places, one would silently win. '
                f"Write {named[key]} = … in the pool's block instead.",
                is_value=False,
            )


def _check_unique(pool: RawBlock, name: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, one in enumerate(as_list(pool.body.get(name))):
        if isinstance(one, str) and one in seen:
            yield pool.make_fault(
                name,
                index,
                code="config.duplicate-entry",
                summary="the same key twice in a list",
                detail=f"{format_value(one)} stands in {name} already. Delete one of the two.",
            )
        seen.add(as_text(one))


def _check_cidr(block: RawBlock, *steps: str, text: str) -> Iterator[Fault]:
    if not text:
        return
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        yield block.make_fault(
            *steps,
            code="config.bad-value",
            summary="not an address range",
            detail=f"Found {format_value(text)}. Write an IPv4 range whose host bits are zero, such as "
            f"{_suggest_range(text)}.",
        )


def _check_container_network(pool: RawBlock) -> Iterator[Fault]:
    text = as_text(as_tree(pool.body["container_network"]).get("cidr"))
    yield from _check_cidr(pool, "container_network", "cidr", text=text)


_CHECKS: Final[tuple[tuple[str, Callable[[RawBlock], Iterator[Fault]]], ...]] = (
    ("driver", _check_driver),
    ("labels", lambda pool: _check_verbatim(pool, "labels", named=NAMED_LABELS)),
    ("annotations", lambda pool: _check_verbatim(pool, "annotations", named=NAMED_ANNOTATIONS)),
    ("scope", lambda pool: _check_unique(pool, "scope")),
    ("job_flavors", lambda pool: _check_unique(pool, "job_flavors")),
    ("container_network", _check_container_network),
    (_SERVICES, lambda pool: _check_cidr(pool, _SERVICES, text=read_text(pool, _SERVICES))),
)
"""By the key that each is about: a pool has few of them."""


def _suggest_range(text: str) -> str:
    try:
        return str(ipaddress.IPv4Network(text, strict=False))
    except ValueError:
        return "192.168.0.0/16"


def _is_network_range(text: str) -> bool:
    network = ipaddress.IPv4Network(text)
    return network.prefixlen <= _LONGEST_PREFIX and any(network.subnet_of(one) for one in _RANGES)
