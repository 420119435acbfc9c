"""``poolctl scale``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from planner.cli.approval import Approval
from planner.cli.command import Command
from planner.cli.completing import complete_count, complete_declared
from planner.cli.options import (
    allow,
    allow_older_commit,
    auto_approve,
    lock_timeout,
    make_inputs,
    parallelism,
    reason,
    receipt,
    revert_drift,
    up_to_idle,
    wait_for,
)
from planner.cli.session import DONE, Session, show_sentences
from planner.cli.values import ADDRESS, DURATION, SCALE
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.config.text_edits import NumberEdit
    from planner.core.addresses import Address
    from planner.core.changes import Plan
    from planner.core.scaling import ScaleTarget
    from planner.views.scale_text import EditRow
    from planner.workflow.scale import Scaled
    from planner.workflow.scale_errand import HoldRequest, Scaling

_REQUEST_OPTIONS: Final = ("wait_for", "lock_timeout", "reason", "parallelism", "allow_older_commit")


@click.command(
    cls=Command,
    examples=(
        "poolctl scale pool.training modelarts.vm.gpu.t4u8=6",
        "poolctl scale pool.training modelarts.vm.gpu.t4u8=6 --hold 12h --reason 'INC-12'",
        "poolctl scale pool.training modelarts.vm.cpu.4ud/small=2 modelarts.vm.cpu.4ud@eu-de-01=3",
        "poolctl scale pool.training modelarts.vm.gpu.t4u8=1 --up-to-idle",
        "poolctl scale pool.training --release",
    ),
)
@click.argument("address", metavar="ADDR", type=ADDRESS, shell_complete=complete_declared)
@click.argument("targets", metavar="[FLAVOR=N]...", nargs=-1, type=SCALE, shell_complete=complete_count)
@click.option("--hold", type=DURATION, metavar="TIME", help="Block other applies that would undo it, such as 12h.")
@click.option("--release", is_flag=True, help="Lift what --hold put on ADDR, and do nothing else.")
@auto_approve
@up_to_idle
@allow
@revert_drift
@wait_for
@lock_timeout
@reason
@receipt
@allow_older_commit
@parallelism
@click.pass_obj
def scale(
    session: Session,
    /,
    *,
    address: Address,
    targets: tuple[ScaleTarget, ...],
    hold: float | None,
    release: bool,
    **options: Any,
) -> int:
    """Bring the pool ADDR to N nodes of FLAVOR now, and write that count into its file.

    Shows the plan with the jobs that would die, and asks once; only yes counts as yes. Idle nodes go first,
    by name. Where a flavor has several entries, FLAVOR/NODE_POOL=N names one; where an entry fixes zones,
    FLAVOR@AZ=N. With --hold others cannot undo it for a time: their plans show it as blocked.
    """
    _check_usage(targets, hold=hold, is_release=release)
    if release:
        return _release(session, address, lock_timeout=options["lock_timeout"])
    return _scale(session, address, targets=targets, hold=hold, options=options)


def _check_usage(targets: tuple[ScaleTarget, ...], *, hold: float | None, is_release: bool) -> None:
    if is_release and (targets or hold is not None):
        raise click.UsageError("--release lifts a hold and does nothing else: give it no FLAVOR=N and no --hold.")
    if not targets and not is_release:
        raise click.UsageError("Say what to scale: FLAVOR=N, such as modelarts.vm.cpu.4ud=5.")
    if hold is not None and hold < 1:
        raise click.UsageError("--hold takes a time of at least one second, such as 12h.")


def _release(session: Session, address: Address, *, lock_timeout: float) -> int:
    from planner.views.scale_text import format_released
    from planner.workflow.scale import release

    lifted = release(make_workplace(session), address, lock_timeout=lock_timeout)
    show_sentences(session, format_released(address, lifted, width=session.terminal.width))
    return DONE


def _scale(
    session: Session, address: Address, *, targets: tuple[ScaleTarget, ...], hold: float | None, options: dict[str, Any]
) -> int:
    from planner.workflow.apply import ApplyRequest
    from planner.workflow.scale import make_hold, read_scaling, scale

    workplace = make_workplace(session)
    scaling = read_scaling(workplace, address, targets)
    request = ApplyRequest(
        inputs=make_inputs(options),
        is_given=options["auto_approve"],
        **{name: options[name] for name in _REQUEST_OPTIONS},
    )
    held = None if hold is None else make_hold(workplace, seconds=hold, reason=request.reason)
    asking = _Asking(session, scaling, hold=held, is_given=request.is_given)
    scaled = scale(workplace, scaling, request, hold=held, approve=asking.approve)
    return _show(session, scaled, asking=asking, receipt=options["receipt"])


class _Asking:
    """The approval of a plan together with the edits of the file."""

    def __init__(self, session: Session, scaling: Scaling, *, hold: HoldRequest | None, is_given: bool) -> None:
        self.address = scaling.address
        self._session = session
        self._scaled = scaling.scaled
        self._hold = hold
        self._question = ""
        self.approval = Approval(session, is_given=is_given, verb="Scale", question=lambda: self._question)

    def approve(self, plan: Plan, edits: tuple[NumberEdit, ...]) -> bool:
        """Show the plan and ask for it and for the edits."""
        from planner.core.holds import format_moment
        from planner.core.scaling import find_companions
        from planner.views.scale_text import format_question

        self._question = format_question(
            self.address,
            map(_make_row, edits),
            companions=find_companions(plan, self.address, self._scaled),
            hold="" if self._hold is None else format_moment(self._hold.until),
            width=self._session.terminal.message_width,
        )
        return self.approval(plan)


def _show(session: Session, scaled: Scaled, *, asking: _Asking, receipt: Path | None) -> int:
    from planner.cli.apply_output import show_applied
    from planner.views.scale_text import format_edits, format_holds

    asking.approval.show_unasked(scaled.applied.plan)
    code = show_applied(session, scaled.applied, told=asking.approval.told, receipt=receipt)
    terminal = session.terminal
    edits = format_edits(map(_make_row, scaled.edits))
    holds = format_holds(asking.address, scaled.holds, width=terminal.width)
    for text in filter(None, (edits, holds)):
        terminal.show(f"\n{text}")
    return code


def _make_row(edit: NumberEdit) -> EditRow:
    from planner.views.scale_text import EditRow

    return EditRow(file=edit.file, line=edit.line, label=edit.label, before=edit.before, after=edit.after)
