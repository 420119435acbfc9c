"""What a flavor's name tells about its nodes: names are made of words such as ``modelarts.vm.gpu.t4u8``."""

import re
from typing import Final


def find_family(flavor: str) -> str:
    """Return ``gpu``, ``npu`` or ``cpu``, as the words of the name say; empty where they say nothing.

    Names are all that is known without asking the service; its list of flavors is the authority.
    """
    words = set(_WORDS.split(flavor.lower()))
    return next((family for family, marks in _FAMILIES if marks & words), "")


_WORDS: Final = re.compile(r"[^a-z0-9]+")
_FAMILIES: Final = (
    ("gpu", frozenset({"gpu"})),
    ("npu", frozenset({"npu", "ascend"})),
    ("cpu", frozenset({"cpu"})),
)
