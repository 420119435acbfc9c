"""``dataclass`` as the standard library's, made in a tenth of its time: what it would compile waits for the first use.

The standard one compiles up to six methods for every class while it is imported, and a command imports hundreds of
classes and makes objects of few. To a type checker this is the standard one. ``replace`` is compiled, too: the
standard one looks at each field of each value anew.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return ``value`` with other fields, like ``dataclasses.replace``."""
        return value.__replace__(**changes)

    def dataclass(*, frozen: bool = False, order: bool = False, **options: Any) -> Callable[[type], type]:
        """Return a decorator like ``dataclasses.dataclass``."""

        def decorate(kind: type) -> type:
            # Of a class without words the standard one spells the signature, half a millisecond that nobody reads.
            kind.__doc__ = kind.__doc__ or kind.__name__
            made = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(kind)
            _complete(made, is_frozen=frozen, is_ordered=order)
            return made

        return decorate


def _complete(kind: type, *, is_frozen: bool, is_ordered: bool) -> None:
    own = kind.__dict__
    fields = dataclasses.fields(kind)
    methods: dict[str, Any] = {"__init__": _wait_for_use(kind, is_frozen=is_frozen), "__repr__": _repr}
    if "__eq__" not in own:
        compared = _make_key(one.name for one in fields if one.compare)
        methods["__eq__"] = _make_eq(compared)
        methods["__hash__"] = _make_hash(compared) if is_frozen else None
    if is_ordered:
        compared = _make_key(one.name for one in fields if one.compare)
        methods |= {f"__{one.__name__}__": _make_order(compared, one) for one in (lt, le, gt, ge)}
    if is_frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
        methods |= {"__getstate__": _make_state, "__setstate__": _take_state}
    methods["__replace__"] = _wait_for_replace(kind)
    for name, method in methods.items():
        if name in ("__hash__", "__replace__") or name not in own:
            setattr(kind, name, method)


_FEW = 16
"""Objects of one class whose slow making takes less than to compile a quick one."""


def _wait_for_use(kind: type, *, is_frozen: bool) -> Callable[..., None]:
    """Return an ``__init__`` that after a few calls puts the compiled one in its place."""
    left = _FEW

    def __init__(self: Any, *positional: Any, **named: Any) -> None:  # noqa: N807 - it is the method
        nonlocal left
        left -= 1
        if left and not positional and _fill(self, named):
            return
        # What is not called as it has to be is told by the compiled one.
        made = _compile_init(kind, is_frozen=is_frozen)
        kind.__init__ = made  # type: ignore[misc]  # only on the class itself, until now
        made(self, *positional, **named)

    return __init__


def _fill(one: Any, named: dict[str, Any]) -> bool:
    """Set all fields of a new object, and tell whether ``named`` is what they are made of."""
    fields = dataclasses.fields(one)
    given = 0
    for each in fields:
        if each.name in named:
            value = named[each.name]
            given += 1
        elif each.default_factory is not dataclasses.MISSING:
            value = each.default_factory()
        elif each.default is not dataclasses.MISSING:
            value = each.default
        else:
            return False
        object.__setattr__(one, each.name, value)
    return given == len(named) and not hasattr(one, "__post_init__")


def _wait_for_replace(kind: type) -> Callable[..., Any]:
    def __replace__(self: Any, /, **changes: Any) -> Any:  # noqa: N807 - it is the method
        made = _compile_replace(kind)
        kind.__replace__ = made  # type: ignore[attr-defined]  # only on the class itself, as above
        return made(self, **changes)

    return __replace__


def _compile_replace(kind: type) -> Callable[..., Any]:
    names = [one.name for one in dataclasses.fields(kind)]
    parameters = ", ".join(["self", "/", *(["*"] if names else []), *(f"{name}=_MISSING" for name in names)])
    values = ", ".join(f"{name}=self.{name} if {name} is _MISSING else {name}" for name in names)
    scope: dict[str, Any] = {"_kind": kind, "_MISSING": dataclasses.MISSING}
    exec(f"def __replace__({parameters}):\n    return _kind({values})", scope)  # noqa: S102 - as for __init__
    made: Callable[..., Any] = scope["__replace__"]
    return made


def _compile_init(kind: type, *, is_frozen: bool) -> Callable[..., None]:
    fields = dataclasses.fields(kind)
    scope: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": dataclasses.MISSING}
    for one in fields:
        scope |= {f"_default_{one.name}": one.default, f"_make_{one.name}": one.default_factory}
    lines = [f"def __init__({', '.join(_spell_parameters(fields))}):"]
    lines += [f"    {_spell_assignment(one, is_frozen=is_frozen)}" for one in fields]
    lines += ["    self.__post_init__()" if hasattr(kind, "__post_init__") else "    return"]
    exec("\n".join(lines), scope)  # noqa: S102 - names of fields of our own classes, as dataclasses does it
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _spell_parameters(fields: Iterable[dataclasses.Field[Any]]) -> Iterator[str]:
    yield "self"
    yield from (_spell_parameter(one) for one in fields if not one.kw_only)
    named = [_spell_parameter(one) for one in fields if one.kw_only]
    yield from ["*", *named] if named else ()


def _spell_parameter(one: "dataclasses.Field[Any]") -> str:
    if one.default_factory is not dataclasses.MISSING:
        return f"{one.name}=_MISSING"
    return one.name if one.default is dataclasses.MISSING else f"{one.name}=_default_{one.name}"


def _spell_assignment(one: "dataclasses.Field[Any]", *, is_frozen: bool) -> str:
    has_factory = one.default_factory is not dataclasses.MISSING
    value = f"_make_{one.name}() if {one.name} is _MISSING else {one.name}" if has_factory else one.name
    return f"_set(self, {one.name!r}, {value})" if is_frozen else f"self.{one.name} = {value}"


def _make_key(names: Iterable[str]) -> Callable[[Any], Any]:
    known = tuple(names)
    return attrgetter(*known) if known else lambda _one: ()


def _make_eq(find_key: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807 - it is the method
        if self is other:
            return True
        return find_key(self) == find_key(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _make_order(find_key: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    def __order__(self: Any, other: Any) -> Any:  # noqa: N807 - it is the method
        return compare(find_key(self), find_key(other)) if other.__class__ is self.__class__ else NotImplemented

    return __order__


def _make_hash(find_key: Callable[[Any], Any]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:  # noqa: N807 - it is the method
        return hash(find_key(self))

    return __hash__


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, *_value: Any) -> None:
    del self
    raise dataclasses.FrozenInstanceError(f"{name!r} of a frozen value cannot be changed")


def _make_state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _take_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)
