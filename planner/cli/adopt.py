"""``poolctl import``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from planner.cli.command import Command
from planner.cli.completing import complete_declared
from planner.cli.file_value import FILE
from planner.cli.options import lock_timeout, parallelism
from planner.cli.session import DONE, FAILED, Session, report, show_sentences
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.addresses import Address
    from planner.workflow.adoption_saving import AdoptedFiles


@click.command(
    "import",
    cls=Command,
    examples=(
        "poolctl import pool.training gpu-training-86c13962597848eeb29c5861153a391f",
        "poolctl import --all                       # files for everything that is there",
        "poolctl import --all --match 'gpu-*' --split-by label:team",
        "terraform show -json > tf.json && poolctl import --from-terraform tf.json",
    ),
)
@click.argument("address", metavar="[ADDR", required=False, type=ADDRESS, shell_complete=complete_declared)
@click.argument("id_", metavar="ID]", required=False)
@click.option("--all", "is_all", is_flag=True, help="Write blocks and [[import]] for everything that is there.")
@click.option("--match", metavar="GLOB", help="With --all: only display names that match.")
@click.option(
    "--workspace",
    "workspaces",
    multiple=True,
    metavar="ID",
    help="With --all: look in this workspace, not in those of files and state; repeatable.",
)
@click.option("--split-by", metavar="label:KEY", help="With --all: one file for each value of a label of the pools.")
@click.option(
    "--from-terraform",
    "terraform",
    type=FILE,
    metavar="FILE",
    help="Write blocks and [[import]] for what `terraform show -json` printed into FILE, and print how Terraform "
    "lets go of it.",
)
@lock_timeout
@parallelism
@click.pass_context
def adopt(
    context: click.Context, /, *, address: Address | None, id_: str | None, lock_timeout: float, **options: Any
) -> int:
    """Adopt what is there already: nothing is sent to the service.

    ADDR ID takes the live object ID into the state as ADDR, whose block is in the files; the next plan shows what
    differs. --all writes new files, with a block and an [[import]] for every pool and network that nobody declares or
    tracks, and touches no state: review them, plan, and apply. --from-terraform does so for a state of Terraform,
    without calling the service.
    """
    session: Session = context.obj
    _check_usage(context, given=(address, id_))
    if options["terraform"] is not None:
        return _adopt_terraform(session, options["terraform"])
    if options["is_all"]:
        return _adopt_all(session, **options)
    return _adopt_one(session, address=address, id_=id_ or "", lock_timeout=lock_timeout)


_LABEL: Final = "label:"
_ALL_OPTIONS: Final = {"match": "--match", "workspaces": "--workspace", "split_by": "--split-by"}


def _check_usage(context: click.Context, *, given: tuple[Address | None, str | None]) -> None:
    options = context.params
    typed = [spelled for name, spelled in _ALL_OPTIONS.items() if options[name]]
    ways = [spelled for name, spelled in (("is_all", "--all"), ("terraform", "--from-terraform")) if options[name]]
    if len(ways) > 1 or (ways and given != (None, None)):
        raise click.UsageError("ADDR ID, --all and --from-terraform are three ways: take one.", context)
    if not options["is_all"] and typed:
        raise click.UsageError(f"{', '.join(typed)} belongs to --all.", context)
    if given[0] is not None and given[1] is None:
        raise click.MissingParameter(ctx=context, param_hint="'ID'", param_type="argument")
    if not ways and given[0] is None:
        raise click.UsageError("Name ADDR and ID, or everything with --all or --from-terraform FILE.", context)
    split_by = options["split_by"]
    if split_by is not None and (not split_by.startswith(_LABEL) or split_by == _LABEL):
        raise click.UsageError(f"--split-by takes label:KEY, such as label:team; found {split_by!r}.", context)


def _adopt_one(session: Session, *, address: Address | None, id_: str, lock_timeout: float) -> int:
    from planner.cli.apply_output import show_applied
    from planner.workflow.adopt import adopt as adopt_resource

    if address is None:
        return FAILED
    adopted = adopt_resource(make_workplace(session), address=address, id_=id_, lock_timeout=lock_timeout)
    return show_applied(session, adopted)


def _adopt_all(
    session: Session,
    *,
    match: str | None,
    workspaces: tuple[str, ...],
    split_by: str | None,
    parallelism: int | None,
    **_: object,
) -> int:
    from planner.workflow.adopt_all import AdoptAllRequest, adopt_all

    request = AdoptAllRequest(
        workspaces=workspaces,
        match="*" if match is None else match,
        label=(split_by or "").removeprefix(_LABEL),
        parallelism=parallelism,
    )
    adopted = adopt_all(make_workplace(session), request)
    _show_adopted(session, adopted, is_proven=True)
    return DONE


def _adopt_terraform(session: Session, path: Path) -> int:
    from planner.views.adoption_text import format_letting_go
    from planner.workflow.adopt_terraform import adopt_terraform

    adopted = adopt_terraform(make_workplace(session), path)
    _show_adopted(session, adopted.files, is_proven=False)
    session.terminal.show(format_letting_go(adopted.removed))
    return DONE


def _show_adopted(session: Session, adopted: AdoptedFiles, *, is_proven: bool) -> None:
    from pathlib import Path

    from planner.views.adoption_text import AdoptionView, format_adopted, make_left_out_notice

    view = AdoptionView(
        files=adopted.files,
        addresses=tuple(one.address for one in adopted.blocks),
        owned=adopted.owned,
        place=adopted.place,
        is_proven=is_proven,
    )
    directory = "" if session.directory == Path() else str(session.directory)
    text = format_adopted(view, directory=directory)
    # With files it ends in commands, which are copied whole.
    if view.files:
        session.terminal.show(text)
    else:
        show_sentences(session, text)
    report(session, make_left_out_notice((one.where, one.labels, one.why) for one in adopted.left_out))
