"""What the shell offers for an argument or the value of an option: names of this directory, found without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from planner.cli.session import Session

if TYPE_CHECKING:
    from planner.workflow.workplace import Workplace

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def complete_declared(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses of the files."""
    from planner.workflow.known_names import list_declared

    return _offer(list_declared(_make_workplace(context)), incomplete)


def complete_recorded(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses of the state, less those that are typed already."""
    from planner.workflow.known_names import list_recorded

    typed = _list_typed(context, parameter)
    return _offer((one for one in list_recorded(_make_workplace(context)) if one not in typed), incomplete)


def complete_known(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses of files and state, less those that are typed already."""
    from planner.workflow.known_names import list_known

    typed = _list_typed(context, parameter)
    return _offer((one for one in list_known(_make_workplace(context)) if one not in typed), incomplete)


def complete_permission(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the addresses of files and state, and behind the equals sign the classes of disruption."""
    from planner.core.permissions import CLASSES
    from planner.workflow.known_names import list_known

    known = tuple(list_known(_make_workplace(context)))
    address, sign, _ = incomplete.rpartition("=")
    meant = [one for one in known if one.startswith(incomplete)]
    if sign and not meant:
        return _offer((f"{address}={one}" for one in CLASSES), incomplete)
    # One address alone is offered with its classes: a shell would close its quotes right behind the equals sign.
    ends = CLASSES if len(meant) == 1 else ("",)
    return _offer((f"{one}={end}" for one in meant for end in ends), incomplete)


def complete_count(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the flavors of the pool that is named before, up to the equals sign."""
    from planner.workflow.known_names import list_flavors

    address = str(context.params.get("address") or "")
    return _offer((f"{one}=" for one in list_flavors(_make_workplace(context), address)), incomplete)


def complete_receipt(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the receipts that are kept here; files are offered where none of them begins so."""
    from planner.workflow.known_names import list_receipts

    offered = _offer(list_receipts(_make_workplace(context)), incomplete)
    return offered or complete_file(context, parameter, incomplete)


def complete_version(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the serials of the versions that are kept here."""
    from planner.workflow.known_names import list_versions

    return _offer(list_versions(_make_workplace(context)), incomplete)


def complete_compared(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the serials of versions; files are offered where none of them begins so."""
    return complete_version(context, parameter, incomplete) or complete_file(context, parameter, incomplete)


def complete_file(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer files: the shell knows them."""
    return [CompletionItem(incomplete, type="file")]


def complete_lock(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the id of the lock that is held."""
    from planner.workflow.known_names import find_lock_id

    return _offer(filter(None, [find_lock_id(_make_workplace(context))]), incomplete)


def complete_drift(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer ``adopt`` as the first word, and the addresses of files and state."""
    words = _ADOPT if not context.params.get(str(parameter.name)) else {}
    return _offer(words, incomplete) + complete_known(context, parameter, incomplete)


_ADOPT: Final = {"adopt": "write what others changed into the files"}


def _offer(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    about: Mapping[str, str] = names if isinstance(names, Mapping) else {}
    return [CompletionItem(name, help=about.get(name)) for name in names if name.startswith(incomplete)]


def _list_typed(context: click.Context, parameter: click.Parameter) -> tuple[str, ...]:
    value: Any = context.params.get(str(parameter.name))
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()


def _make_workplace(context: click.Context) -> Workplace:
    from planner.cli.workplaces import make_workplace

    session: Session = context.obj
    return make_workplace(session)
