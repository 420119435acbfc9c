"""What durability costs: a synced record of the journal, and a save of the state, beside a state of many pools.

Run by the benchmarks: ``python storage.py POOLS RESULT``, in a directory of its own.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from planner.core.addresses import Address
from planner.core.advance import record_import
from planner.core.snapshot import LiveResource
from planner.core.tracking import State
from planner.engine.journal import open_journal
from planner.engine.journal_records import OperationStarted
from planner.state.documents.state_document import format_state
from planner.state.files import save_atomically

ROUNDS = 20
LIVE = LiveResource(
    id="pool-p",
    metadata={"name": "pool-p", "labels": {f"label-{number}": "value" for number in range(8)}, "annotations": {}},
    spec={"type": "Dedicate", "scope": ["Train"], "resources": [{"flavor": "f", "count": 2, "maxCount": 2}]},
    status={"phase": "Running"},
)


def find_milliseconds(work: Callable[[], object]) -> float:
    """Return the median of some rounds."""
    found: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def main() -> None:
    """Measure, and write the result as JSON."""
    pools, result = int(sys.argv[1]), Path(sys.argv[2])
    tracked = record_import(LIVE)
    addresses = [Address(kind="pool", name=f"p{number}") for number in range(pools)]
    state = State(lineage="l", resources=dict.fromkeys(addresses, tracked))
    record = OperationStarted(
        address=addresses[0], number=1, method="PATCH", path="/v2/p/pools/pool-p", body={}, time="", tracked=tracked
    )
    with open_journal(Path(), "run") as journal:
        synced = find_milliseconds(lambda: journal.write(record))
    saved = find_milliseconds(lambda: save_atomically(Path("state.json"), format_state(state)))
    result.write_text(json.dumps({"record": synced, "save": saved}), encoding="utf-8")


if __name__ == "__main__":
    main()
