"""Whether a value is plainly what a JSON Schema describes: a quick look before the models are asked.

The models tell every fault in words, and cost a tenth of a second to load. What their own schema plainly takes needs
neither. Only words of a schema that are known here say yes, and only where the models would: anything else is not
plain, be it right or wrong, and the models decide.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Check: TypeAlias = Callable[[Any], bool]

_WORDS: Final = frozenset({"default", "description", "title"})
_SILENT: Final = _WORDS | {"$defs", "$schema"}
_MAPS: Final = frozenset({"$defs", "patternProperties", "properties"})
_DEFINITION: Final = "#/$defs/"
_NULL: Final = {"type": "null"}


def strip_words(schema: Schema, *, has_null: bool = False) -> dict[str, Any]:
    """Return ``schema`` without what it says to people; null is a choice only where ``has_null``."""
    return {
        word: {name: strip_words(one, has_null=has_null) for name, one in value.items()}
        if word in _MAPS
        else _strip(value, has_null=has_null)
        for word, value in schema.items()
        if word not in _WORDS
    }


def _strip(value: Any, *, has_null: bool) -> Any:
    match value:
        case dict():
            return strip_words(value, has_null=has_null)
        case list():
            return [_strip(one, has_null=has_null) for one in value if has_null or one != _NULL]
        case _:
            return value


def build_check(schema: Schema) -> Check:
    """Return the test of ``schema`` (2020-12), which is read as far as values need it; it never raises.

    Texts with the format ``date-time`` are moments with an offset, as TOML has them. Objects with
    ``patternProperties`` have no other members. Raises no error for words that are not known: they are never plain.
    """
    return _Builder(schema.get("$defs", {})).build(schema)


class _Builder:
    """Tests by definition; each is built when a value first needs it."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._checks: dict[str, Check] = {}

    def build(self, schema: Schema) -> Check:
        words = {word: value for word, value in schema.items() if word not in _SILENT}
        match words:
            case {"$ref": str(name), **rest} if not rest:
                return self._refer(name.removeprefix(_DEFINITION))
            case {"anyOf": [*choices], **rest} if not rest:
                return _choose(tuple(map(self.build, choices)))
            case {"oneOf": [*choices], **rest} if not rest:
                return _choose(tuple(map(self.build, choices)))
            case {"type": "object", **rest} if rest.keys() <= _OBJECT_WORDS:
                return self._build_object(rest)
            case {"type": "array", **rest} if rest.keys() <= _ARRAY_WORDS:
                return self._build_array(rest)
            case {"type": "string", **rest}:
                return _build_text(rest)
            case {"type": ("integer" | "number") as name, **rest} if rest.keys() <= _NUMBER_WORDS:
                return _build_number(name, rest)
            case _:
                return _build_simple(words)

    def _refer(self, name: str) -> Check:
        def check(value: Any) -> bool:
            found = self._checks.get(name)
            if found is None:
                found = self._checks[name] = self.build(self._definitions[name])
            return found(value)

        return check

    def _build_object(self, words: Schema) -> Check:
        members = {name: self.build(one) for name, one in words.get("properties", {}).items()}
        required = frozenset(words.get("required", ()))
        find_other = self._build_others(words)

        def check(value: Any) -> bool:
            if type(value) is not dict or not required <= value.keys():
                return False
            for name, member in value.items():
                test = members.get(name) or find_other(name)
                if test is None or not test(member):
                    return False
            return True

        return check

    def _build_others(self, words: Schema) -> Callable[[str], Check | None]:
        """Return what finds the test of a member that is no property by its name; None refuses it."""
        rows = [(_build_text({"pattern": one}), self.build(schema)) for one, schema in _list_patterns(words)]
        if rows:
            return lambda name: next((test for is_named, test in rows if is_named(name)), None)
        others = words.get("additionalProperties", True)
        if isinstance(others, bool):
            return functools.partial(_find_same, _accept if others else None)
        test, is_named = self.build(others), self.build({"type": "string", **words.get("propertyNames", {})})
        return lambda name: test if is_named(name) else None

    def _build_array(self, words: Schema) -> Check:
        test = self.build(words.get("items", {}))
        low, high = words.get("minItems", 0), words.get("maxItems", _ENDLESS)

        def check(value: Any) -> bool:
            return type(value) is list and low <= len(value) <= high and all(map(test, value))

        return check


_OBJECT_WORDS: Final = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "propertyNames"}
)
_ARRAY_WORDS: Final = frozenset({"items", "minItems", "maxItems"})
_TEXT_WORDS: Final = frozenset({"pattern", "minLength", "maxLength"})
_NUMBER_WORDS: Final = frozenset({"minimum", "maximum"})
_ENDLESS: Final = float("inf")
_END: Final = "$"


def _list_patterns(words: Schema) -> list[tuple[str, Schema]]:
    return list(words.get("patternProperties", {}).items())


def _find_same(check: Check | None, name: str) -> Check | None:
    del name
    return check


def _choose(checks: tuple[Check, ...]) -> Check:
    # Most members are one thing or left out, and each is asked for every pool.
    if len(checks) == 1:
        return checks[0]
    return lambda value: any(check(value) for check in checks)


def _build_simple(words: Schema) -> Check:
    match words:
        case {"enum": [*choices], **rest} if rest.keys() <= {"type"} and all(type(one) is str for one in choices):
            allowed = frozenset(choices)
            return lambda value: type(value) is str and value in allowed
        case {"const": str(only), **rest} if rest.keys() <= {"type"}:
            return lambda value: type(value) is str and value == only
        case {"type": "boolean", **rest} if not rest:
            return lambda value: type(value) is bool
        case {"type": "null", **rest} if not rest:
            return lambda value: value is None
        case _:
            return _refuse if words else _accept


def _accept(value: Any) -> bool:
    del value
    return True


def _refuse(value: Any) -> bool:
    del value
    return False


def _build_text(words: Schema) -> Check:
    if words.get("format") == "date-time" and len(words) == 1:
        return lambda value: type(value) is dt.datetime and value.utcoffset() is not None
    if "enum" in words or "const" in words:
        return _build_simple({"type": "string", **words})
    if not words.keys() <= _TEXT_WORDS:
        return _refuse
    low, high = words.get("minLength", 0), words.get("maxLength", _ENDLESS)
    pattern = words.get("pattern")
    if pattern is None:
        return lambda value: type(value) is str and low <= len(value) <= high
    return lambda value: type(value) is str and low <= len(value) <= high and _find(pattern, value)


def _find(pattern: str, text: str) -> bool:
    return _compile(pattern).search(text) is not None


@functools.cache
def _compile(pattern: str) -> re.Pattern[str]:
    # At its end $ is the very end of the text, as it is for the models, and no line break may follow.
    return re.compile(pattern.removesuffix(_END) + r"\Z" if pattern.endswith(_END) else pattern)


def _build_number(name: str, words: Schema) -> Check:
    low, high = words.get("minimum", -_ENDLESS), words.get("maximum", _ENDLESS)
    types = (int,) if name == "integer" else (int, float)
    # Not a number is between no two bounds.
    return lambda value: type(value) in types and low <= value <= high
