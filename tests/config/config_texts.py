"""Texts of configurations that the tests of this folder share."""

from pathlib import Path

from planner.config.load import Loaded, load_configuration
from planner.core.diagnostics import Diagnostic, Severity

POOL = """\
[pool.a]
name = "pool-a"
type = "Dedicate"
network = "net-1"
resources = [{ flavor = "f.small", count = 1 }]
"""
"""A pool without faults: its own lines are 1 to 5."""

BARE = """\
[pool.a]
name = "pool-a"
type = "Dedicate"
network = "net-1"
"""
"""The same without resources: whatever is added starts at line 5."""

LOGICAL = """\
[pool.a]
name = "pool-a"
type = "Logical"
"""

ENTRY = "[[pool.a.resources]]\nflavor = 'f.small'\n"

NETWORK = """\
[network.main]
name = "train-net"
cidr = "192.168.0.0/16"
"""


def load_text(directory: Path, text: str | bytes, *, environment: dict[str, str] | None = None) -> Loaded:
    """Load a directory that holds ``text`` alone."""
    content = text if isinstance(text, bytes) else text.encode()
    (directory / "main.pools.toml").write_bytes(content)
    return load_configuration(directory, environment or {})


def load_files(directory: Path, files: dict[str, str]) -> Loaded:
    """Load a directory that holds ``files``, name by name."""
    for name, text in files.items():
        (directory / f"{name}.pools.toml").write_text(text, encoding="utf-8")
    return load_configuration(directory, {})


def find_errors(loaded: Loaded) -> list[Diagnostic]:
    """Return the errors, in order."""
    return [one for one in loaded.diagnostics if one.severity is Severity.ERROR]


def find_codes(loaded: Loaded) -> list[str]:
    """Return the codes of all diagnostics, in order."""
    return [one.code for one in loaded.diagnostics]
