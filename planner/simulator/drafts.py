"""One change of a world in the making: what is written is copied first, the rest is shared."""

import copy
import functools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from planner.simulator.documents import World
from planner.simulator.motion import ObjectKey, is_moving
from planner.simulator.requests import JsonObject

STEP_SECONDS = 20
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_KEYED_BY_POOL = ("pools", "nodes", "workloads")


class Draft:
    """A world that is being changed; records read from it are shared, so edit copies and put them back.

    ``cause`` says which request is at work, for the record of killed workloads.
    """

    def __init__(self, world: World, *, cause: str = "") -> None:
        """Start from ``world``, which stays as it is."""
        self.options = world.options
        self.cause = cause
        self._world = world
        self._document = dict(world.document)
        self._copied: set[str] = set()
        self._touched: set[ObjectKey] = set()

    @property
    def now(self) -> str:
        """The world's clock, RFC 3339 in UTC with whole seconds."""
        clock: str = self._document["clock"]
        return clock

    @property
    def now_milliseconds(self) -> int:
        """The world's clock as epoch milliseconds, as orders have it."""
        return int(parse_time(self.now).timestamp()) * 1000

    def tick(self, seconds: int = STEP_SECONDS) -> None:
        """Move the clock, by a step when nothing is said."""
        self._document["clock"] = format_time(parse_time(self.now) + timedelta(seconds=seconds))

    def next_number(self) -> int:
        """Return the next number of the world, from which names are made."""
        self._document["counter"] += 1
        number: int = self._document["counter"]
        return number

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a keyed section to read."""
        section: Mapping[str, Any] = self._document[name]
        return section

    def records(self, name: str) -> list[JsonObject]:
        """Return a list section to read."""
        records: list[JsonObject] = self._document[name]
        return records

    def nodes(self, pool_id: str) -> list[JsonObject]:
        """Return the nodes of a pool to read, in the order of their making."""
        nodes: list[JsonObject] = self._document["nodes"].get(pool_id, [])
        return nodes

    def workloads(self, pool_id: str) -> list[JsonObject]:
        """Return the workloads of a pool to read."""
        workloads: list[JsonObject] = self._document["workloads"].get(pool_id, [])
        return workloads

    def copy_record(self, section: str, key: str) -> JsonObject:
        """Return a copy of a record that may be edited and put back."""
        copied: JsonObject = copy.deepcopy(self._document[section][key])
        return copied

    def put(self, section: str, key: str, *, value: object) -> None:
        """Set the member ``key`` of a keyed section."""
        self._writable(section)[key] = value
        self._touch(section, key)

    def remove(self, section: str, key: str) -> None:
        """Take the member ``key`` out of a keyed section; a missing one is no fault."""
        self._writable(section).pop(key, None)
        self._touch(section, key)

    def append(self, section: str, record: JsonObject) -> None:
        """Add a record to a log; the oldest one goes when the log is full."""
        self.extend(section, [record])

    def extend(self, section: str, records: Sequence[JsonObject]) -> None:
        """Add records to a log; the oldest ones go when the log is full."""
        limit = self.options.log_limit
        if records:
            self._document[section] = [*self._document[section], *records][-limit:] if limit else []

    def replace_records(self, section: str, records: Iterable[JsonObject]) -> None:
        """Set a list section."""
        self._document[section] = list(records)

    def finish(self) -> World:
        """Return the changed world."""
        keys = frozenset(self._touched)
        moving = frozenset(key for key in keys if is_moving(self._document, key, options=self.options))
        return World(document=self._document, options=self.options, moving=(self._world.moving - keys) | moving)

    def _writable(self, section: str) -> dict[str, Any]:
        if section not in self._copied:
            self._document[section] = dict(self._document[section])
            self._copied.add(section)
        writable: dict[str, Any] = self._document[section]
        return writable

    def _touch(self, section: str, key: str) -> None:
        if section in _KEYED_BY_POOL:
            self._touched.add(("pools", key))
        elif section == "networks":
            self._touched.add((section, key))


def format_time(time: datetime) -> str:
    """Return a time as the world's clock has it."""
    return time.strftime(_TIME_FORMAT)


@functools.lru_cache(maxsize=256)
def parse_time(text: str) -> datetime:
    """Read a time of the world's clock."""
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
