"""Manual pages, one a command, in the language of man(7)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tools.command_tree import CommandPage

_STATUS: Final = (
    ("0", "Done; for plan also: no changes, or changes that --detailed-exitcode did not ask for."),
    ("1", "An error, a usage error, a refusal or an interrupt; what was not done is told on stderr."),
    ("2", "The plan has changes, where --detailed-exitcode asked."),
)


def make_man_pages(pages: Iterable[CommandPage], *, version: str, epoch: int) -> Mapping[str, str]:
    """Return the pages by the name of their file; ``epoch`` is the moment that they are dated with."""
    date = dt.datetime.fromtimestamp(epoch, tz=dt.UTC).date().isoformat()
    known = tuple(pages)
    return {
        f"{_name(page)}.1": "\n".join(_format(page, among=known, version=version, date=date)) + "\n" for page in known
    }


def _format(page: CommandPage, *, among: tuple[CommandPage, ...], version: str, date: str) -> Iterator[str]:
    yield f'.TH {_escape(_name(page).upper())} 1 {date} "poolctl {_escape(version)}" "poolctl"'
    yield from (".SH NAME", f"{_escape(_name(page))} \\- {_escape(page.summary)}")
    yield from (".SH SYNOPSIS", f".B {_escape(' '.join(page.words))}", _escape(page.usage))
    yield ".SH DESCRIPTION"
    yield from _join((_escape(one) for one in page.about), by=".PP")
    yield from _list_terms("COMMANDS", page.commands)
    yield from _list_terms("OPTIONS", page.options)
    yield from (".SH EXAMPLES", ".nf", *(_escape(one) for one in page.examples), ".fi")
    yield from _list_terms("EXIT STATUS", _STATUS)
    near = [one for one in among if one.words[:-1] == page.words or one.words == page.words[:-1]]
    if near:
        yield from (".SH SEE ALSO", ", ".join(f"\\fB{_escape(_name(one))}\\fR(1)" for one in near))


def _name(page: CommandPage) -> str:
    return "-".join(page.words)


def _list_terms(heading: str, terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = [line for term, meaning in terms for line in (".TP", f"\\fB{_escape(term)}\\fR", _escape(meaning))]
    if rows:
        yield from (f".SH {heading}", *rows)


def _join(lines: Iterable[str], *, by: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield from (by, line) if number else (line,)


def _escape(text: str) -> str:
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
