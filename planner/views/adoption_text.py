"""What an adoption wrote, and what it left out, as text."""

import shlex
from collections import Counter
from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, make_notice
from planner.core.lazy_dataclass import dataclass
from planner.views.escape import escape_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionView:
    """What an adoption wrote: files, the addresses in them, and where was looked.

    ``owned`` counts what the files or the state had already. ``is_proven``: a plan has shown that nothing changes.
    """

    files: tuple[str, ...]
    addresses: tuple[Address, ...]
    owned: int
    place: str
    is_proven: bool


def format_adopted(adopted: AdoptionView, *, directory: str) -> str:
    """Return the files that were written and what to do next; ``directory`` is what ``-C`` named, or empty."""
    known = f" {adopted.owned} declared or tracked already." if adopted.owned else ""
    if not adopted.files:
        return f"Nothing to adopt in {escape_text(adopted.place)}.{known}\n"
    where = f" -C {escape_text(shlex.quote(directory))}" if directory else ""
    counted = adopted.addresses
    expected = (
        f"{len(counted)} to import, 0 to change" if adopted.is_proven else f"{len(counted)} to import; what differs?"
    )
    return "".join(
        (
            *(f"Wrote {escape_text(name)}\n" for name in adopted.files),
            f"\nTo adopt: {_count_kinds(counted)}.{known}\n\n",
            f"Review the files, then look:  poolctl{where} plan    # {expected}\n",
            f"Adopt:                        poolctl{where} apply\n",
        )
    )


def format_letting_go(removed: str) -> str:
    """Return what to write into the files of Terraform, with the order of the steps; empty for nothing."""
    if not removed:
        return ""
    return (
        "\n# One tool for one pool: when that apply is done, put this in the place of the resource blocks in\n"
        f"# Terraform's files and run `terraform apply`. It forgets them and destroys nothing.\n{removed}"
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
