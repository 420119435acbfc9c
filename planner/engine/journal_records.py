"""The records of a journal as values, and each as one line of JSON."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Final, TypeAlias

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import TrackedResource
from planner.core.trees import Value
from planner.state.documents.state_document import find_address, format_tracked, parse_tracked
from planner.state.documents.state_shape import is_plain_tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins; ``time`` is RFC 3339 in UTC, here and below.

    ``change_digests`` are those of the plan's changes: who approved the plan by its digest approved each of them.
    ``receipt`` is the document of the receipt of which no operation has begun, so that whoever settles a killed
    run can complete it; None in journals of earlier versions.
    """

    run_id: str
    plan_digest: str
    who: str
    lineage: str
    serial: int
    time: str
    change_digests: tuple[str, ...] = ()
    receipt: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStarted:
    """A request is about to be sent; ``number`` counts the operations of its change.

    ``tracked`` is what the state holds once the request is known to have done its work; of a
    resource that is being made the id is empty, and None stands for one that goes.
    ``service_date`` is the ``Date`` header of the latest answer before it; empty where none came.
    """

    address: Address
    number: int
    method: str
    path: str
    body: Value
    time: str
    tracked: TrackedResource | None = None
    service_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEnded:
    """A request has its outcome, in a word: applied, waiting, failed, uncertain, skipped.

    ``service_date`` is the ``Date`` header of the answer; empty where none came. ``partial`` says how much
    came where it came in part.
    """

    address: Address
    number: int
    outcome: str
    detail: str
    time: str
    service_date: str = ""
    partial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEnded:
    """A change, or a step of it, is over and leaves ``tracked`` in the state; None drops the address."""

    address: Address
    tracked: TrackedResource | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A run is over and its state saved, or it was settled later."""

    time: str


Record: TypeAlias = RunStarted | OperationStarted | OperationEnded | ChangeEnded | RunEnded


class RecordError(ValueError):
    """A line is no record; the text says why, without the line's content."""


def format_record(record: Record) -> str:
    """Return ``record`` as one line of ASCII JSON without its newline; its kind comes first."""
    members: dict[str, Any] = {one.name: getattr(record, one.name) for one in fields(record)}
    if "address" in members:
        members["address"] = str(members["address"])
    if members.get("tracked") is not None:
        members["tracked"] = format_tracked(members["tracked"])
    return json.dumps({"record": _NAMES[type(record)], **members}, default=str)


def parse_record(line: str) -> Record:
    """Return the record that ``line`` holds. Raises RecordError."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        raise RecordError("it is not JSON") from None
    kind = _KINDS.get(str(members.pop("record", ""))) if isinstance(members, dict) else None
    if kind is None or not _fits(kind, members):
        raise RecordError("it is no record of this version")
    return kind(**{name: _parse_member(name, value) for name, value in members.items()})


def _fits(kind: type[Record], members: Mapping[str, Any]) -> bool:
    """Tell whether ``members`` are those of ``kind``; an earlier version may not have had the optional ones."""
    known = {one.name: one.default is not MISSING for one in fields(kind)}
    return members.keys() <= known.keys() and all(name in members or may_lack for name, may_lack in known.items())


def is_run_end(line: bytes) -> bool:
    """Tell, without parsing it, whether ``line`` is the record that ends a run."""
    return line.startswith(b'{"record": "run_ended",')


_KINDS: Final[Mapping[str, type[Record]]] = {
    "run_started": RunStarted,
    "operation_started": OperationStarted,
    "operation_ended": OperationEnded,
    "change_ended": ChangeEnded,
    "run_ended": RunEnded,
}
_NAMES: Final[Mapping[type[Record], str]] = {kind: name for name, kind in _KINDS.items()}


def _parse_member(name: str, value: Any) -> Any:
    match name:
        case "body" | "receipt":
            return value
        case "address":
            return _parse_address(value)
        case "change_digests":
            return _parse_texts(value, name=name)
        case "tracked":
            return None if value is None else _parse_tracked(value)
        case "number" | "serial":
            return _require(value, int, name=name)
        case _:
            return _require(value, str, name=name)


def _parse_texts(value: Any, *, name: str) -> tuple[str, ...]:
    return tuple(_require(one, str, name=name) for one in _require(value, list, name=name))


def _require(value: Any, kind: type, *, name: str) -> Any:
    if type(value) is not kind:
        raise RecordError(f"its {name} is of the wrong type")
    return value


def _parse_address(value: Any) -> Address:
    address = find_address(value) if isinstance(value, str) else None
    if address is None:
        raise RecordError("its address is none")
    return address


def _parse_tracked(value: Any) -> TrackedResource:
    if not is_plain_tracked(value):
        _ask_models(value)
    return parse_tracked(value)


def _ask_models(value: Any) -> None:
    from pydantic import ValidationError

    from planner.state.documents.models import TrackedDocument

    try:
        TrackedDocument.model_validate(value)
    except ValidationError:
        raise RecordError("its tracked resource is damaged") from None
