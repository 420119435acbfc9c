"""Values of variables by their declared type: texts from outside are read, values of files are checked."""

import json
import math
import re
from typing import Any, Final

import tomli

from planner.config.wording import format_value, name_type

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_INT64: Final = 2**63
_NAMES: Final = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": 'a list, such as ["a", "b"]',
    "map": "a map, such as { a = 1 }",
}
_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "list": (list,),
    "map": (dict,),
}


class MisfitError(Exception):
    """Why a value does not fit its variable, in words."""


def find_type(written: object, default: object) -> str:
    """Return the type of a variable: as it is written, else that of its default, else ``string``."""
    if isinstance(written, str) and written in _NAMES:
        return written
    found = (word for word, classes in _CLASSES.items() if type(default) in classes)
    return next(found, "string")


def read_text(text: str, *, type_: str) -> Any:
    """Return the value that ``text``, from the environment or the command line, spells. Raises MisfitError."""
    stripped = text.strip()
    match type_:
        case "string":
            return text
        case "int" if _WHOLE.fullmatch(stripped):
            return fit_value(int(stripped), type_=type_)
        case "bool" if stripped in {"true", "false"}:
            return stripped == "true"
        case "float":
            return fit_value(_read_number(text), type_=type_)
        case "list" | "map":
            return fit_value(_read_structure(text, type_=type_), type_=type_)
        case _:
            raise MisfitError(f"{format_value(text)} is not {_NAMES[type_]}.")


def fit_value(value: object, *, type_: str) -> Any:
    """Return ``value`` where it has the type, a whole number as decimal where that is wanted. Raises MisfitError."""
    is_boolean = isinstance(value, bool)
    if not isinstance(value, _CLASSES[type_]) or (is_boolean and type_ != "bool"):
        raise MisfitError(f"It is {name_type(value)}, and has to be {_NAMES[type_]}.")
    if why := _find_unfit(value):
        raise MisfitError(why)
    return float(value) if type_ == "float" and isinstance(value, int) else value


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise MisfitError(f"{format_value(text)} is not a number.") from None


def _read_structure(text: str, *, type_: str) -> object:
    """Read a list or map as JSON or as TOML: both are what people have at hand on a command line."""
    for read in (json.loads, lambda one: tomli.loads(f"value = {one}")["value"]):
        try:
            return read(text)
        except (ValueError, RecursionError, KeyError):
            continue
    raise MisfitError(f"{format_value(text)} is not {_NAMES[type_]}.")


def _find_unfit(value: object) -> str:
    """Return why no variable can have ``value``, in words; empty where one can."""
    match value:
        case int() if not -_INT64 <= value < _INT64:
            return "A whole number in it has more than 64 bits."
        case float() if not math.isfinite(value):
            return "A number in it is not finite."
        case dict():
            return next(filter(None, map(_find_unfit, value.values())), "")
        case list():
            return next(filter(None, map(_find_unfit, value)), "")
        case bool() | int() | float() | str():
            return ""
        case None:
            return "It holds null, and a file has no null: leave the key out."
        case _:
            return "It holds a date. Write it as a text; ${timestamp(var.NAME)} makes a moment of it."
