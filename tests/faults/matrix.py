"""The fault matrix as one table of rules: what is right for each call, whatever becomes of it.

The rules come from what is promised (retries, reading, settling), never from what was seen. The tests hold every
cell against poolctl and a served simulator, and ``docs/reliability.md`` prints the same cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fault_site import NETWORK, NETWORK_ID, NETWORKS, POOLS
from write_cases import CASES, WriteCase

from planner.simulator.faults import (
    Delay,
    Fault,
    Garbage,
    ResetAfter,
    ResetBefore,
    StaleRead,
    Status,
    Truncated,
)

REFUSALS: Final = ("400", "401", "403", "404", "409")
_AT_ONCE: Final = {"retry-after": "0"}
FAULTS: Final[Mapping[str, Fault]] = {
    **{one: Status(status=int(one)) for one in REFUSALS},
    **{str(one): Status(status=one, headers=_AT_ONCE) for one in (429, 500, 503)},
    "reset before": ResetBefore(),
    "reset after": ResetAfter(),
    "truncated": Truncated(),
    "garbage": Garbage(),
    "timeout": Delay(seconds=0.7),
    "stale read": StaleRead(),
}
"""The columns. The 404 is one without the service's own code: a proxy's, a wrong path's."""
LASTING: Final = ("429", "500", "reset before", "reset after")
"""The columns that are tried again and again as well: refusals are final the first time."""
_CODES: Final = {
    "400": "remote.refused",
    "401": "remote.unauthorized",
    "403": "remote.forbidden",
    "404": "remote.refused",
    "409": "remote.conflict",
    "429": "remote.throttled",
    "500": "remote.server-fault",
    "503": "remote.server-fault",
    "reset before": "remote.answer-lost",
    "reset after": "remote.answer-lost",
}
_CREDENTIALS: Final = frozenset({"401", "403"})
_UNDONE: Final = frozenset({"429", "500", "503", "reset before"})
MAX_RETRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is right in a cell: ``word`` is in the document, ``code`` apply's exit code, ``told`` a diagnostic's code.

    ``shown`` is what the end of the apply says of the change; empty where there is no change to speak of.
    ``is_done``: the write took effect, once; otherwise it never did and the next plan shows it still. ``sent`` counts
    the write's requests. ``waits``: it is accepted and the state says that it waits. ``is_open``: the journal keeps it
    until the next apply settles it. ``planned`` is the exit code of ``plan --detailed-exitcode`` with the same fault.
    """

    word: str
    code: int = 0
    told: str = ""
    shown: str = "Apply complete!"
    is_done: bool = True
    sent: int = 1
    waits: bool = False
    is_open: bool = False
    planned: int = 2


_AGAIN: Final = Right(word="read again")
_NO_MATTER: Final = Right(word="no matter")
_SETTLED: Final = Right(word="settled")
_SENT_AGAIN: Final = Right(word="sent again", sent=2)
_WAITING: Final = Right(word="waiting", shown="waiting (accepted, not finished):", waits=True)
_NO_FLAVORS: Final = Right(word="told", told="plan.no-flavors")
_NO_QUOTAS: Final = Right(word="told", told="plan.no-quotas")
_UNREAD: Final = Right(word="error", code=1, shown="", told="remote.unread", is_done=False, sent=0, planned=1)
_BLOCKED: Final = Right(
    word="blocked", code=1, shown="1 change is blocked", told="plan.no-evidence", is_done=False, sent=0
)
_VANISHED: Final = Right(
    word="blocked", code=1, shown="1 change is blocked", told="apply.blocked", is_done=False, sent=0
)
_MOVED: Final = Right(word="not sent", code=1, shown="failed:", told="apply.stale", is_done=False, sent=0)
_NOT_READY: Final = Right(word="not sent", code=1, shown="not done:", is_done=False, sent=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A row: the request that fails, and the one change in whose plan and apply it is made.

    ``skip`` such requests pass first. ``unlisted`` is the path of a list that shows nothing, so that each resource is
    asked for. ``refused`` is what is right when it is refused, ``stale`` when it shows the world before the last write.
    """

    case: WriteCase
    path: str
    method: str = "GET"
    skip: int = 0
    unlisted: str = ""
    refused: Right | None = None
    stale: Right = _NO_MATTER
    is_poll: bool = False
    is_of_plan: bool = False


_ONE_POOL: Final = f"{POOLS}/[^/]+"
_ONE_NETWORK: Final = f"{NETWORKS}/[^/]+"
# The network is the last that was made: a read from before it shows none.
_NETWORK_ALONE: Final = WriteCase(
    before=(NETWORK,),
    blocks=(NETWORK + 'description = "trains"\n',),
    method="PATCH",
    path=_ONE_NETWORK,
    live=(NETWORK_ID,),
    nodes=0,
    kept=0,
    pools_made=0,
)


def _write(name: str) -> Call:
    case = CASES[name]
    return Call(case=case, method=case.method, path=case.path, stale=_AGAIN)


CALLS: Final[Mapping[str, Call]] = {
    "GET networks": Call(case=_NETWORK_ALONE, path=NETWORKS, refused=_UNREAD, is_of_plan=True),
    "GET pools": Call(case=CASES["change pool"], path=POOLS, refused=_UNREAD, is_of_plan=True),
    "GET a network that no list shows": Call(
        case=_NETWORK_ALONE, path=_ONE_NETWORK, unlisted=NETWORKS, refused=_UNREAD, stale=_VANISHED, is_of_plan=True
    ),
    "GET a pool that no list shows": Call(
        case=CASES["change pool"], path=_ONE_POOL, unlisted=POOLS, refused=_UNREAD, stale=_VANISHED, is_of_plan=True
    ),
    "GET nodes": Call(
        case=CASES["shrink"], path=f"{_ONE_POOL}/nodes", refused=_BLOCKED, stale=_BLOCKED, is_of_plan=True
    ),
    "GET workloads": Call(
        case=CASES["shrink"], path=f"{_ONE_POOL}/workloads", refused=_BLOCKED, stale=_BLOCKED, is_of_plan=True
    ),
    "GET flavors": Call(case=CASES["grow"], path="/v1/[^/]+/resourceflavors", refused=_NO_FLAVORS, is_of_plan=True),
    "GET quotas": Call(case=CASES["grow"], path="/v1/[^/]+/quotas", refused=_NO_QUOTAS, is_of_plan=True),
    "GET a pool until it may be changed": Call(
        case=CASES["change pool"], path=_ONE_POOL, refused=_NOT_READY, stale=_AGAIN, is_poll=True
    ),
    "GET a network right before its PATCH": Call(case=_NETWORK_ALONE, path=_ONE_NETWORK, skip=1, stale=_MOVED),
    "GET a pool right before its PATCH": Call(case=CASES["change pool"], path=_ONE_POOL, skip=1, stale=_MOVED),
    "GET nodes right before their removal": Call(
        case=CASES["shrink"], path=f"{_ONE_POOL}/nodes", skip=1, refused=_MOVED, stale=_MOVED
    ),
    "GET workloads right before a removal": Call(
        case=CASES["shrink"], path=f"{_ONE_POOL}/workloads", skip=1, refused=_MOVED, stale=_MOVED
    ),
    "GET a pool until it is made": Call(
        case=CASES["create pool"], path=_ONE_POOL, refused=_WAITING, stale=_AGAIN, is_poll=True
    ),
    "POST networks": _write("create network"),
    "POST pools": _write("create pool"),
    "PATCH a network": _write("change network"),
    "PATCH a pool": _write("grow"),
    "POST nodes/batch-delete": _write("shrink"),
    "DELETE a pool": _write("delete pool"),
    "DELETE a network": _write("delete network"),
}
"""The rows: the reads of a plan, the reads of an apply beside them, and the writes."""


def find_right(call: Call, column: str, *, lasts: bool = False) -> Right:
    """Return what is right when the fault ``column`` strikes ``call``, once or again and again."""
    if column == "stale read":
        return call.stale
    if call.method == "GET":
        return _find_right_of_read(call, column, lasts=lasts)
    if column in REFUSALS:
        return _fail(column, sent=1)
    if column not in _UNDONE:
        return _SETTLED
    return _find_right_of_lasting(call, column) if lasts else _SENT_AGAIN


def _find_right_of_lasting(call: Call, column: str) -> Right:
    """Return what is right of a write that never works.

    A 429 says that nothing happened. After the others nobody knows, and a read that shows nothing may be older than the
    request: what is made or goes stays open. Of a PATCH nothing does: the next plan compares its fields anyway.
    """
    failed = _fail(column, sent=1 + MAX_RETRIES)
    is_known = column == "429" or call.method == "PATCH"
    return failed if is_known else replace(failed, word="uncertain", shown="uncertain (no answer came):", is_open=True)


def _find_right_of_read(call: Call, column: str, *, lasts: bool) -> Right:
    is_refused = column in REFUSALS
    if call.is_poll:
        return _refuse(call, column) if lasts or column in _CREDENTIALS else _AGAIN
    return _refuse(call, column) if lasts or is_refused else _AGAIN


def _refuse(call: Call, column: str) -> Right:
    return call.refused or _fail(column, sent=0)


def _fail(column: str, *, sent: int) -> Right:
    word = "failed" if sent else "not sent"
    return Right(word=word, code=1, told=_CODES[column], shown="failed:", is_done=False, sent=sent)
