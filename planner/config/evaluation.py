"""One text of a file with ``${...}`` in it, to its value over variables, locals, ``each`` and the names of blocks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from planner.config.cel_errors import CelError
from planner.config.expression_names import BLOCK_ROOTS, ROOTS, Name, find_names
from planner.config.templates import Broken, Expression, parse_template
from planner.config.unknown_ids import UnknownId
from planner.config.wording import find_near
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """The instances of a block with ``for_each``: their ids and names by key."""

    members: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions read: values by root and name; ``failed`` names whose own fault is told already.

    A block's value is a mapping with ``id`` and ``name``, or ``Instances``.
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_known(self, root: str, name: str) -> bool:
        """Tell whether ``root`` has ``name``, be it without a value."""
        return name in self.values.get(root, {}) or name in self.failed.get(root, frozenset())


class TemplateError(Exception):
    """Why a text has no value; ``is_told`` where the fault of another place is the cause."""

    def __init__(self, words: str, *, start: int, is_told: bool = False) -> None:
        """Keep the words and the place in the text."""
        super().__init__(words)
        self.words = words
        self.start = start
        self.is_told = is_told


def evaluate_template(text: str, scope: Scope) -> Any:
    """Return the value of ``text``: that of its one expression with its type, else a text. Raises TemplateError."""
    parts = parse_template(text)
    match parts:
        case (Expression() as only,):
            return _evaluate(only, scope)
        case _:
            return "".join(_format_part(part, scope) for part in parts)


def evaluate_expression(text: str, scope: Scope) -> Any:
    """Return the value of the CEL expression ``text``, which stands alone. Raises TemplateError."""
    return _evaluate(Expression(text=text, start=0), scope)


def find_template_names(text: str, scope: Scope) -> tuple[Name, ...]:
    """Return the names that the expressions of ``text`` read; those of expressions that end."""
    expressions = (part for part in parse_template(text) if isinstance(part, Expression))
    return tuple(name for one in expressions for name in find_names(one.text, is_known=scope.is_known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An expression over variables alone; ``spans`` are the names that they stand for."""

    text: str
    values: Mapping[str, Any]
    spans: Mapping[str, str]

    def restore(self, words: str) -> str:
        """Return ``words`` with the names as they are written."""
        for slot, span in self.spans.items():
            words = words.replace(slot, span)
        return words


def bind_names(text: str, scope: Scope, *, roots: Sequence[str] = ROOTS) -> Bound:
    """Replace each name in ``text`` by a variable of the same length, so that places stay true. Raises CelError."""
    values: dict[str, Any] = {}
    written = text
    slots: dict[str, str] = {}
    for name in find_names(text, is_known=scope.is_known, roots=roots):
        value = _read(name, scope)
        span = text[name.start : name.end]
        slot = slots.setdefault(span, f"v{len(slots)}".ljust(len(span), "_"))
        values[slot] = _flatten(value)
        written = written[: name.start] + slot + written[name.end :]
    return Bound(text=written, values=values, spans={slot: span for span, slot in slots.items()})


_PLAIN: Final = re.compile(r'\s*(var|local|each)\.([A-Za-z_][A-Za-z0-9_-]*)((?:\.[A-Za-z_]\w*|\["[^"\\]+"\])*)\s*')
_STEP: Final = re.compile(r'\.(\w+)|\["([^"]+)"\]')


def _format_part(part: str | Expression | Broken, scope: Scope) -> str:
    match part:
        case str():
            return part
        case Broken():
            raise TemplateError(f"The expression does not end: {part.why}", start=part.start)
        case Expression():
            value = _evaluate(part, scope)
            text = format_text(value)
            if text is None:
                raise TemplateError(_explain_no_text(value), start=part.start)
            return text


def format_text(value: object) -> str | None:
    """Return what ``value`` is within a longer text; None for what has no spelling there."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return None


def _explain_no_text(value: object) -> str:
    if isinstance(value, UnknownId):
        return f"{value} is known after apply, so that no text can be made of it. network and parent take it whole."
    return "It comes to no text, number, true or false, and within a longer text nothing else can stand."


def _evaluate(expression: Expression, scope: Scope) -> Any:
    if not expression.text.strip():
        raise TemplateError("The expression is empty. A literal ${ is written $${.", start=expression.start)
    try:
        plain = _PLAIN.fullmatch(expression.text)
        if plain and scope.is_known(plain[1], plain[2]):
            return _read_plain(plain, scope)
        return _compute(expression.text, scope)
    except CelError as error:
        raise TemplateError(error.words, start=expression.start + (error.start or 0)) from None


def _read_plain(plain: re.Match[str], scope: Scope) -> Any:
    """Return what a plain name with its members stands for; most expressions are that, and need no library."""
    name = Name(root=plain[1], name=plain[2], start=plain.start(1), end=plain.end(2))
    value = _read(name, scope)
    for step in _STEP.finditer(plain[3]):
        key = step[1] or step[2]
        start = plain.start(3) + step.start()
        if not isinstance(value, Mapping):
            raise CelError(f"{plain[0].strip()[: start - plain.start(1)]} is no map, and has no members.", start=start)
        if key not in value:
            raise CelError(f'There is no key "{key}" in it. {find_near(key, value)}', start=start)
        value = value[key]
    return value


def _compute(text: str, scope: Scope) -> Any:
    from planner.config.cel import evaluate

    bound = bind_names(text, scope)
    try:
        return evaluate(bound.text, bound.values)
    except CelError as error:
        raise CelError(bound.restore(error.words), start=error.start) from None


def _flatten(value: Any) -> Any:
    return {key: dict(row) for key, row in value.members.items()} if isinstance(value, Instances) else value


def _read(name: Name, scope: Scope) -> Any:
    """Return the value of ``name``; raises CelError where it has none, TemplateError where that is told already."""
    if name.name in scope.failed.get(name.root, frozenset()):
        raise TemplateError("", start=0, is_told=True)
    known = scope.values.get(name.root, {})
    if name.name not in known:
        raise CelError(_explain_unknown(name, known), start=name.start)
    value = known[name.name]
    return _read_block(name, value) if name.root in BLOCK_ROOTS else value


def _read_block(name: Name, value: Any) -> Any:
    if name.is_computing:
        raise CelError(
            f"The id of {name.root}.{name.name} is known after apply, so that nothing can be computed with it. "
            "Pass it on as it is to network or parent; name is known now.",
            start=name.start,
        )
    if isinstance(value, Instances):
        if name.member:
            keys = ", ".join(f'"{key}"' for key in list(value.members)[:5])
            raise CelError(
                f"{name.root}.{name.name} has for_each, so that it is several: "
                f'write {name.root}.{name.name}["KEY"].{name.member}. Its keys: {keys or "none"}.',
                start=name.start,
            )
        return value
    if name.member not in value:
        raise CelError(
            f"Of a block, its id and its name can be read: write {name.root}.{name.name}.id or "
            f"{name.root}.{name.name}.name.",
            start=name.start,
        )
    return value[name.member]


def _explain_unknown(name: Name, known: Mapping[str, Any]) -> str:
    written = f"{name.root}.{name.name}" if name.name else name.root
    near = find_near(name.name, known)
    match name.root:
        case "each" if not known:
            return "each is known in a pool or network with for_each only."
        case "each":
            return f"{written} means nothing. {near}There are each.key and each.value."
        case "var":
            return f"No file has [variable.{name.name}]. {near}" if name.name else _explain_whole(name)
        case "local":
            return f"No [locals] has {name.name}. {near}" if name.name else _explain_whole(name)
        case _:
            return f"No file has the block [{written}]. {near}" if name.name else _explain_whole(name)


def _explain_whole(name: Name) -> str:
    return f"{name.root} alone is no value: a name follows it after a dot, such as {name.root}.NAME."
