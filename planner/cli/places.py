"""Several ``-C DIR``: the command runs in one directory after the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from planner.cli.session import DONE, FAILED, Session
from planner.cli.spelling import is_awaiting_value
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one run ended; after an interrupt nothing more is begun."""

    code: int
    is_interrupted: bool = False


def split_places(arguments: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the directories of all ``-C`` and the other arguments; values of other options are left alone."""
    places: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif (place := _read_place(word, words)) is not None:
            places.append(place)
        else:
            rest += [word, *_take_value(word, words)]
    return tuple(places), tuple(rest)


def run_in_places(session: Session, arguments: Sequence[str], *, run: Callable[[Sequence[str]], Ending]) -> int:
    """Run the command in each directory that ``arguments`` name, and return the worst exit code.

    A command that only reads goes on after a failure; any other stops there, for what comes after may rest on it.
    """
    places, rest = split_places(arguments)
    if len(places) <= 1:
        return run(arguments).code
    from planner.views.escape import escape_text

    worst = DONE
    for place in places:
        session.terminal.progress(f"==> {escape_text(place)}")
        ending = run(("-C", place, *rest))
        worst = FAILED if FAILED in {worst, ending.code} else max(worst, ending.code)
        if ending.is_interrupted or (ending.code == FAILED and not _READING & {*rest}):
            break
    return worst


_READING: Final = frozenset({"validate", "fmt", "plan", "drift", "nodes", "doctor", "log", "show"})
_LONG: Final = "--chdir"
_SHORT: Final = "-C"


def _read_place(word: str, words: Iterator[str]) -> str | None:
    if word in {_SHORT, _LONG}:
        return next(words, "")
    if word.startswith(f"{_LONG}="):
        return word.partition("=")[2]
    return word.removeprefix(_SHORT) if word.startswith(_SHORT) else None


def _take_value(word: str, words: Iterator[str]) -> Iterator[str]:
    if is_awaiting_value(word):
        value = next(words, None)
        if value is not None:
            yield value
