"""What is found while expressions are evaluated: faults, and places about which nothing more is to be said."""

from collections.abc import Iterator
from dataclasses import field

from planner.config.faults import Fault
from planner.config.positions import TomlPath, strip_instance
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Grows while the files are resolved; a fault that several instances share is kept once."""

    faults: list[Fault] = field(default_factory=list)
    silent: set[tuple[str, TomlPath]] = field(default_factory=set)
    _seen: set[tuple[str, TomlPath, str, str]] = field(default_factory=set)

    def add(self, fault: Fault) -> None:
        """Keep ``fault``, and say nothing more about its place."""
        self.silent.add((fault.file, fault.path))
        key = (fault.file, strip_instance(fault.path), fault.code, fault.detail)
        if key not in self._seen:
            self._seen.add(key)
            self.faults.append(fault)

    def silence(self, file: str, path: TomlPath) -> None:
        """Say nothing more about ``path``: another fault is the cause of what is wrong there."""
        self.silent.add((file, path))


def drop_shared(faults: Iterator[Fault]) -> Iterator[Fault]:
    """Yield ``faults`` less those that another instance of the same block has as well."""
    seen: set[tuple[str, TomlPath, str, str]] = set()
    for fault in faults:
        key = (fault.file, strip_instance(fault.path), fault.code, fault.detail)
        if key not in seen or strip_instance(fault.path) == fault.path:
            seen.add(key)
            yield fault
