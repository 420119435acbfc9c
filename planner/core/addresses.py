"""Addresses: how files, state, plans and people point at one resource."""

import re
from functools import lru_cache
from typing import NamedTuple

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_ADDRESS = re.compile(rf'^(?P<kind>[a-z]+)\.(?P<name>{_NAME})(?:\["(?P<key>[^"\\\x00-\x1f]+)"\])?\Z')


class Address(NamedTuple):
    """``kind.name`` or, for one instance of a repeated block, ``kind.name["key"]``.

    A tuple, because a plan of a thousand pools hashes and compares tens of thousands.
    """

    kind: str
    name: str
    key: str = ""

    def __str__(self) -> str:
        """Return the address as users type it."""
        return f'{self.kind}.{self.name}["{self.key}"]' if self.key else f"{self.kind}.{self.name}"


def is_covering(address: Address, other: Address) -> bool:
    """Tell whether ``address`` is ``other`` itself or the block that ``other`` is an instance of."""
    return address == other or (not address.key and (address.kind, address.name) == (other.kind, other.name))


@lru_cache(maxsize=32_768)
def parse_address(text: str) -> Address | None:
    """Return the address that ``text`` spells, or None where it spells none."""
    match = _ADDRESS.match(text)
    if match is None:
        return None
    return Address(kind=match["kind"], name=match["name"], key=match["key"] or "")
