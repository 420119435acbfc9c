"""The names that an expression reads: ``var.x``, ``local.x``, ``each.key``, ``network.x.id``."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from planner.config.expression_tokens import OPENING, Token, find_tokens
from planner.core.lazy_dataclass import dataclass

ROOTS: Final = ("var", "local", "each", "network", "pool")
BLOCK_ROOTS: Final = frozenset({"network", "pool"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name: ``member`` is ``id``, ``name`` or empty; ``key`` that of an instance, if it is written out.

    ``start`` and ``end`` are its span in the expression, less the key of an instance and what follows.
    """

    root: str
    name: str
    start: int
    end: int
    member: str = ""
    is_computing: bool = False

    @property
    def text(self) -> str:
        """Return the name as it is written."""
        return f"{self.root}.{self.name}{f'.{self.member}' if self.member else ''}"


IsKnown = Callable[[str, str], bool]
"""Tells whether a root has a name: names with hyphens are told from subtractions by it."""


def find_names(text: str, *, is_known: IsKnown, roots: Sequence[str] = ROOTS) -> Iterator[Name]:
    """Yield the names of ``text`` in their order; ``is_computing`` marks ids that more than passing on is done with."""
    tokens = tuple(find_tokens(text))
    end = 0
    for index, token in enumerate(tokens):
        is_first = token.start >= end and (index == 0 or tokens[index - 1].text != ".")
        if is_first and token.kind == "name" and token.text in roots:
            found = _read_name(tokens, index, is_known=is_known)
            end = found.end
            yield found


def _read_name(tokens: tuple[Token, ...], index: int, *, is_known: IsKnown) -> Name:
    root = tokens[index]
    first = _find_member(tokens, index + 1)
    if first is None:
        return Name(root=root.text, name="", start=root.start, end=root.end)
    name, last = _join_hyphens(tokens, index + 2, root=root.text, is_known=is_known)
    found = Name(root=root.text, name=name, start=root.start, end=tokens[last].end)
    if root.text not in BLOCK_ROOTS:
        return found
    return _read_block_name(tokens, found, first=index, last=last)


def _read_block_name(tokens: tuple[Token, ...], found: Name, *, first: int, last: int) -> Name:
    """Add what is read of a block: its member, behind the key of an instance where there is one."""
    closed = _find_closing(tokens, last + 1)
    member = _find_member(tokens, closed + 1)
    if member is None:
        return found
    is_instance = closed > last
    is_computing = member.text == "id" and _is_computed(tokens, first, closed + 2)
    return Name(
        root=found.root,
        name=found.name,
        start=found.start,
        end=found.end if is_instance else member.end,
        member="" if is_instance else member.text,
        is_computing=is_computing,
    )


def _find_member(tokens: tuple[Token, ...], index: int) -> Token | None:
    """Return the name that stands behind a dot at ``index``."""
    is_member = index + 1 < len(tokens) and tokens[index].text == "." and tokens[index + 1].kind == "name"
    return tokens[index + 1] if is_member else None


def _join_hyphens(tokens: tuple[Token, ...], index: int, *, root: str, is_known: IsKnown) -> tuple[str, int]:
    """Return the longest known name that begins at ``index``, and the index of its last token."""
    name, last = tokens[index].text, index
    best = (name, last) if is_known(root, name) else None
    while last + 2 < len(tokens) and _is_hyphenated(tokens[last : last + 3]):
        name, last = f"{name}-{tokens[last + 2].text}", last + 2
        best = (name, last) if is_known(root, name) else best
    return best or (name, last)


def _is_hyphenated(three: tuple[Token, ...]) -> bool:
    left, sign, right = three
    is_joined = left.end == sign.start and sign.end == right.start
    return is_joined and sign.text == "-" and right.kind in {"name", "number"}


def _find_closing(tokens: tuple[Token, ...], index: int) -> int:
    """Return the index of the bracket that closes the one at ``index``; the one before where none is opened."""
    if index >= len(tokens) or tokens[index].text != "[":
        return index - 1
    depth = 0
    for at in range(index, len(tokens)):
        depth += (tokens[at].text in OPENING) - (tokens[at].text in OPENING.values())
        if depth == 0:
            return at
    return index - 1


_PASSING_BEFORE: Final = frozenset({"?", ":", ",", "", "(", "[", "{"})
_PASSING_AFTER: Final = frozenset({"?", ":", ",", "", ")", "]", "}"})
_PASSING_CALLS: Final = frozenset({"map", "filter"})


def _is_computed(tokens: tuple[Token, ...], first: int, last: int) -> bool:
    """Tell whether the value of the tokens from ``first`` to ``last`` is more than passed on."""
    before = tokens[first - 1].text if first else ""
    after = tokens[last + 1].text if last + 1 < len(tokens) else ""
    if before not in _PASSING_BEFORE or after not in _PASSING_AFTER or after == "?":
        return True
    opening = _find_opening(tokens, first - 1)
    if opening < 0:
        return False
    owner = tokens[opening - 1] if opening else None
    is_owned = owner is not None and (owner.kind == "name" or owner.text in {")", "]"})
    if is_owned and owner is not None:
        return owner.text not in _PASSING_CALLS
    return _is_computed(tokens, opening, _find_end(tokens, opening))


def _find_opening(tokens: tuple[Token, ...], index: int) -> int:
    """Return the index of the innermost bracket that is open behind ``index``; -1 where there is none."""
    depth = 0
    for at in range(index, -1, -1):
        depth += (tokens[at].text in OPENING.values()) - (tokens[at].text in OPENING)
        if depth < 0:
            return at
    return -1


def _find_end(tokens: tuple[Token, ...], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        depth += (tokens[at].text in OPENING) - (tokens[at].text in OPENING.values())
        if depth == 0:
            return at
    return len(tokens) - 1
