"""A plan in the shape of ``terraform show -json``, for the tools that read that: format version 1.2.

Facts of the format: Terraform 1.11.4 and the readers that its decision record names. What Terraform has no word for
stands under ``x_…``, which readers of format 1 pass over. There is no clock in it: the same plan gives the same bytes.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from planner.core.changes import Action, Change, DriftRow, Plan
from planner.core.diagnostics import has_errors
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Reference, Tree, Value, as_text, find_member
from planner.views.json_text import format_json
from planner.views.plan_text import has_news
from planner.views.terraform_extras import build_change_extras, build_plan_extras
from planner.views.terraform_values import Side, build_side, mask_secrets, replace_at
from planner.views.values import build_file_names

_FORMAT: Final = "1.2"
_STATE_FORMAT: Final = "1.0"
_TERRAFORM: Final = "1.11.4"
_PROVIDER: Final = "poolctl/modelarts"
_ACTIONS: Final[dict[Action, tuple[str, ...]]] = {
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.REPLACE: ("delete", "create"),
    Action.DELETE: ("delete",),
    Action.FORGET: ("forget",),
    Action.NO_OP: ("no-op",),
}
_NOTHING: Final = Side(values={}, unknown={}, sensitive={})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One change with both of its sides."""

    change: Change
    before: Side
    after: Side


def format_terraform_json(plan: Plan) -> str:
    """Return ``plan`` as Terraform's JSON; secrets are replaced, not only marked."""
    return format_json(_build_plan(plan))


def find_actions(change: Change) -> tuple[str, ...]:
    """Return Terraform's actions for ``change``; an import that changes something is an update."""
    if change.action is Action.IMPORT:
        return ("update",) if change.fields else ("no-op",)
    return _ACTIONS[change.action]


def find_reason(change: Change, plan: Plan) -> str:
    """Return Terraform's word for why something is replaced or deleted; empty for the rest."""
    if change.action is Action.DELETE:
        return "delete_because_no_resource_config"
    if change.action is not Action.REPLACE:
        return ""
    return "replace_by_request" if str(change.address) in plan.inputs.replace else "replace_because_cannot_update"


def _build_plan(plan: Plan) -> Tree:
    changes = sorted(plan.changes, key=lambda change: str(change.address))
    rows = [_Row(change=one, before=_make_before(one), after=_make_after(one)) for one in changes]
    is_blocked = any(change.blocked for change in changes)
    drift = _build_drift(plan, rows)
    return {
        "format_version": _FORMAT,
        "terraform_version": _TERRAFORM,
        "applyable": has_news(plan) and not is_blocked,
        "complete": not plan.summary.is_partial,
        "errored": has_errors(plan.diagnostics),
        "variables": {one.name: {"value": one.value} for one in plan.inputs.variables},
        "planned_values": _build_values((one.change, one.after) for one in rows if not _is_leaving(one.change)),
        "resource_changes": [_build_change(one, plan) for one in rows],
        **({"resource_drift": drift} if drift else {}),
        "output_changes": {},
        "prior_state": {
            "format_version": _STATE_FORMAT,
            "terraform_version": _TERRAFORM,
            "values": _build_values((one.change, one.before) for one in rows if one.change.before is not None),
        },
        "configuration": _build_configuration(plan, rows),
        "relevant_attributes": [],
        "checks": [],
        "x_poolctl": build_plan_extras(plan),
    }


def _build_values(sides: Iterable[tuple[Change, Side]]) -> Tree:
    resources: list[Value] = [
        {
            **_identify(change),
            "schema_version": 0,
            "values": side.values,
            "sensitive_values": side.sensitive,
        }
        for change, side in sides
    ]
    return {"root_module": {"resources": resources}}


def _build_change(row: _Row, plan: Plan) -> Tree:
    change, before, after = row.change, row.before, row.after
    reason = find_reason(change, plan)
    previous: Tree = {} if change.previous_address is None else {"previous_address": str(change.previous_address)}
    paths: list[Value] = [_find_path(one.label, after) for one in change.fields if one.disruption.word == "destroys"]
    return {
        **_identify(change),
        **previous,
        "change": {
            "actions": list(find_actions(change)),
            "before": None if change.before is None else before.values,
            "after": None if _is_leaving(change) else after.values,
            "after_unknown": after.unknown,
            "before_sensitive": False if change.before is None else before.sensitive,
            "after_sensitive": False if _is_leaving(change) else after.sensitive,
            **({"replace_paths": paths} if change.action is Action.REPLACE else {}),
            **({"importing": {"id": change.id}} if change.action is Action.IMPORT else {}),
        },
        **({"action_reason": reason} if reason else {}),
        **build_change_extras(change),
    }


def _identify(change: Change) -> Tree:
    address = change.address
    index: Tree = {"index": address.key} if address.key else {}
    return {
        "address": str(address),
        "mode": "managed",
        "type": address.kind,
        "name": address.name,
        **index,
        "provider_name": _PROVIDER,
    }


def _make_before(change: Change) -> Side:
    return _NOTHING if change.before is None else build_side(change.before, id_=change.id)


def _make_after(change: Change) -> Side:
    if _is_leaving(change) or change.after is None:
        return _NOTHING
    id_ = "" if change.action in {Action.CREATE, Action.REPLACE} else change.id
    return build_side(change.after, id_=id_, unknown=change.after_unknown)


def _is_leaving(change: Change) -> bool:
    return change.action in {Action.DELETE, Action.FORGET} or change.after is None


def _find_path(label: str, side: Side) -> list[Value]:
    """Return a field as Terraform's steps; an entry of ``resources`` by its index."""
    head, bracket, rest = label.partition("[")
    if not bracket or rest.startswith('"'):
        return [*label.split(".")]
    key, _, member = rest.partition("]")
    entries = side.values.get(head)
    flavors = [as_text(find_member(one, "flavor")) for one in entries] if isinstance(entries, list) else []
    flavor = key.partition("/")[0]
    return [head, flavors.index(flavor) if flavor in flavors else key, *filter(None, member.split("."))]


def _build_drift(plan: Plan, changes: Iterable[_Row]) -> list[Value]:
    known = {one.change.address: one for one in changes}
    rows: list[Value] = []
    for address, group in groupby(sorted(plan.drift, key=lambda row: str(row.address)), key=lambda row: row.address):
        if address in known:
            rows.append(_build_drifted(known[address], list(group)))
    return rows


def _build_drifted(drifted: _Row, rows: list[DriftRow]) -> Tree:
    """Return what others changed: ``after`` is live, ``before`` is that with every drifted field as it was."""
    live = drifted.before
    seen = live.values
    for row in rows:
        seen = replace_at(seen, row.label, row.before if row.before is ABSENT else build_file_names(row.before))
    before, marks = mask_secrets(seen)
    fields: list[Value] = [
        {
            "path": row.label,
            "managed": row.is_managed,
            "policy": row.policy,
        }
        for row in rows
    ]
    return {
        **_identify(drifted.change),
        "change": {
            "actions": ["update"],
            "before": before,
            "after": live.values,
            "after_unknown": {},
            "before_sensitive": marks,
            "after_sensitive": live.sensitive,
        },
        "x_fields": fields,
    }


def _build_configuration(plan: Plan, rows: Iterable[_Row]) -> Tree:
    service = plan.basis.service
    region: Tree = {} if service is None else {"expressions": {"region": {"constant_value": service.region}}}
    resources: list[Value] = [
        {
            "address": str(row.change.address),
            "mode": "managed",
            "type": row.change.address.kind,
            "name": row.change.address.name,
            "provider_config_key": "modelarts",
            "expressions": _build_expressions(row.change, after=row.after.values),
            "schema_version": 0,
        }
        for row in rows
        if row.change.source is not None and not _is_leaving(row.change)
    ]
    return {
        "provider_config": {"modelarts": {"name": "modelarts", "full_name": _PROVIDER, **region}},
        "root_module": {"resources": resources},
    }


def _build_expressions(change: Change, *, after: Tree) -> Tree:
    """Return what the plan knows of a block: references, and constants of the fields that the files ask for."""
    asked = {one.label.partition("[")[0].partition(".")[0] for one in change.fields if one.source is not None}
    constants: Tree = {name: {"constant_value": after[name]} for name in sorted(asked) if name in after}
    network = find_member(change.after, "spec", "network", "name")
    if isinstance(network, Reference):
        address = str(network.address)
        constants["network"] = {"references": [f"{address}.{network.attribute}", address]}
    return constants
