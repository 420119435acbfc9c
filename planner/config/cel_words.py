"""The library's messages in plain words: what is wrong with an expression, where, and what to write instead."""

import re
from collections.abc import Callable
from typing import Final

from planner.config.cel_errors import CelError
from planner.config.wording import find_near

FUNCTIONS: Final = (
    *("size", "string", "int", "double", "bool", "timestamp", "duration", "has", "type", "matches", "contains"),
    *("startsWith", "endsWith", "map", "filter", "all", "exists", "exists_one", "replace", "split", "join", "trim"),
    *("lowerAscii", "upperAscii", "substring", "indexOf", "lastIndexOf", "charAt", "format", "reverse"),
    *("math.greatest", "math.least", "math.abs", "math.ceil", "math.floor", "math.round", "math.sign", "math.trunc"),
)
"""What users call most; for the hint at a name that is not known."""


def explain_compilation(message: str, *, text: str) -> CelError:
    """Return the words for the first error of a text that does not compile."""
    found = _PLACE.search(message)
    if found is None or found["line"] == "-1":
        return CelError(_explain(message, text=text))
    start = _find_offset(text, line=int(found["line"]), column=int(found["column"]))
    return CelError(_explain(found["words"], text=text), start=start)


def explain_evaluation(message: str) -> str:
    """Return the words for an expression that compiles and gives no value."""
    return _explain(_CODE.sub("", message), text="")


_PLACE: Final = re.compile(r"ERROR: <input>:(?P<line>-?\d+):(?P<column>-?\d+): (?P<words>.*)")
_CODE: Final = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
_TYPES: Final = {
    **dict.fromkeys(("int", "int64", "wrapper(int)", "uint", "uint64"), "a whole number"),
    **dict.fromkeys(("double", "wrapper(double)"), "a decimal number"),
    **dict.fromkeys(("string", "wrapper(string)"), "a text"),
    **dict.fromkeys(("bool", "wrapper(bool)"), "true or false"),
    "dyn": "any value",
    "null_type": "null",
    "null": "null",
    "timestamp": "a moment",
    "list": "a list",
    "google.protobuf.Timestamp": "a moment",
    "google.protobuf.Duration": "a duration",
    "map": "a map",
}


def _explain(words: str, *, text: str) -> str:
    for pattern, template in _RULES:
        if found := pattern.search(words):
            return template(found, text)
    return f"{words[:300].rstrip('.')}."


def _find_offset(text: str, *, line: int, column: int) -> int:
    before = text.split("\n")[: line - 1]
    return min(len(text), sum(len(one) + 1 for one in before) + max(0, column - 1))


def _word_undeclared(found: re.Match[str], text: str) -> str:
    name = found[1]
    if re.search(rf"\b{re.escape(name.rpartition('.')[2])}\s*\(", text):
        return f"There is no function {name}. {find_near(name, FUNCTIONS)}"
    known = ("var", "local", "each", "network", "pool", "changes", "summary")
    return f'The name "{name}" is not known here. {find_near(name, known)}Texts stand in quotes.'


def _word_overload(found: re.Match[str], _text: str) -> str:
    if "in_order" in found[1]:
        return "map and filter go over a list, or over the keys of a map; this is neither."
    operator, types = found[1].strip("@_ "), [one for one in _split_types(found[2]) if one]
    what = "? :" if operator == "?_:" else operator
    named = [_name_type(one) for one in types]
    applied = " and ".join(named) if len(named) < _MANY else ", ".join(named)
    return (
        f"{what} cannot be applied to {applied or 'this'}. "
        "Nothing is converted by itself: string(x), int(x) and double(x) convert."
    )


_MANY: Final = 3


def _split_types(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


def _name_type(word: str) -> str:
    return _TYPES.get(word) or _TYPES.get(word.partition("(")[0]) or word


def _word_select(found: re.Match[str], _text: str) -> str:
    word = _name_type(found[1])
    return f"{word[:1].upper()}{word[1:]} has no members."


def _word_syntax(found: re.Match[str], _text: str) -> str:
    there = found[1]
    if there == "<EOF>":
        return "It ends too early: something is missing at its end."
    return f"{there} cannot stand here. Expressions are written in CEL: https://cel.dev"


def _say(words: str) -> "_Template":
    return lambda found, _text: words.format(*found.groups())


_Template = Callable[[re.Match[str], str], str]
_RULES: Final[tuple[tuple[re.Pattern[str], _Template], ...]] = (
    (re.compile(r"undeclared reference to '([^']*)'"), _word_undeclared),
    (re.compile(r"no matching overload for '([^']*)' applied to '\((.*)\)'"), _word_overload),
    (re.compile(r"No matching overloads found : (\S+?)\((.*)\)"), _word_overload),
    (re.compile(r"No matching overloads found : (\S+)()"), _word_overload),
    (re.compile(r"expression of type '([^']*)' cannot be the operand of a select"), _word_select),
    (re.compile(r"Applying SELECT to non-message type"), _say("What stands before the last dot has no members.")),
    (re.compile(r"(?:mismatched|extraneous) input '(.+?)'(?: expecting|$)"), _word_syntax),
    (re.compile(r"no viable alternative at input '(.+?)'$"), _word_syntax),
    (re.compile(r"token recognition error at: '(.+)'$"), _word_syntax),
    (re.compile(r'Key not found in map : ("?.*"?)$'), _say("The map has no key {0}: has(m.key) tells beforehand.")),
    (re.compile(r"Index error: index=(-?\d+) size=(\d+)"), _say("The list has {1} members, none with the index {0}.")),
    (re.compile(r"divide by zero|modulus by zero"), _say("It divides by zero.")),
    (re.compile(r"overflow"), _say("A number in it gets too large: whole numbers have 64 bits.")),
    (re.compile(r"invalid regular expression: (.*)"), _say("It has a pattern that is none: {0}.")),
    (re.compile(r"recursion (?:depth|limit)"), _say("It is nested too deeply. Split it into several [locals].")),
    (
        re.compile(r"Iteration budget exceeded"),
        _say("It takes more than 10,000 rounds. Split it, or write what it comes to."),
    ),
)
