"""What a probe of the service works with: flavors, scenes, requests, what was observed, and what it proves."""

import enum
from collections import Counter
from collections.abc import Callable
from dataclasses import field
from typing import Final, TypeAlias

from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import LiveNode, LiveResource
from planner.core.trees import Maybe, Tree, as_int, as_list, as_text, as_tree, find_member

PROBE_PREFIX: Final = "poolctl-probe-"
"""How the display name of every scratch pool and network begins."""

MERGE_PATCH: Final = "application/merge-patch+json"
JSON: Final = "application/json"
Counts: TypeAlias = dict[str, int]
"""Wanted nodes by flavor, or by ``flavor/node_pool``."""


class Verdict(enum.Enum):
    """What an observation says of an assumption; ``unknown`` proves neither."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchFlavor:
    """A CPU flavor that is on sale; ``size`` counts its cores."""

    name: str
    architecture: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The scratch pool as it is, its nodes, and the two flavors of the probe; ``second`` is empty without one."""

    live: LiveResource
    nodes: tuple[LiveNode, ...]
    first: str
    second: str = ""

    @property
    def entries(self) -> list[Tree]:
        """Return the wanted entries."""
        return [as_tree(one) for one in as_list(find_member(self.live.spec, "resources"))]

    @property
    def counts(self) -> Counts:
        """Return the wanted nodes by flavor."""
        found: Counter[str] = Counter()
        for one in self.entries:
            found[as_text(one.get("flavor"))] += as_int(one.get("count", 0))
        return dict(+found)

    def find_label(self, name: str) -> Maybe:
        """Return a label of the pool, or ABSENT."""
        return find_member(self.live.metadata, "labels", name)

    def find_annotation(self, name: str) -> Maybe:
        """Return an annotation of the pool, or ABSENT."""
        return find_member(self.live.metadata, "annotations", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """One request to the scratch pool: a PATCH of it, or a POST to ``action`` below it."""

    body: Tree
    content_type: str = MERGE_PATCH
    action: str = ""

    @property
    def method(self) -> str:
        """Return the method."""
        return "POST" if self.action else "PATCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The service refused: a 4xx, with texts that are safe to show."""

    status: int
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was sent, what came back, and the scene before and after (at rest again).

    ``answer`` is the pool that a PATCH answers with. ``control`` is the answer to the control request, None
    where there is none.
    """

    before: Scene
    request: ProbeRequest
    declined: Declined | None
    answer: LiveResource | None
    after: Scene
    control: "Declined | bool | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict and the words for it."""

    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An assumption of the contract: its id, what it says, and how an observation is judged."""

    id: str
    text: str
    judge: Callable[[Observation], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One request and the claims that its outcome judges.

    ``starts_from`` are the counts that the pool must have before, by the names ``first`` and ``second``; empty
    for any. ``build`` returns None where the scene does not allow it. ``control`` is sent where the request was
    refused, to see that it was refused for the reason that is meant; ``undo`` where either was accepted.
    """

    claims: tuple[Claim, ...]
    build: Callable[[Scene], ProbeRequest | None]
    starts_from: tuple[tuple[str, int], ...] = ()
    control: ProbeRequest | None = None
    undo: ProbeRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """What was learned of one assumption, with the request that asked and the refusal, where there was one."""

    id: str
    text: str
    verdict: Verdict
    words: str
    request: ProbeRequest | None = None
    declined: Declined | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRecord:
    """What a probe found: ``date`` is RFC 3339 in UTC, ``project`` is masked, ``left`` names what is still there."""

    date: str
    version: str
    endpoint: str
    region: str
    project: str
    flavors: tuple[str, ...] = ()
    answers: tuple[ProbeAnswer, ...] = field(default=())
    left: tuple[str, ...] = ()
    ended: str = ""
