"""Whether the nodes that an operation asked for are there, still on their way, or will not come."""

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.node_tallies import NodeTally, make_node_progress
from planner.core.progress import Broken, Pending, Progress, Reached, report_partial


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReport:
    """What one read says of nodes; ``is_over``: by its phase the pool makes no more of them."""

    tallies: tuple[NodeTally, ...]
    is_over: bool
    message: str

    @property
    def is_partial(self) -> bool:
        """Tell whether nodes are missing and, as far as this read can say, none of them will come."""
        is_short = any(one.present < one.wanted for one in self.tallies)
        is_moving = any(one.creating for one in self.tallies)
        return is_short and not is_moving and (self.is_over or any(one.failed for one in self.tallies))


def judge_nodes(report: NodeReport, before: NodeReport | None, *, address: Address) -> Progress:
    """Return where the nodes are; missing ones are given up only when two reads in a row say so."""
    left = [one for one in report.tallies if not one.is_settled]
    if not left:
        return Reached()
    what = ", ".join(map(_format_tally, left))
    if report.is_partial and before is not None and before.is_partial:
        return Broken(diagnostics=(report_partial(address, what, message=report.message),), partial=what)
    return Pending(what=what, nodes=make_node_progress(report.tallies))


def format_count(count: int, noun: str) -> str:
    """Return «1 node», «2 nodes»."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _format_tally(tally: NodeTally) -> str:
    if tally.present < tally.wanted:
        return f"{tally.present} of {format_count(tally.wanted, 'node')} of {tally.name}"
    going = tally.deleting + tally.present - tally.wanted
    if going:
        return f"{format_count(going, 'node')} of {tally.name} to go"
    return f"{format_count(tally.creating, 'node')} of {tally.name} being created"
