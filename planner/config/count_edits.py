"""Where the files write the counts that ``scale`` is to change, or why they cannot be changed there."""

import difflib
import shlex
from collections.abc import Iterable, Mapping
from typing import Final

from planner.config.count_origins import explain_origin, explain_range
from planner.config.positions import TomlPath
from planner.config.source_map import SourceMap
from planner.config.text_edits import NumberEdit
from planner.core.addresses import Address
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.field_paths import EntryKey
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass
from planner.core.preparing import RESOURCES
from planner.core.scaling import ScaledEntry, ScaleTarget
from planner.core.shell_words import quote_word
from planner.core.trees import Tree, Value, as_int, as_list, as_text, as_tree, find_member
from planner.kinds.default_pools import is_default_pool

_UNTOUCHED: Final = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class CountEdits:
    """The entries that targets mean, and the numbers of the files that become others; or what is wrong."""

    scaled: tuple[ScaledEntry, ...] = ()
    edits: tuple[NumberEdit, ...] = ()
    faults: tuple[Diagnostic, ...] = ()


def find_count_edits(
    sources: SourceMap,
    desired: DesiredState,
    *,
    address: Address,
    targets: Iterable[ScaleTarget],
    variables: Iterable[InputVariable] = (),
) -> CountEdits:
    """Return what is to be edited so that ``address`` has the nodes of ``targets``; every fault at once.

    ``variables`` are the values that the files were read with: a count may come from one.
    """
    if fault := _find_address_fault(sources, desired, address):
        return CountEdits(faults=(fault,))
    block = _Block(
        sources=sources,
        address=address,
        entries=_list_entries(sources, desired, address),
        variables={one.name: one for one in variables},
    )
    meant = [(one, block.find_entry(one)) for one in targets]
    by_entry: dict[EntryKey, _Scaled] = {}
    faults = [found for _, found in meant if isinstance(found, Diagnostic)]
    for target, entry in meant:
        if isinstance(entry, _Entry):
            by_entry.setdefault(entry.key, _Scaled(entry=entry, targets=[])).targets.append(target)
    made = [block.make_edits(one) for one in by_entry.values()]
    return CountEdits(
        scaled=tuple(ScaledEntry(target=one, key=key) for key, scaled in by_entry.items() for one in scaled.targets),
        edits=tuple(edit for edits in made if not isinstance(edits, Diagnostic) for edit in edits),
        faults=(*faults, *(one for one in made if isinstance(one, Diagnostic))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry of ``resources``: its key as resolved, and its table as written."""

    key: EntryKey
    raw: Tree
    path: TomlPath

    @property
    def spelling(self) -> str:
        """Return how the command line names the entry."""
        flavor, pool = self.key.parts
        return f"{flavor}/{pool or f'{flavor}-default'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scaled:
    """An entry with all that is asked of it: one count, or one for each of some zones."""

    entry: _Entry
    targets: list[ScaleTarget]

    @property
    def is_twice(self) -> bool:
        """Tell whether the same nodes are asked for twice."""
        zones = [one.az for one in self.targets]
        return len(set(zones)) < len(zones) or ("" in zones and len(zones) > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    sources: SourceMap
    address: Address
    entries: tuple[_Entry, ...]
    variables: Mapping[str, InputVariable]

    def find_entry(self, target: ScaleTarget) -> _Entry | Diagnostic:
        named = [one for one in self.entries if one.key.parts[0] == target.flavor]
        if not named:
            return self._report_flavor(target)
        if target.node_pool:
            wanted = "" if is_default_pool(target.flavor, target.node_pool) else target.node_pool
            chosen = [one for one in named if one.key.parts[1] == wanted]
        else:
            chosen = named
        if len(chosen) != 1:
            return self._report_choice(target, named=named, is_any=bool(chosen))
        return chosen[0]

    def make_edits(self, scaled: _Scaled) -> tuple[NumberEdit, ...] | Diagnostic:
        """Return the numbers to change: the count or those of zones, and those that have to agree with them."""
        entry, target = scaled.entry, scaled.targets[0]
        count = entry.raw.get("count")
        if scaled.is_twice:
            what = f"{', '.join(f'{one.name}={one.count}' for one in scaled.targets)} cannot all be true. Give one."
            return self.report(entry, "scale.twice", "The same nodes are scaled twice", what)
        if isinstance(count, dict):
            return self._report_range(entry, target)
        for name in ("count", "azs"):
            if isinstance(entry.raw.get(name), str):
                wanted = {"": target.count} if name == "count" and "azs" not in entry.raw else {}
                return self._report_expression(entry, target, name, wanted=wanted)
        if "azs" not in entry.raw:
            return self._edit_count(entry, target)
        return self._edit_zones(entry, scaled.targets)

    def report(self, entry: _Entry, code: str, summary: str, detail: str, *steps: str | int) -> Diagnostic:
        file = self.sources.files[self.address]
        location = self.sources.locate(file, (*entry.path, *steps), is_value=True)
        detail = f"{detail} {_UNTOUCHED}"
        return make_error(code, summary, detail=detail, address=str(self.address), location=location)

    def _edit_count(self, entry: _Entry, target: ScaleTarget) -> tuple[NumberEdit, ...] | Diagnostic:
        if target.az:
            what = f"The entry of {target.flavor} names no zones: the service chooses them. Leave @{target.az} out."
            return self.report(entry, "scale.zone", "The zone cannot be scaled", what)
        return self._edit_sum(entry, total=target.count)

    def _edit_sum(self, entry: _Entry, *, total: int) -> tuple[NumberEdit, ...]:
        # On a Dedicate pool the service keeps count and max_count equal; on a Logical one max_count is a quota.
        is_equal = entry.raw.get("max_count") == entry.raw.get("count")
        names = ("count", "max_count") if is_equal else ("count",)
        return tuple(self._edit(entry, total, name) for name in names if isinstance(entry.raw.get(name), int))

    def _edit_zones(self, entry: _Entry, targets: list[ScaleTarget]) -> tuple[NumberEdit, ...] | Diagnostic:
        zones = [as_tree(one) for one in as_list(entry.raw["azs"])]
        names = [as_text(one.get("az")) for one in zones]
        counts = {name: one.get("count") for name, one in zip(names, zones, strict=True)}
        wanted = {one.az or names[0]: one.count for one in targets}
        if any(not one.az for one in targets) and len(zones) > 1:
            spelled = ", ".join(f"{targets[0].name}@{name}=N" for name in names)
            what = f"The entry fixes the nodes zone by zone: {', '.join(names)}. Say which: {spelled}."
            return self.report(entry, "scale.zone", "The zone cannot be scaled", what, "azs")
        for name in (one for one in wanted if one not in names):
            what = f"The entry has no nodes in {name}.{_suggest(name, names)} Its zones: {', '.join(names)}."
            return self.report(entry, "scale.zone", "The zone cannot be scaled", what, "azs")
        # A sum that is written has to follow: then every zone counts.
        needed = names if isinstance(entry.raw.get("count"), int) else [*wanted]
        if computed := next((name for name in needed if not isinstance(counts[name], int)), ""):
            return self._report_expression(entry, targets[0], "azs", names.index(computed), "count", wanted=wanted)
        total = sum(wanted.get(name, as_int(count)) for name, count in counts.items())
        edits = (self._edit(entry, number, "azs", names.index(name), "count") for name, number in wanted.items())
        return (*edits, *self._edit_sum(entry, total=total))

    def _edit(self, entry: _Entry, number: int, *steps: str | int) -> NumberEdit:
        path = (*entry.path, *steps)
        before: Value = entry.raw
        zone = ""
        for step in steps:
            before = as_list(before)[step] if isinstance(step, int) else as_tree(before)[step]
            zone = as_text(as_tree(before).get("az")) or zone
        file = self.sources.files[self.address]
        return NumberEdit(
            file=file,
            path=path,
            label=f"count of {zone}" if zone else str(steps[-1]),
            line=self.sources.locate(file, path, is_value=True).line,
            before=as_int(before),
            after=number,
        )

    def _report_flavor(self, target: ScaleTarget) -> Diagnostic:
        flavors = list(dict.fromkeys(one.key.parts[0] for one in self.entries))
        there = f"Flavors of {self.address}: {', '.join(flavors) or 'none'}."
        what = f"{self.address} has no entry of {target.flavor}.{_suggest(target.flavor, flavors)} {there} {_UNTOUCHED}"
        location = self.sources.find(self.address)
        summary = "The pool has no entry of this flavor"
        return make_error("scale.unknown-flavor", summary, detail=what, address=str(self.address), location=location)

    def _report_choice(self, target: ScaleTarget, *, named: list[_Entry], is_any: bool) -> Diagnostic:
        spelled = sorted({f"{one.spelling}=N" for one in named})
        if is_any and len(spelled) == 1:
            what = f"{len(named)} entries of {target.flavor} differ in their creating step alone: edit one by hand."
        elif is_any:
            what = f"{target.flavor} has {len(named)} entries. Say which node pool: {', '.join(spelled)}."
        else:
            what = f"{target.flavor} has no node pool {target.node_pool}. There is: {', '.join(spelled)}."
        return self.report(named[0], "scale.node-pool", "It is not clear which nodes are meant", what)

    def _report_range(self, entry: _Entry, target: ScaleTarget) -> Diagnostic:
        table = as_tree(entry.raw["count"])
        bounds = (table.get("min"), table.get("max"))
        if not all(isinstance(one, int) for one in bounds):
            return self._report_expression(entry, target, "count", wanted={})
        what = (
            f"The count of {target.name} is a range, {bounds[0]} to {bounds[1]}: within it the count belongs to "
            f"somebody else, and poolctl acts only outside of it. {explain_range(table, number=target.count)}. "
            f"{self._then}"
        )
        return self.report(entry, "scale.range", "The count is a range", what, "count")

    def _report_expression(
        self, entry: _Entry, target: ScaleTarget, *steps: str | int, wanted: Mapping[str, int]
    ) -> Diagnostic:
        """Say what computes the text at ``steps``, and what it is to become, where ``wanted`` has it by zone."""
        text: Value = entry.raw
        zone = ""
        for step in steps:
            text = as_list(text)[step] if isinstance(step, int) else as_tree(text)[step]
            zone = as_text(as_tree(text).get("az")) or zone
        number = wanted.get(zone)
        origin = explain_origin(self.sources, as_text(text), number=number, variables=self.variables)
        where = (
            f"{origin}; all that reads it follows."
            if origin
            else "Change what it is computed from, or write a number here."
        )
        what = (
            f"The files compute the nodes of {target.name}; a number written in its place would cut that off. "
            f"{where} {self._then}"
        )
        return self.report(entry, "scale.expression", "The count is an expression", what, *steps)

    @property
    def _then(self) -> str:
        return f"Then run poolctl apply --target {shlex.quote(str(self.address))}."


def _list_entries(sources: SourceMap, desired: DesiredState, address: Address) -> tuple[_Entry, ...]:
    """Return the entries of the block: keys as resolved, tables as written, which are in the same order."""
    path: TomlPath = (address.kind, address.name, "resources")
    written = as_list(find_member(sources.documents[sources.files[address]].tree, *map(str, path)))
    resolved = as_list(find_member(desired.resources[address].tree, *RESOURCES))
    return tuple(
        _Entry(key=_make_key(as_tree(one)), raw=as_tree(raw), path=(*path, index))
        for index, (one, raw) in enumerate(zip(resolved, written, strict=False))
    )


def _make_key(entry: Tree) -> EntryKey:
    flavor, pool = as_text(entry.get("flavor")), as_text(entry.get("nodePool"))
    return EntryKey(parts=(flavor, "" if is_default_pool(flavor, pool) else pool))


def _find_address_fault(sources: SourceMap, desired: DesiredState, address: Address) -> Diagnostic | None:
    pools = [str(one) for one in sorted(desired.resources) if one.kind == "pool"]
    if address.kind != "pool":
        what = f"{address} has no nodes: only pools are scaled. Pools of the files: {', '.join(pools) or 'none'}."
    elif address not in desired.resources or address not in sources.files:
        what = f"No file declares {address}.{_suggest(str(address), pools)} Pools of the files: {', '.join(pools)}."
    elif "for_each" in as_tree(find_member(_find_tree(sources, address), address.kind, address.name)):
        what = (
            "Its block makes several pools by for_each: a count there is that of all. Edit it by hand, then run "
            f"poolctl apply --target {quote_word(address)}."
        )
    else:
        return None
    location = sources.find(address)
    return make_error(
        "scale.address", "This address cannot be scaled", detail=f"{what} {_UNTOUCHED}", location=location
    )


def _find_tree(sources: SourceMap, address: Address) -> Tree:
    return sources.documents[sources.files[address]].tree


def _suggest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""
