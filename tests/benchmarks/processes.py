"""Commands as a user starts them, and what each cost: seconds, processor seconds, memory."""

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run of a command cost: seconds by the clock and of the processor, and its largest memory in MB."""

    seconds: float
    processor: float
    megabytes: float


class BrokenRunError(Exception):
    """A command that is to be measured did not do what it is measured for."""


def measure(command: Sequence[str], *, directory: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command, whose first word is a path, once in ``directory``. Raises BrokenRunError where it fails."""
    result, output = directory / ".cost", directory / ".output"
    launch = (sys.executable, "-I", "-S", str(LAUNCH), str(result), str(output))
    subprocess.run([*launch, *command], cwd=directory, env=environment, check=True)
    code, seconds, processor, kilobytes = result.read_text(encoding="utf-8").split()
    if code != "0":
        said = output.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise BrokenRunError(f"{' '.join(command)} ended with {code}: {said}")
    return Cost(seconds=float(seconds), processor=float(processor), megabytes=int(kilobytes) / 1024)


def find_median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each number on its own."""
    return Cost(
        seconds=statistics.median(one.seconds for one in costs),
        processor=statistics.median(one.processor for one in costs),
        megabytes=statistics.median(one.megabytes for one in costs),
    )
