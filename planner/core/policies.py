"""``[policy.NAME]``: rules over a whole plan; one that is not kept blocks, and one that cannot be judged as well."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from planner.core.addresses import Address
from planner.core.changes import Action, Block, Change
from planner.core.desired import Policy
from planner.core.diagnostics import Diagnostic, make_warning
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.policy_views import Costs, build_view

Verdict: TypeAlias = "bool | str"
"""Whether a condition holds, or the words that say why nobody can tell."""

Judge: TypeAlias = Callable[[Policy, Mapping[str, Any]], Verdict]
"""Evaluates the condition of a policy over ``changes`` and ``summary``; no clock, no environment, no files."""

CODE = "policy"


def judge_nothing(policy: Policy, view: Mapping[str, Any]) -> Verdict:
    """Say that there is nobody to judge: what is not judged blocks."""
    del view
    return f"Nobody judges {policy.name} here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A policy that a plan does not keep; ``culprits`` are the addresses at fault, ``why`` what could not be judged."""

    policy: Policy
    culprits: frozenset[Address]
    why: str = ""


def find_broken(
    policies: Iterable[Policy], changes: tuple[Change, ...], *, judge: Judge, costs: Costs
) -> tuple[Broken, ...]:
    """Return the policies that ``changes`` together do not keep."""
    listed = tuple(policies)
    if not listed:
        return ()
    found = (_judge(one, changes, judge=judge, costs=costs) for one in listed)
    return tuple(one for one in found if one is not None)


def find_policy_blocks(broken: Iterable[Broken], changes: tuple[Change, ...]) -> Mapping[Address, tuple[Block, ...]]:
    """Return the blocks of each change that does something and has a part in an error."""
    loud = [one.address for one in changes if _is_loud(one)]
    blocks: dict[Address, tuple[Block, ...]] = {}
    for one in broken:
        if one.policy.severity == "error" or one.why:
            for address in loud:
                if not one.culprits or address in one.culprits:
                    block = replace(_make_block(one), address=str(address))
                    blocks[address] = (*blocks.get(address, ()), block)
    return blocks


def tell_policies(broken: Iterable[Broken], changes: tuple[Change, ...]) -> tuple[Diagnostic, ...]:
    """Return the warnings: of policies that only warn, and of those that nothing of a plan could be blocked for."""
    is_quiet = not any(map(_is_loud, changes))
    return tuple(
        make_warning("plan.policy", "A policy is not kept", detail=_explain(one), location=one.policy.location)
        for one in broken
        if is_quiet or not (one.policy.severity == "error" or one.why)
    )


def _judge(policy: Policy, changes: tuple[Change, ...], *, judge: Judge, costs: Costs) -> Broken | None:
    verdict = judge(policy, build_view(changes, costs))
    if verdict is True:
        return None
    if verdict is not False:
        return Broken(policy=policy, culprits=frozenset(), why=str(verdict))
    alone = frozenset(one.address for one in changes if judge(policy, build_view((one,), costs)) is False)
    rest = tuple(one for one in changes if one.address not in alone)
    is_enough = bool(alone) and judge(policy, build_view(rest, costs)) is True
    return Broken(policy=policy, culprits=alone if is_enough else frozenset())


def _is_loud(change: Change) -> bool:
    return change.action is not Action.NO_OP or change.previous_address is not None


def _make_block(broken: Broken) -> Block:
    summary = "A policy cannot be judged" if broken.why else "A policy of the files is not kept"
    return Block(code=CODE, summary=summary, detail=_explain(broken))


def _explain(broken: Broken) -> str:
    policy = broken.policy
    place = f", {policy.location.file} line {policy.location.line}" if policy.location else ""
    named = f"{', '.join(map(str, sorted(broken.culprits)))}: " if broken.culprits else ""
    words = policy.error_message.rstrip(".") + "."
    why = f"It cannot be judged, and what is not judged does not pass. {broken.why} " if broken.why else ""
    return f"{named}{why}{words} [policy.{policy.name}]{place}: {policy.condition}"
