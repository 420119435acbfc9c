"""All benchmarks in one run, written to docs/performance.md: ``make bench``.

Run alone on a quiet machine; it takes about ten minutes. ``--sizes`` and ``--latencies`` choose fewer, ``--into``
another file, ``--here`` the poolctl of this environment instead of a fresh installation.
"""

import argparse
import tempfile
from pathlib import Path

from installed import ROOT, install, make_environment
from peer import measure_peer
from report import Measured, format_report
from served_requests import measure_requests
from suites import Bench, measure_formats, measure_size, measure_start, measure_storage, tell

import planner

SIZES = (1, 10, 100, 1_000, 10_000)
LATENCIES = (0.0, 0.05)
MOST_APPLIED = 1_000
"""Applies of more pools would take most of the time of a run."""


def measure_all(bench: Bench, *, sizes: tuple[int, ...], latencies: tuple[float, ...], seconds: float) -> Measured:
    """Measure everything, and say on stderr what is going on."""
    tell("Start-up ...")
    start = measure_start(bench)
    sized = []
    for size in sizes:
        tell(f"{size:,} pools ...")
        sized.append(measure_size(bench, size, latencies=latencies, most_applied=MOST_APPLIED))
    applied = [size for size in sizes if size <= MOST_APPLIED]
    tell("Formats, durability, Terraform ...")
    return Measured(
        start=start,
        sized=sized,
        formats=measure_formats(bench, applied[-1]),
        formats_size=applied[-1],
        storage=measure_storage(bench, sizes),
        requests={size: measure_requests(size, seconds=seconds) for size in (10, applied[-1])},
        peer=measure_peer(bench, applied),
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=SIZES)
    parser.add_argument("--latencies", type=lambda text: tuple(map(float, text.split(","))), default=LATENCIES)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each kind of request is sent")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--here", type=Path, metavar="BIN", help="measure the poolctl of this directory of commands")
    asked = parser.parse_args(arguments)
    bin_directory = install() if asked.here is None else asked.here.absolute()
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(
            bin_directory=bin_directory,
            environment=make_environment(bin_directory),
            work=Path(work),
            repetitions=asked.repetitions,
        )
        measured = measure_all(bench, sizes=asked.sizes, latencies=asked.latencies, seconds=asked.seconds)
    asked.into.write_text(format_report(measured, version=planner.__version__), encoding="utf-8")
    tell(f"Written: {asked.into.name}")


if __name__ == "__main__":
    main()
