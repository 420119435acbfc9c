"""What is wrong between files, state and service, told before a change is planned (semantics 1 and 3.1)."""

import json
from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, SourceLocation, make_error, make_notice, make_warning
from planner.core.entries import find_entry, make_key
from planner.core.kind_rules import KindRules
from planner.core.near_words import make_hint
from planner.core.permissions import CLASSES, DESTROYS
from planner.core.preparing import RESOURCES
from planner.core.snapshot import LiveResource
from planner.core.trees import Tree, as_list, find_member

_TOO_MANY_GONE = 2


def report_missing_block(address: Address, id_: str) -> Diagnostic:
    """Say that a tracked resource has no block: deleting a block deletes nothing."""
    return make_error(
        "plan.missing-block",
        "A tracked resource has no block in the files",
        detail=f"The state tracks {address} ({id_}), and no file declares it. Deleting a block deletes nothing. "
        "To stop managing it and leave it running, write:\n\n"
        f"[[removed]]\nfrom    = {_quote(str(address))}\ndestroy = false\n\n"
        "To delete it together with its jobs, write destroy = true.",
        address=str(address),
    )


def report_untracked_twin(address: Address, live: LiveResource, location: SourceLocation | None) -> Diagnostic:
    """Say that an object with the wanted name is there already, and how to adopt it."""
    return make_error(
        "plan.exists",
        "An object with this name exists and is not tracked",
        detail=f"{live.id} has the display name that {address} asks for. Making another would fail, and it may be "
        "somebody else's. To adopt it, write:\n\n"
        f"[[import]]\nto = {_quote(str(address))}\nid = {_quote(live.id)}",
        address=str(address),
        location=location,
    )


def report_import_missing(address: Address, id_: str, location: SourceLocation | None) -> Diagnostic:
    """Say that the object to import is not there."""
    return make_error(
        "plan.import-missing",
        "The object to import is not there",
        detail=f"The service knows no {address.kind} {id_}. Check the id, the project and the region.",
        address=str(address),
        location=location,
    )


def report_import_mismatch(address: Address, labels: Iterable[str], location: SourceLocation | None) -> Diagnostic:
    """Say that the object to import is another than the block describes."""
    return make_error(
        "plan.import-mismatch",
        "The object to import is not the one that the block describes",
        detail=f"These fields cannot be changed in place and differ: {', '.join(labels)}. Importing it would mean "
        "to delete it at once. Correct the id, or make the block say what is there.",
        address=str(address),
        location=location,
    )


def report_vanished(addresses: Iterable[Address]) -> Diagnostic:
    """Say that so much is gone at once that the project must be wrong (semantics 1.2)."""
    names = ", ".join(str(one) for one in addresses)
    return make_error(
        "plan.many-vanished",
        "Many tracked resources are gone at once",
        detail=f"The service knows none of {names}. That is a wrong project, region or account rather than a loss: "
        "check the credentials and project_id. Where they are really gone, take them out of the state with "
        "poolctl state rm.",
    )


def report_in_use(address: Address, users: Iterable[str], location: SourceLocation | None) -> Diagnostic:
    """Say that others use what a plan would delete or replace (semantics 7.3)."""
    return make_error(
        "plan.in-use",
        "Others use what this plan would delete",
        detail=f"{address} is used by {', '.join(users)}. The service refuses to delete it, and they would lose it: "
        "delete or move these first.",
        address=str(address),
        location=location,
    )


def report_released(address: Address, labels: Iterable[str]) -> Diagnostic:
    """Say that fields are left to the service or to others from now on."""
    return make_notice(
        "plan.released",
        "Fields are no longer managed",
        detail=f"{', '.join(labels)}: the line is gone from the files, and the value is left as it is "
        "(no longer managed).",
        address=str(address),
    )


def report_tracked_twin(address: Address, twin: Address, location: SourceLocation | None) -> Diagnostic:
    """Say that a tracked resource has the name of one that is to be made."""
    return make_error(
        "plan.exists",
        "A tracked resource has this name already",
        detail=f"{twin} has the display name that {address} asks for, and the service takes a name once. If the block "
        f"was renamed, write:\n\n[[moved]]\nfrom = {_quote(str(twin))}\nto = {_quote(str(address))}\n\n"
        "Else choose another name.",
        address=str(address),
        location=location,
    )


def report_gaps(address: Address, labels: Iterable[str], location: SourceLocation | None) -> Diagnostic:
    """Say that a resource cannot be made from what its block sets."""
    return make_error(
        "plan.missing-field",
        "A resource cannot be made without this field",
        detail=f"{address} is to be made, and its block does not set {', '.join(labels)}: the service would refuse it. "
        "If the resource is there already, import it.",
        address=str(address),
        location=location,
    )


def report_above_max_count(address: Address, flavor: str, *, counts: tuple[int, int]) -> Diagnostic:
    """Say that an entry of a Logical pool asks for more than its quota: ``counts`` are count and max_count."""
    count, quota = counts
    return make_error(
        "plan.above-max-count",
        "count is above max_count",
        detail=f"{flavor}: count is {count}, and max_count, the quota of a Logical pool, is {quota}; where the files "
        "do not set it, it stays as it is. Write a higher max_count, or lower count.",
        address=str(address),
    )


def report_named_reference(address: Address, text: str, id_: str, location: SourceLocation | None) -> Diagnostic:
    """Say that a reference spells a display name where an id is needed (semantics 7.4)."""
    return make_error(
        "plan.name-for-id",
        "A reference holds a display name where an id is needed",
        detail=f"{text} is a display name. Write its id, {id_}, or a reference to its block.",
        address=str(address),
        location=location,
    )


def report_unmatched(option: str, pattern: str, *, addresses: Iterable[Address]) -> Diagnostic:
    """Say that an option names none of ``addresses``, and which one is near."""
    name = option.replace("_", "-")
    return make_error(
        "plan.unmatched",
        "An option names no address",
        detail=f"--{name} {pattern} matches no address of the files or the state."
        f"{make_hint(pattern, map(str, addresses))} See them with: poolctl state list",
    )


def report_idle_permission(text: str, pattern: str, *, addresses: Iterable[Address]) -> Diagnostic:
    """Say that ``--allow`` permits something to nobody: a warning, for what it was meant for may be gone already."""
    return make_warning(
        "plan.unmatched",
        "An option names no address",
        detail=f"--allow {text} permits nothing: {pattern} matches no address of the files or the state."
        f"{make_hint(pattern, map(str, addresses))} See them with: poolctl state list",
    )


def report_bad_permission(text: str) -> Diagnostic:
    """Say that ``--allow`` spells no permission."""
    return make_error(
        "plan.bad-permission",
        "An option gives no permission",
        detail=f"--allow {text} is not ADDR=CLASS with one of {', '.join(CLASSES)}; {DESTROYS} takes no glob.",
    )


def is_vanishing_together(addresses: Iterable[Address]) -> bool:
    """Tell whether more is gone than is likely in the right project."""
    return len(tuple(addresses)) > _TOO_MANY_GONE


def find_ambiguous(desired: Tree, live: Tree, *, rules: KindRules) -> tuple[str, ...]:
    """Return the keys of entries for which more than one live entry answers (semantics 3.1)."""
    rule = rules.lists.get(RESOURCES)
    if rule is None:
        return ()
    present = as_list(find_member(live, *RESOURCES))
    size = len(rule.keys)
    names = []
    for entry in as_list(find_member(desired, *RESOURCES)):
        full = make_key(entry, rule)
        key = full if any(full.parts[size:]) else type(full)(parts=full.parts[:size])
        if len(find_entry(present, rule, key=key)) > 1:
            names.append(str(key))
    return tuple(names)


def report_ambiguous(address: Address, keys: Iterable[str], location: SourceLocation | None) -> Diagnostic:
    """Say that an entry of the files could mean several live ones."""
    return make_error(
        "plan.ambiguous-entry",
        "An entry of the files matches several entries of the pool",
        detail=f"The pool has more than one entry for {', '.join(keys)}. Write creating_step (or node_pool) so that "
        "one entry is meant.",
        address=str(address),
        location=location,
    )


def _quote(text: str) -> str:
    """Return ``text`` as a TOML string; what comes from outside may hold quotes and line breaks."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
