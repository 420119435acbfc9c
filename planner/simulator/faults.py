"""Failures on demand: what a server, a network or a proxy does to an answer, and a script that says when."""

import json
import random
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from planner.simulator.requests import Request, Response, make_json_response

GARBAGE: Final = b"<html><body>proxy</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Another answer instead of the world's; nothing takes effect."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBefore:
    """The connection is reset before anything takes effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetAfter:
    """The request takes effect, and the connection is reset in place of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated:
    """The request takes effect, and the answer ends in the middle of its body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """The request takes effect, and a 200 comes back with ``body``, which is not what the API says."""

    body: bytes = GARBAGE
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """The request takes effect at once, and its answer comes ``seconds`` later."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleRead:
    """A read is answered from the world as it was before the last write; a write is answered as ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialList:
    """A list shows only its first ``keep`` items, and says nothing of the rest; other answers are as ever."""

    keep: int = 0


Fault = Status | ResetBefore | ResetAfter | Truncated | Garbage | Delay | StaleRead | PartialList
FaultSource = Callable[[Request], Fault | None]
"""Called once for each request, from many threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When ``fault`` happens: to requests of ``method`` (any when empty) whose path matches ``path`` as a whole.

    ``skip`` matching requests pass first, then ``times`` of them fail; 0 is all that follow. With a ``rate`` below 1
    each of those is spared or fails by a die that is seeded with ``seed``: 0.01 is one in a hundred.
    """

    fault: Fault
    method: str = ""
    path: str = ".*"
    skip: int = 0
    times: int = 1
    rate: float = 1.0
    seed: int = 0

    def matches(self, request: Request) -> bool:
        """Tell whether ``request`` is one that this rule counts."""
        return self.method in {"", request.method} and re.fullmatch(self.path, request.path) is not None


def cut_list(response: Response, fault: Fault | None) -> Response:
    """Return ``response`` as a partial list when ``fault`` asks for one."""
    if not isinstance(fault, PartialList) or response.status != HTTPStatus.OK:
        return response
    document = json.loads(response.body)
    if not isinstance(document.get("items"), list):
        return response
    cut = document | {"items": document["items"][: fault.keep]}
    if "metadata" in document:
        cut["metadata"] = {}
    return make_json_response(cut, headers=response.headers)


class Script:
    """A fault source that follows rules in order; the first rule that is due decides.

    Each rule counts the requests that reach it: one that an earlier rule has taken is not counted.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Follow ``rules``."""
        self._rules = tuple(rules)
        self._seen = [0] * len(self._rules)
        self._struck = [0] * len(self._rules)
        self._dice = [random.Random(one.seed) for one in self._rules]  # noqa: S311 - a script is to be repeatable
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Fault | None:
        """Return what happens to ``request``."""
        with self._lock:
            for index, rule in enumerate(self._rules):
                if rule.matches(request) and self._is_due(index):
                    return rule.fault
        return None

    def _is_due(self, index: int) -> bool:
        rule = self._rules[index]
        self._seen[index] += 1
        is_over = rule.times and self._struck[index] >= rule.times
        if self._seen[index] <= rule.skip or is_over or self._dice[index].random() >= rule.rate:
            return False
        self._struck[index] += 1
        return True
