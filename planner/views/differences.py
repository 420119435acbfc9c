"""The rows of one change: its field changes, what is known after apply, and what goes or comes whole."""

from collections.abc import Iterator

from planner.core.changes import Action, Change, Disruption, FieldChange
from planner.core.diagnostics import SourceLocation
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Maybe, Reference, Tree, Value, as_list, as_text, as_tree, find_member
from planner.views.escape import escape_text
from planner.views.values import make_file_name, quote_text

_RESERVED = "os.modelarts/"
# The id has its own line, and the service always gives a flavor's own node pool the same name.
_TOLD_ELSEWHERE = ("id", "nodePool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One row to show: ``label`` is raw, ``is_unknown`` means that ``after`` is known after apply."""

    path: FieldPath
    label: str
    before: Maybe
    after: Maybe
    is_unknown: bool = False
    is_forcing: bool = False
    disruption: Disruption = Disruption.NONE
    source: SourceLocation | None = None

    @property
    def symbol(self) -> str:
        """Return ``+``, ``-`` or ``~``."""
        if self.before is ABSENT:
            return "+"
        return "-" if self.after is ABSENT and not self.is_unknown else "~"


def build_differences(change: Change) -> tuple[Difference, ...]:
    """Return the rows of ``change`` in their order: its fields, then what else is known after apply.

    A create or delete whose ``fields`` are empty lists the whole tree that comes or goes.
    """
    rows = tuple(_make_difference(field, change.action) for field in change.fields) or tuple(_list_tree(change))
    told = {tuple(map(str, row.path)) for row in rows}
    return rows + tuple(row for row in _find_unknown(change) if tuple(map(str, row.path)) not in told)


def find_entry(tree: Maybe, key: EntryKey) -> Maybe:
    """Return the entry of ``spec.resources`` that ``key`` names, or ABSENT."""
    for entry in as_list(find_member(tree, "spec", "resources")):
        if make_entry_key(as_tree(entry)).parts == _pad_key(key.parts):
            return entry
    return ABSENT


def make_entry_key(entry: Tree) -> EntryKey:
    """Return (flavor, node pool) of an entry; the default node pool is empty (semantics 3.1)."""
    return EntryKey(parts=_pad_key((as_text(entry.get("flavor")), as_text(entry.get("nodePool")))))


def _pad_key(parts: tuple[str, ...]) -> tuple[str, str]:
    flavor, pool = (*parts, "", "")[:2]
    return flavor, "" if pool == f"{flavor}-default" else pool


def _make_difference(field: FieldChange, action: Action) -> Difference:
    return Difference(
        path=field.path,
        label=field.label,
        before=field.before,
        after=field.after,
        is_unknown=isinstance(field.after, Reference),
        is_forcing=action is Action.REPLACE and field.disruption is Disruption.DESTROYS,
        disruption=field.disruption,
        source=field.source,
    )


def _list_tree(change: Change) -> Iterator[Difference]:
    if change.action is Action.CREATE:
        for path, value in _walk_tree(change.after):
            unknown = isinstance(value, Reference)
            yield Difference(path=path, label=_make_label(path), before=ABSENT, after=value, is_unknown=unknown)
    if change.action is Action.DELETE:
        for path, value in _walk_tree(change.before):
            yield Difference(path=path, label=_make_label(path), before=value, after=ABSENT)


def _walk_tree(tree: Tree | None) -> Iterator[tuple[FieldPath, Value]]:
    for member in ("labels", "annotations"):
        for key, value in as_tree(find_member(tree, "metadata", member)).items():
            yield ("metadata", member, key), value
    for name, value in as_tree(find_member(tree, "spec")).items():
        if name != "resources":
            yield from _walk_members(value, ("spec", name))
    for entry in map(as_tree, as_list(find_member(tree, "spec", "resources"))):
        for name, value in entry.items():
            yield ("spec", "resources", make_entry_key(entry), name), value


def _walk_members(value: Value, path: FieldPath) -> Iterator[tuple[FieldPath, Value]]:
    if not isinstance(value, dict) or not value:
        yield path, value
        return
    for name, member in value.items():
        yield from _walk_members(member, (*path, name))


def _find_unknown(change: Change) -> Iterator[Difference]:
    for path in _walk_unknown(change.after_unknown, ()):
        named = _name_entry(path, change.after)
        if named[-1] not in _TOLD_ELSEWHERE and named != ("metadata", "name"):
            before = _find_before(change.before, named)
            yield Difference(path=named, label=_make_label(named), before=before, after=ABSENT, is_unknown=True)


def _walk_unknown(value: Maybe, path: FieldPath) -> Iterator[FieldPath]:
    if value is True:
        yield path
    members = value if isinstance(value, dict) else {}
    for name, member in members.items():
        yield from _walk_unknown(member, (*path, name))
    for index, member in enumerate(as_list(value)):
        yield from _walk_unknown(member, (*path, EntryKey(parts=(str(index),))))


def _name_entry(path: FieldPath, after: Tree | None) -> FieldPath:
    """Turn the index of a ``resources`` entry into its key."""
    match path:
        case ("spec", "resources", EntryKey(parts=(index,)), *rest):
            entries = as_list(find_member(after, "spec", "resources"))
            key = (
                make_entry_key(as_tree(entries[int(index)])) if int(index) < len(entries) else EntryKey(parts=(index,))
            )
            return ("spec", "resources", key, *rest)
        case _:
            return path


def _find_before(before: Tree | None, path: FieldPath) -> Maybe:
    match path:
        case ("spec", "resources", EntryKey() as key, *rest):
            return find_member(find_entry(before, key), *map(str, rest))
        case _:
            return find_member(before, *map(str, path))


def _make_label(path: FieldPath) -> str:
    match path:
        case ("metadata", ("labels" | "annotations") as member, str(key)):
            return _make_metadata_label(str(member), key)
        case ("spec", "resources", EntryKey() as key, *rest):
            return ".".join([f"resources[{key}]", *_make_names(rest)])
        case ("spec", "network", "name"):
            return "network"
        case ("spec", *rest) if rest:
            return ".".join(_make_names(rest))
        case _:
            return ".".join(_make_names(list(path)))


def _make_metadata_label(member: str, key: str) -> str:
    """Reserved keys have names of their own in the files: ``os.modelarts/node.prefix`` is ``node_prefix``."""
    if key.startswith(_RESERVED):
        return escape_text(key.removeprefix(_RESERVED).replace(".", "_"))
    return f"{member}[{quote_text(key)}]"


def _make_names(steps: list[str | EntryKey]) -> list[str]:
    return [make_file_name(step) if isinstance(step, str) else str(step) for step in steps]
