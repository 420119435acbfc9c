"""What is measured: start-up, plans and applies of many sizes, and what each format costs."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from estate import write_files, write_state
from processes import Cost, find_median, measure
from service import serve

from planner.simulator.seeding import PROJECT_ID

FORMATS = ("text", "json", "markdown", "html", "terraform-json")
LISTS = (f"/v2/{PROJECT_ID}/pools", f"/v1/{PROJECT_ID}/networks")
_ENOUGH_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where commands are found and run, and how often each is measured."""

    bin_directory: Path
    environment: Mapping[str, str]
    work: Path
    repetitions: int = 5

    def measure(self, *command: str, directory: Path | None = None, **more: str) -> Cost:
        """Return the medians of a command that can be repeated; a long one is repeated less often."""
        environment = {**self.environment, **more}
        costs: list[Cost] = []
        for _ in range(self.repetitions):
            costs.append(measure(command, directory=directory or self.work, environment=environment))
            if len(costs) > 1 and sum(one.seconds for one in costs) > _ENOUGH_SECONDS:
                break
        return find_median(costs)

    @property
    def poolctl(self) -> str:
        """Return the path of the command."""
        return str(self.bin_directory / "poolctl")

    @property
    def python(self) -> str:
        """Return the path of the interpreter that the command has."""
        return str(self.bin_directory / "python")


@dataclass(kw_only=True)
class Sized:
    """The costs of one size: the floor, plans and applies by the latency of the service in seconds."""

    size: int
    floor: Cost | None = None
    unchanged: dict[float, Cost] = field(default_factory=dict)
    changed: dict[float, Cost] = field(default_factory=dict)
    applied: dict[float, Cost] = field(default_factory=dict)


def measure_start(bench: Bench) -> dict[str, Cost]:
    """Return the costs of commands that do little, by what is typed."""
    completing = {"_POOLCTL_COMPLETE": "bash_complete", "COMP_WORDS": "poolctl plan --ta", "COMP_CWORD": "2"}
    with _managed(bench, pools=1) as directory:
        return {
            "python -c pass": bench.measure(bench.python, "-c", "pass"),
            "python -c 'import click'": bench.measure(bench.python, "-c", "import click"),
            "poolctl --version": bench.measure(bench.poolctl, "--version"),
            "poolctl --help": bench.measure(bench.poolctl, "--help"),
            "poolctl plan --help": bench.measure(bench.poolctl, "plan", "--help"),
            "poolctl plan --ta<TAB>": bench.measure(bench.poolctl, **completing),
            "poolctl validate": bench.measure(bench.poolctl, "validate", directory=directory),
            "poolctl plan": bench.measure(bench.poolctl, "plan", directory=directory),
        }


def measure_size(bench: Bench, size: int, *, latencies: Sequence[float], most_applied: int) -> Sized:
    """Return the costs of one size; above ``most_applied`` pools nothing is applied."""
    sized = Sized(size=size)
    for latency in latencies:
        with _managed(bench, pools=size, latency=latency) as directory:
            url = (directory / "url").read_text(encoding="utf-8")
            if not latency:
                sized.floor = bench.measure(bench.python, str(Path(__file__).with_name("floor.py")), url, *LISTS)
            sized.unchanged[latency] = bench.measure(bench.poolctl, "plan", directory=directory)
            write_files(directory, url=url, pools=size, description="first")
            sized.changed[latency] = bench.measure(bench.poolctl, "plan", directory=directory)
            if size <= most_applied:
                sized.applied[latency] = _measure_applies(bench, directory, url=url, pools=size)
    return sized


def measure_formats(bench: Bench, size: int) -> dict[str, Cost]:
    """Return what it costs to show a saved plan of so many changes in each format."""
    with _managed(bench, pools=size) as directory:
        write_files(directory, url=(directory / "url").read_text(encoding="utf-8"), pools=size, description="first")
        bench.measure(bench.poolctl, "plan", "--out", "plan.json", directory=directory)
        return {
            one: bench.measure(bench.poolctl, "show", "plan.json", "-o", one, directory=directory) for one in FORMATS
        }


def measure_storage(bench: Bench, sizes: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return milliseconds for a synced record of the journal and a save of the state, beside states of each size."""
    script = str(Path(__file__).with_name("storage.py"))
    found: dict[int, dict[str, float]] = {}
    for size in sizes:
        directory = Path(tempfile.mkdtemp(dir=bench.work))
        measure([bench.python, script, str(size), "result.json"], directory=directory, environment=bench.environment)
        found[size] = json.loads((directory / "result.json").read_text(encoding="utf-8"))
        shutil.rmtree(directory)
    return found


def _measure_applies(bench: Bench, directory: Path, *, url: str, pools: int) -> Cost:
    """Apply another text to all pools, a few times where that is quick."""
    costs: list[Cost] = []
    command = (bench.poolctl, "apply", "--auto-approve", "--parallelism", "20")
    for round_ in range(bench.repetitions):
        write_files(directory, url=url, pools=pools, description=f"round {round_}")
        costs.append(measure(command, directory=directory, environment=bench.environment))
        if sum(one.seconds for one in costs) > _ENOUGH_SECONDS:
            break
    return find_median(costs)


@contextmanager
def _managed(bench: Bench, *, pools: int, latency: float = 0.0) -> Iterator[Path]:
    """Yield a directory that manages all pools of a service that is served meanwhile, unchanged."""
    directory = Path(tempfile.mkdtemp(dir=bench.work))
    with serve(pools, latency=latency) as url:
        (directory / "url").write_text(url, encoding="utf-8")
        write_files(directory, url=url, pools=pools)
        write_state(directory, url=url)
        yield directory
    shutil.rmtree(directory)


def tell(text: str) -> None:
    """Say on stderr how far the measurements are."""
    sys.stderr.write(f"{text}\n")
