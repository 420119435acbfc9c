"""What one read says of a wait: reached, pending or broken, and the diagnostics of what broke."""

from collections.abc import Iterable
from typing import TypeAlias

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, make_error, make_notice
from planner.core.events import NodeProgress
from planner.core.lazy_dataclass import dataclass

_PHASE_ADVICE = {
    "Waiting": "It waits for a payment or an approval, which the service's administrator gives.",
    "Error": "The service reports an error in it. Look at its events in the console.",
    "Deleting": "It is being deleted. Plan again when it is gone.",
    "CreationFailed": "It was never made. Run plan again: it is planned as a replacement.",
    "ScalingFailed": "Its last growth failed, and it stays so until it is resized. Plan again with counts that the "
    "service can give.",
    "Abnormal": "Look at its events in the console, then run plan again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """It is where the operation said; ``diagnostics`` are notices about it."""

    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """``what`` is still awaited, in words for people that may hold the service's texts; ``nodes`` are on their way."""

    what: str
    nodes: tuple[NodeProgress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The service says that it failed, or succeeded only in part: then ``partial`` says how much of it came."""

    diagnostics: tuple[Diagnostic, ...]
    partial: str = ""


Progress: TypeAlias = Reached | Pending | Broken


def join_progress(parts: Iterable[Progress]) -> Progress:
    """Return the worst of ``parts``: all that broke, else all that is awaited, else reached with every notice."""
    listed = tuple(parts)
    broken = tuple(one for part in listed if isinstance(part, Broken) for one in part.diagnostics)
    if broken:
        partial = ", ".join(part.partial for part in listed if isinstance(part, Broken) and part.partial)
        return Broken(diagnostics=broken, partial=partial)
    pending = [part for part in listed if isinstance(part, Pending)]
    if pending:
        nodes = tuple(row for part in pending for row in part.nodes)
        return Pending(what=", ".join(part.what for part in pending), nodes=nodes)
    return Reached(diagnostics=tuple(one for part in listed if isinstance(part, Reached) for one in part.diagnostics))


def report_gone(address: Address) -> Diagnostic:
    """Say that what is waited for is not there any more."""
    return make_error(
        "apply.gone",
        "The resource is gone",
        detail=f"The service does not know {address} any more, although an operation on it was accepted: somebody "
        "deleted it meanwhile. Run plan again to see what is there.",
        address=str(address),
    )


def report_failed_phase(address: Address, phase: str, *, message: str) -> Diagnostic:
    """Say that the service reports a failure, with its ``message`` if there is one."""
    said = f" The service says: {message}." if message else ""
    return make_error(
        "apply.failed-phase",
        "The service reports a failure",
        detail=f"{address} is in phase {phase}.{said} {_PHASE_ADVICE[phase]}",
        address=str(address),
    )


def report_unready(phase: str) -> Diagnostic:
    """Say that an operation cannot be sent in this phase, which does not pass by itself."""
    return make_error(
        "apply.phase",
        "The service takes no change of this resource now",
        detail=f"It is in phase {phase}, and nothing was sent. {_PHASE_ADVICE[phase]}",
    )


def report_partial(address: Address, counts: str, *, message: str) -> Diagnostic:
    """Say that fewer nodes came than asked; ``counts`` says how many of how many."""
    said = f" The service says: {message}." if message else ""
    return make_error(
        "apply.partial",
        "Fewer nodes came than asked",
        detail=f"{address} has {counts}, and no more are being created.{said} The flavor may be sold out, or nodes "
        "may be faulty. Run plan again: it shows what is missing.",
        address=str(address),
    )


def report_scope_failed(address: Address, name: str, *, message: str) -> Diagnostic:
    """Say that a job type could not be enabled."""
    said = f" The service says: {message}." if message else ""
    return make_error(
        "apply.scope-failed",
        "A job type could not be enabled",
        detail=f"{address}: the service could not enable the job type {name}.{said} Enable it again in the console, "
        "or take it out of scope and apply.",
        address=str(address),
    )


def report_driver_failed(address: Address, name: str, *, version: str) -> Diagnostic:
    """Say that a driver is abnormal after its upgrade."""
    return make_error(
        "apply.driver-failed",
        "The driver upgrade failed",
        detail=f"{address}: the {name} driver is Abnormal on its way to version {version}. Look at the nodes in the "
        "console; choose a version that the nodes support and apply again.",
        address=str(address),
    )


def report_unapproved(address: Address) -> Diagnostic:
    """Say that a logical pool is made and waits for its approval (semantics 7.2)."""
    return make_notice(
        "apply.approval",
        "An administrator must approve the logical pool",
        detail=f"{address} is made and in phase Waiting: it takes jobs once an administrator has approved it.",
        address=str(address),
    )
