"""A run in its parts: a service on a real port, a plan for it, and the context that its operations share."""

import contextlib
import datetime as dt
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from planner.core.addresses import Address
from planner.core.changes import Block, Change, Plan, PlanInputs
from planner.core.desired import ProviderSettings
from planner.core.events import Event
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.engine.journal import load_open_runs, open_journal
from planner.engine.ledger import Ledger
from planner.engine.run_context import RunContext, Step
from planner.kinds.table import KINDS
from planner.remote.client import open_client
from planner.remote.credentials import Token
from planner.remote.endpoint import Endpoint
from planner.remote.gateway import Gateway
from planner.simulator.http_server import LocalServer
from planner.workflow.plan import make_plan
from planner.workflow.workplace import Workplace

PROJECT = "86c13962597848eeb29c5861153a391f"
CPU = "modelarts.vm.cpu.4ud"
POOL = Address(kind="pool", name="a")
POOL_ID = f"gpu-a-{PROJECT}"
NOW = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)
HEAD = '[provider.modelarts]\nendpoint = "{url}"\nregion = "eu-de"\nproject_id = "{project}"\npoll_interval = "0s"\n'
IMPORT = f'\n[[import]]\nto = "pool.a"\nid = "{POOL_ID}"\n'


def make_pool_block(*, count: int, description: str = "first") -> str:
    """Return the block of ``pool.a``."""
    return (
        f'\n[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train"]\ndescription = "{description}"\n'
        f'network = "network-maos-{PROJECT}"\n[[pool.a.resources]]\nflavor = "{CPU}"\ncount = {count}\n'
    )


def never_blocked(_change: Change, _live: LiveResource) -> tuple[Block, ...]:
    """Block nothing."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSite:
    """A directory and a service; ``events`` are those that a context has emitted."""

    directory: Path
    server: LocalServer
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def plan(self, *blocks: str) -> Plan:
        """Return the plan of a configuration without a state."""
        text = "".join((HEAD.format(url=self.server.url, project=PROJECT), *blocks))
        (self.directory / "a.pools.toml").write_text(text, encoding="utf-8")
        return make_plan(self.make_workplace(), PlanInputs()).plan

    def make_workplace(self) -> Workplace:
        """Return a workplace whose clock stands still."""
        numbers = itertools.count()
        return Workplace(
            directory=self.directory,
            environment={"HW_AUTH_TOKEN": "token-of-a-test"},
            emit=self.events.append,
            clock=lambda: NOW,
            make_id=lambda: f"id-{next(numbers)}",
            who="tester",
        )

    @contextlib.contextmanager
    def open_context(
        self, resources: dict[Address, TrackedResource] | None = None, *, wait_timeout: float = 20.0
    ) -> Iterator[RunContext]:
        """Yield what the operations of a run share."""
        settings = ProviderSettings(poll_interval=0.0, request_timeout=5.0, max_retries=0, wait_timeout=wait_timeout)
        endpoint = Endpoint(kind="https", base_url=self.server.url, region="eu-de", project_id=PROJECT)
        credentials = Token(token="token-of-a-test")
        with (
            open_client(endpoint, credentials=credentials, settings=settings, state_directory=self.directory) as client,
            open_journal(self.directory, "run") as journal,
        ):
            yield RunContext(
                gateway=Gateway(client, stop=self.stop),
                kinds=KINDS,
                ledger=Ledger(resources or {}, journal),
                emit=self.events.append,
                stop=self.stop,
                clock=lambda: NOW,
                find_blocks=never_blocked,
                is_protected=lambda _address: False,
            )

    def list_records(self) -> list[str]:
        """Return the names of the records of the run that is open, less its lead."""
        return [type(record).__name__ for run in load_open_runs(self.directory) for record in run.records]

    def list_writes(self) -> list[str]:
        """Return the writes that have come, as method and status."""
        return [f"{one['method']} {one['status']}" for one in self.server.world.document["requests"]]


def make_step(plan: Plan, *, number: int = 1, address: Address = POOL) -> Step:
    """Return the ``number``-th operation of the change of ``address``."""
    change = next(one for one in plan.changes if one.address == address)
    return Step(
        change=change,
        operation=change.operations[number - 1],
        number=number,
        rules=KINDS[change.address.kind],
        done=change.operations[: number - 1],
        is_last=number == len(change.operations),
    )
