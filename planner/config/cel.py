"""The edge to the CEL library: one expression over named values gives one value, or words that say why not.

The library is loaded when the first expression is evaluated. It knows no clock, no environment and no files, and
stops after 10,000 rounds of ``map``, ``filter``, ``all`` and ``exists``; what it does not bound is bounded here.
It goes over the keys of a map in an order that differs from run to run; here they are always taken by name.
"""

import datetime as dt
import functools
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from planner.config.cel_bounds import check_bounds, check_result
from planner.config.cel_errors import CelError
from planner.config.cel_words import explain_compilation, explain_evaluation
from planner.config.expression_tokens import find_tokens
from planner.config.unknown_ids import UnknownId
from planner.core.addresses import parse_address

if TYPE_CHECKING:
    from cel_expr_python import cel


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """Return what ``text`` comes to over ``values``, by identifier; raises CelError.

    The result is None, a bool, an int, a finite float, a text, an aware datetime, an UnknownId, or a list or dict
    of such values.
    """
    check_bounds(text, values)
    signature = tuple((name, _find_type_word(value)) for name, value in sorted(values.items()))
    program = _compile(_order_rounds(text), signature)
    try:
        outcome = program.eval(data={name: _encode(value) for name, value in values.items()})
        found = outcome.plain_value()
    except MemoryError:
        raise CelError(explain_evaluation("Iteration budget exceeded")) from None
    except RuntimeError as error:
        raise CelError(explain_evaluation(str(error))) from None
    if outcome.type().name() == "ERROR":
        raise CelError(explain_evaluation(str(found)))
    result = _decode(found)
    check_result(result)
    return result


def check_expression(text: str, values: Mapping[str, Any], *, is_condition: bool = False) -> None:
    """Raise CelError where ``text`` cannot be compiled over values of these types, or is no condition."""
    check_bounds(text, values)
    signature = tuple((name, _find_type_word(value)) for name, value in sorted(values.items()))
    found = _compile(_order_rounds(text), signature).return_type().name()
    if is_condition and found not in {"BOOL", "DYN"}:
        raise CelError("It comes to something else than true or false.")


_ORDER: Final = ".in_order()"
_ROUND: Final = re.compile(r"(?:map|filter)")
_ID_MEMBER: Final = "\x01id"
"""No key of a file holds this character, so that no map of a user is taken for an id."""


def _order_rounds(text: str) -> str:
    """Return ``text`` with what ``map`` and ``filter`` go over put in order first."""
    tokens = tuple(find_tokens(text))
    points = [
        dot.start
        for dot, name, bracket in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if dot.text == "." and _ROUND.fullmatch(name.text) and bracket.text == "("
    ]
    for point in reversed(points):
        text = f"{text[:point]}{_ORDER}{text[point:]}"
    return text


def _find_own_start(text: str, start: int) -> int:
    """Return the place of ``start`` in the text before the rounds were put in order."""
    return len(text[:start].replace(_ORDER, ""))


def _put_in_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, dict) else value


_Signature = tuple[tuple[str, str], ...]


@functools.lru_cache(maxsize=4096)
def _compile(text: str, signature: _Signature) -> "cel.Expression":
    try:
        return _make_environment(signature).compile(text)
    except RuntimeError as error:
        found = explain_compilation(str(error), text=text)
        start = None if found.start is None else _find_own_start(text, found.start)
        raise CelError(found.words, start=start) from None


@functools.lru_cache(maxsize=512)
def _make_environment(signature: _Signature) -> "cel.Env":
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_math, ext_strings

    types = {
        "bool": cel.Type.BOOL,
        "int": cel.Type.INT,
        "float": cel.Type.DOUBLE,
        "text": cel.Type.STRING,
        "moment": cel.Type.TIMESTAMP,
        "list": cel.Type.List(cel.Type.DYN),
        "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
        "any": cel.Type.DYN,
    }
    any_map = cel.Type.Map(cel.Type.DYN, cel.Type.DYN)
    overloads = [
        cel.Overload(
            f"in_order_{word}", return_type=types["list"], parameters=[type_], is_member=True, impl=_put_in_order
        )
        for word, type_ in (("list", types["list"]), ("map", any_map))
    ]
    return cel.NewEnv(
        variables={name: types[word] for name, word in signature},
        functions=[cel.FunctionDecl("in_order", overloads)],
        extensions=[ext_strings.ExtStrings(), ext_math.ExtMath()],
    )


def _find_type_word(value: object) -> str:
    match value:
        case bool():
            return "bool"
        case dt.datetime():
            return "moment"
        case _:
            return _TYPE_WORDS.get(type(value), "any")


_TYPE_WORDS: Final[Mapping[type, str]] = {int: "int", float: "float", str: "text", list: "list", dict: "map"}


def _encode(value: Any) -> Any:
    match value:
        case UnknownId():
            return {_ID_MEMBER: str(value.address)}
        case list():
            return [_encode(one) for one in value]
        case dict():
            return {key: _encode(one) for key, one in value.items()}
        case _:
            return value


def _decode(value: Any) -> Any:
    match value:
        case list():
            return [_decode(one) for one in value]
        case dict():
            return _decode_map(value)
        case float() if not math.isfinite(value):
            raise CelError("It comes to no finite number, and no key takes one.")
        case None | bool() | int() | float() | str() | dt.datetime():
            return value
        case dt.timedelta():
            raise CelError('It comes to a duration. Durations are texts in the files: write one, such as "30s".')
        case _:
            raise CelError("It comes to bytes or to a type, and no key takes one.")


def _decode_map(value: dict[Any, Any]) -> Any:
    address = parse_address(str(value.get(_ID_MEMBER, "")))
    if address is not None:
        return UnknownId(address=address)
    if not all(isinstance(key, str) for key in value):
        raise CelError(
            "It comes to a map with keys that are no texts. Keys of the files are texts: string(x) makes one."
        )
    return {key: _decode(value[key]) for key in sorted(value)}
