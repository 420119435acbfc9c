"""``poolctl simulator serve`` as a process of its own, as users run it."""

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A simulator that serves: where, what it wrote when it began, and its process."""

    url: str
    start: str
    process: subprocess.Popen[str]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return the exit code and what stands on stderr."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=30)
        return self.process.returncode, told


@contextlib.contextmanager
def serve(directory: Path, *arguments: str) -> Iterator[Served]:
    """Serve in ``directory`` on a free port, and end whatever still runs."""
    command = [sys.executable, "-m", "planner.cli.entry", "simulator", "serve", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=directory, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            start = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
            found = re.search(r"http://\S+(?=;)", start)
            assert found is not None, start
            yield Served(url=found[0], start=start, process=process)
        finally:
            process.kill()
