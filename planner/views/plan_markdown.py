"""A plan as Markdown for a pull request: the summary first, folded diffs, and the command that approves it."""

from collections.abc import Sequence
from typing import Final

from planner.core.changes import Change, Plan
from planner.core.lazy_dataclass import dataclass
from planner.views.change_order import rank_changes
from planner.views.markdown_parts import (
    list_digests,
    list_drift,
    list_folds,
    list_jobs,
    list_notes,
    list_rollout_items,
    list_rows,
    make_closing,
    make_head,
    make_table_head,
)

GITHUB_LIMIT: Final = 65_536
# What a job puts around the text, such as a mark that finds its comment again, has room too.
_LIMIT: Final = GITHUB_LIMIT - 1_536
_NOTE: Final = 1_000
_SHARES: Final = {"rows": 35_000, "rollouts": 1_000, "notes": 3_000, "jobs": 4_000, "drift": 4_000, "digests": 3_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A section: ``rows`` are whole pieces, of which as many are kept as there is room for."""

    name: str
    nouns: tuple[str, str]
    rows: Sequence[str]
    title: str = ""
    separator: str = "\n"
    is_fold: bool = False

    def format(self, kept: Sequence[str]) -> str:
        """Return the section with ``kept`` rows and a line about the others; empty without rows."""
        if not self.rows:
            return ""
        left = len(self.rows) - len(kept)
        more = [f"\n… and {left:,} more {_count_noun(left, self.nouns)}."] if left else []
        body = self.separator.join([*kept, *more])
        if self.is_fold:
            return f"<details>\n<summary>{self.title}</summary>\n\n{body}\n\n</details>\n"
        return f"{self.title}\n{body}\n"


def format_plan_markdown(plan: Plan, *, saved: str = "") -> str:
    """Return ``plan`` as Markdown of at most 64,000 characters, which every forge takes as a comment.

    ``saved`` is the path of the plan's file, where it has one: it is named as the place of the whole. Text from
    outside stands in code alone. What had to be left out is counted in words.
    """
    ranked = rank_changes(plan)
    head, closing = make_head(plan), make_closing(plan, saved=saved)
    parts = _build_parts(plan, ranked)
    whole = _join([head, *(part.format(part.rows) for part in parts), closing])
    if len(whole) <= _LIMIT:
        return whole
    kept = _choose(parts, room=_LIMIT - _NOTE - len(head) - len(closing))
    note = _make_note(parts, kept, saved=saved)
    return _join([head, note, *(part.format(rows) for part, rows in zip(parts, kept, strict=True)), closing])


def _build_parts(plan: Plan, ranked: tuple[Change, ...]) -> tuple[_Part, ...]:
    return (
        _Part(
            name="rows",
            nouns=("change", "changes"),
            rows=list_rows(plan, ranked),
            title=make_table_head(plan),
        ),
        _Part(name="rollouts", nouns=("rollout", "rollouts"), rows=list_rollout_items(plan), title="### Rollouts\n"),
        _Part(name="notes", nouns=("warning", "warnings"), rows=list_notes(plan), title="### Warnings\n"),
        _Part(name="jobs", nouns=("job", "jobs"), rows=list_jobs(ranked), title="### Jobs in danger\n"),
        _Part(
            name="drift",
            nouns=("field", "fields"),
            rows=list_drift(plan),
            title="### Changed outside of poolctl since the last apply\n\n"
            "| Address | Field | Was | Is now | Rule |\n| --- | --- | --- | --- | --- |",
        ),
        _Part(
            name="folds",
            nouns=("diff", "diffs"),
            rows=list_folds(ranked),
            title="### Changes\n",
            separator="\n\n",
        ),
        _Part(
            name="digests",
            nouns=("digest", "digests"),
            rows=list_digests(ranked),
            title="Digests of the single changes",
            is_fold=True,
        ),
    )


def _choose(parts: Sequence[_Part], *, room: int) -> list[list[str]]:
    """Return the rows that are kept of each part: all parts have a share, the diffs have what is left."""
    kept = {part.name: _fit(part, _SHARES[part.name]) for part in parts if part.name in _SHARES}
    used = sum(len(part.format(kept[part.name])) + 1 for part in parts if part.name in kept)
    return [kept[part.name] if part.name in kept else _fit(part, room - used) for part in parts]


def _fit(part: _Part, room: int) -> list[str]:
    left, kept = room - len(part.title) - _NOTE // 4, list[str]()
    for row in part.rows:
        left -= len(row) + len(part.separator)
        if left < 0:
            break
        kept.append(row)
    return kept


def _make_note(parts: Sequence[_Part], kept: Sequence[Sequence[str]], *, saved: str) -> str:
    counts = [(part, len(part.rows) - len(rows)) for part, rows in zip(parts, kept, strict=True)]
    missing = ", ".join(f"{left:,} {_count_noun(left, part.nouns)}" for part, left in counts if left)
    where = (
        "the saved plan holds the whole: see the command at the end."
        if saved
        else "`poolctl plan` with the same options prints the whole, and `--out FILE` keeps it."
    )
    return (
        f"> **Left out here:** {missing}, because a comment on GitHub holds {GITHUB_LIMIT:,} characters. "
        f"The worst come first; {where}\n"
    )


def _count_noun(count: int, nouns: tuple[str, str]) -> str:
    return nouns[0] if count == 1 else nouns[1]


def _join(sections: Sequence[str]) -> str:
    return "\n".join(section for section in sections if section)
