"""What an adoption wrote, and what it left out, as text."""

import shlex
from collections import Counter
from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, make_notice
from planner.views.escape import escape_text


def format_adopted(
    files: tuple[str, ...], addresses: Iterable[Address], *, owned: int, place: str, directory: str
) -> str:
    """Return the files that were written and what to do next; ``directory`` is what ``-C`` named, or empty.

    ``owned`` counts what the files or the state had already; ``place`` is where was looked.
    """
    known = f" {owned} declared or tracked already." if owned else ""
    if not files:
        return f"Nothing to adopt in {escape_text(place)}.{known}\n"
    where = f" -C {escape_text(shlex.quote(directory))}" if directory else ""
    counted = tuple(addresses)
    return "".join(
        (
            *(f"Wrote {escape_text(name)}\n" for name in files),
            f"\nTo adopt: {_count_kinds(counted)}.{known}\n\n",
            f"Review the files, then look:  poolctl{where} plan    # {len(counted)} to import, 0 to change\n",
            f"Adopt:                        poolctl{where} apply\n",
        )
    )


def make_left_out_notice(rows: Iterable[tuple[str, tuple[str, ...], str]]) -> tuple[Diagnostic, ...]:
    """Return one notice of all that was left out; a row is where, which parts of it (none: all), and why."""
    reasons: dict[str, list[str]] = {}
    for where, labels, why in rows:
        reasons.setdefault(why, []).append(f"  {where}: {', '.join(labels)}" if labels else f"  {where}")
    if not reasons:
        return ()
    parts = ["The files do not say these things, and poolctl leaves them as they are."]
    for why, lines in reasons.items():
        parts += ["", f"{why[:1].upper()}{why[1:]}:", *lines]
    return (make_notice("import.left-out", "Not everything was written", detail="\n".join(parts)),)


def _count_kinds(addresses: tuple[Address, ...]) -> str:
    counts = Counter(one.kind for one in addresses)
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in sorted(counts.items()))
