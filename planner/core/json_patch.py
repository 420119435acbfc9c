"""RFC 6902: JSON Patch with ``test`` operations, made by the library ``jsonpatch``."""

from typing import Any

from planner.core.trees import Reference, Tree, Value, as_tree, is_same

_ENTRY_DEPTH = 3


def make_json_patch(before: Tree | None, after: Tree | None) -> tuple[Tree, ...]:
    """Return the operations that turn ``before`` into ``after``, without ``move``.

    Each value that is replaced or removed is tested first, and each operation inside an entry of
    ``spec.resources`` comes after a test of that entry's flavor: an index alone names nobody.
    A resource that is not there is the document ``null``. References stay what they are.
    """
    import jsonpatch

    references: dict[str, Reference] = {}
    old, new = (_hide_references(tree, references) for tree in _drop_equal(before, after))
    patch: list[Tree] = []
    document: Any = old
    done: list[Tree] = []
    for raw in jsonpatch.make_patch(old, new).patch:
        document, done = _apply(document, done), []
        for operation in _expand_move(raw, document):
            document, done = _apply(document, done), [operation]
            patch += [*_make_tests(operation, document), operation]
    return tuple(as_tree(_show_references(operation, references)) for operation in patch)


def _apply(document: Any, operations: list[Tree]) -> Any:
    """Return ``document`` after ``operations``; nobody asks for it after the last one, and most patches have one."""
    import jsonpatch

    return jsonpatch.apply_patch(document, operations) if operations else document


def _drop_equal(before: Value, after: Value) -> tuple[Value, Value]:
    """Return both values less the members of objects that are the same in both: no operation speaks of those.

    Lists stay whole, for operations count their entries.
    """
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return before, after
    old, new = dict(before), dict(after)
    for name in before.keys() & after.keys():
        if is_same(before[name], after[name]):
            del old[name], new[name]
        else:
            old[name], new[name] = _drop_equal(before[name], after[name])
    return old, new


def _hide_references(value: Any, references: dict[str, Reference]) -> Any:
    """Return ``value`` with a text for each reference, which ``jsonpatch`` cannot hold; a NUL keeps it apart.

    Members come by name: ``jsonpatch`` follows their order, and the service may answer in any.
    """
    match value:
        case dict():
            return {name: _hide_references(value[name], references) for name in sorted(value)}
        case list():
            return [_hide_references(member, references) for member in value]
        case Reference():
            references[f"\0{value}"] = value
            return f"\0{value}"
        case str() if value.startswith("\0"):
            return f"\0{value}"
        case _:
            return value


def _show_references(value: Any, references: dict[str, Reference]) -> Any:
    match value:
        case dict():
            return {name: _show_references(member, references) for name, member in value.items()}
        case list():
            return [_show_references(member, references) for member in value]
        case str() if value.startswith("\0"):
            return references.get(value, value[1:])
        case _:
            return value


def _expand_move(operation: Tree, document: Any) -> list[Tree]:
    if operation["op"] != "move":
        return [operation]
    value = _find(document, str(operation["from"]))
    return [
        {"op": "remove", "path": operation["from"]},
        {"op": "add", "path": operation["path"], "value": value},
    ]


def _make_tests(operation: Tree, document: Any) -> list[Tree]:
    path = str(operation["path"])
    tests = _make_flavor_tests(path, document)
    if operation["op"] in ("replace", "remove"):
        tests.append({"op": "test", "path": path, "value": _find(document, path)})
    return tests


def _make_flavor_tests(path: str, document: Any) -> list[Tree]:
    parts = path.split("/")[1:]
    if len(parts) < _ENTRY_DEPTH or parts[:2] != ["spec", "resources"] or not parts[2].isdecimal():
        return []
    entry = _find_entry(document, int(parts[2]))
    place = "/" + "/".join(parts[:_ENTRY_DEPTH]) + "/flavor"
    return [{"op": "test", "path": place, "value": entry["flavor"]}] if "flavor" in entry and path != place else []


def _find_entry(document: Any, index: int) -> Tree:
    entries = document["spec"]["resources"]
    return as_tree(entries[index]) if index < len(entries) else {}


def _find(document: Any, path: str) -> Any:
    import jsonpatch

    return jsonpatch.JsonPointer(path).resolve(document)
