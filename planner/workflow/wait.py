"""``wait``: until what was accepted is finished; without a lock, and nothing is written."""

import time

from planner.core.addresses import Address
from planner.core.changes import Applied, Failed, Outcome, Waiting
from planner.core.diagnostics import Diagnostic
from planner.core.events import WaitProgressed
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.progress import Broken, Pending, Progress, Reached, report_gone
from planner.core.rest import find_rest
from planner.core.schedule import GONE
from planner.core.snapshot import LiveResource
from planner.core.tracking import State, TrackedResource
from planner.kinds.table import KINDS
from planner.remote.errors import Forbidden, RemoteError, Unauthorized
from planner.remote.gateway import Gateway
from planner.threads.parallel import map_in_threads
from planner.workflow.gather import recall_state
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.state_records import find_tracked
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Workplace, load_files, open_store

_SECONDS_BETWEEN_NEWS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRequest:
    """What to wait for (None: everything) and how long, in seconds (None: as the files say)."""

    address: Address | None = None
    timeout: float | None = None
    parallelism: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEnd:
    """How the wait for one address ended after ``seconds``."""

    address: Address
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How each wait ended, by address; none where nothing is waited for."""

    ended: tuple[WaitEnd, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def wait(workplace: Workplace, request: WaitRequest) -> Waited:
    """Return how everything ended that was accepted and not finished. Raises PoolctlError.

    The state is not written: the next apply settles it by reading.
    """
    files = load_files(workplace)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    stored = load_stored(store)
    check_identity(endpoint, stored)
    recalled = recall_state(workplace, store, state=stored)
    waiting = _find_waiting(recalled.state, request.address)
    if not waiting:
        return Waited(ended=(), diagnostics=recalled.diagnostics)
    with open_service(workplace, files.desired, endpoint, parallelism=request.parallelism) as client:
        gateway = Gateway(client)
        limit = gateway.wait_timeout if request.timeout is None else request.timeout
        run = _Wait(workplace, gateway, waiting, parallelism=client.settings.parallelism)
        return Waited(ended=run.run(limit), diagnostics=recalled.diagnostics)


def _find_waiting(state: State, address: Address | None) -> dict[Address, TrackedResource]:
    chosen = state.resources if address is None else {address: find_tracked(state.resources, address)}
    return {one: tracked for one, tracked in sorted(chosen.items()) if tracked.waiting}


class _Wait:
    """Polls everything that is waited for, round by round, until each has ended or the time is over."""

    def __init__(
        self, workplace: Workplace, gateway: Gateway, waiting: dict[Address, TrackedResource], *, parallelism: int
    ) -> None:
        self._emit = workplace.emit
        self._gateway = gateway
        self._waiting = waiting
        self._parallelism = parallelism
        self._reads: dict[Address, list[LiveResource | None]] = {address: [] for address in waiting}
        self._pending = {address: Pending(what=one.waiting) for address, one in waiting.items()}
        self._ended: dict[Address, WaitEnd] = {}

    def run(self, limit: float) -> tuple[WaitEnd, ...]:
        began = told = time.monotonic()
        self._tell(0.0)
        while True:
            self._look(began)
            now = time.monotonic()
            if not self._pending or now - began > limit:
                break
            if now - told >= _SECONDS_BETWEEN_NEWS:
                told = now
                self._tell(now - began)
            time.sleep(self._gateway.poll_interval)
        for address, pending in self._pending.items():
            self._end(address, Waiting(what=pending.what), seconds=time.monotonic() - began)
        return tuple(one for _, one in sorted(self._ended.items()))

    def _look(self, began: float) -> None:
        addresses = tuple(self._pending)
        rows = map_in_threads(self._fetch, addresses, parallelism=self._parallelism)
        for address, progress in zip(addresses, rows, strict=True):
            match progress:
                case Pending():
                    self._pending[address] = progress
                case Reached():
                    self._end(address, Applied(), seconds=time.monotonic() - began)
                case Broken(diagnostics=diagnostics):
                    self._end(address, Failed(diagnostics=diagnostics), seconds=time.monotonic() - began)
        self._pending = {address: one for address, one in self._pending.items() if address not in self._ended}

    def _fetch(self, address: Address) -> Progress:
        """Return where one address is; a bad poll says nothing, refused credentials end the command."""
        reads = self._reads[address]
        try:
            live = self._gateway.fetch(address.kind, self._waiting[address].id)
        except (Unauthorized, Forbidden):
            raise
        except RemoteError:
            return self._pending[address]
        reads.append(live)
        return self._judge(address, live, previous=reads[-2] if len(reads) > 1 else None)

    def _judge(self, address: Address, live: LiveResource | None, *, previous: LiveResource | None) -> Progress:
        if live is not None:
            return find_rest(address, live, previous, rules=KINDS[address.kind])
        if self._waiting[address].waiting == GONE:
            return Reached()
        # A read right after a write may be older than it: only the second 404 in a row counts.
        is_proven = self._reads[address][-2:] == [None, None]
        return Broken(diagnostics=(report_gone(address),)) if is_proven else self._pending[address]

    def _end(self, address: Address, outcome: Outcome, *, seconds: float) -> None:
        self._ended[address] = WaitEnd(address=address, outcome=outcome, seconds=seconds)

    def _tell(self, seconds: float) -> None:
        for address, pending in self._pending.items():
            self._emit(WaitProgressed(address=address, waits_for=pending.what, seconds=seconds, nodes=pending.nodes))


def find_faults(waited: Waited) -> tuple[Diagnostic, ...]:
    """Return what went wrong at the service, each with its address."""
    return tuple(
        one if one.address else replace(one, address=str(ended.address))
        for ended in waited.ended
        if isinstance(ended.outcome, Failed)
        for one in ended.outcome.diagnostics
    )
