"""The word that somebody may have meant."""

from collections.abc import Iterable

_LONGEST = 200


def make_hint(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean "…"?`` for the nearest of ``known``, or an empty text where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:_LONGEST], list(known), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""
