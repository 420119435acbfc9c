"""The same work done by Terraform, where its command is found: its own start, and resources that need no provider."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import Cost
from suites import Bench

RESOURCE = """
resource "terraform_data" "r{number}" {{
  input = "{text}"
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What Terraform cost: its start, and by number of resources plans without changes and applies that make them."""

    version: Cost
    plans: Mapping[int, Cost]
    applies: Mapping[int, Cost]


def measure_peer(bench: Bench, sizes: Sequence[int]) -> Peer | None:
    """Return the costs of Terraform in the same run; None where there is none."""
    terraform = shutil.which("terraform")
    if terraform is None:
        return None
    quiet = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    version = bench.measure(terraform, "version", **quiet)
    plans: dict[int, Cost] = {}
    applies: dict[int, Cost] = {}
    for size in sizes:
        directory = Path(tempfile.mkdtemp(dir=bench.work))
        text = "".join(RESOURCE.format(number=number, text="first") for number in range(size))
        (directory / "main.tf").write_text(text, encoding="utf-8")
        bench.measure(terraform, "init", "-input=false", directory=directory, **quiet)
        once = Bench(bin_directory=bench.bin_directory, environment=bench.environment, work=bench.work, repetitions=1)
        command = (terraform, "apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=20")
        applies[size] = once.measure(*command, directory=directory, **quiet)
        plans[size] = bench.measure(terraform, "plan", "-input=false", "-no-color", directory=directory, **quiet)
        shutil.rmtree(directory)
    return Peer(version=version, plans=plans, applies=applies)
