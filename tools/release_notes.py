"""The notes of a release: what the changelog says of its version."""

import re
from typing import Final

_HEADING: Final = re.compile(r"^## \[?(?P<name>[^\]\s]+)\]?.*$", re.MULTILINE)
_UNRELEASED: Final = "Unreleased"


def cut_release_notes(changelog: str, *, version: str) -> str:
    """Return the notes of ``version``, or of what is unreleased where the changelog has no heading for it yet.

    Raises ValueError where the changelog has neither, or says nothing under it.
    """
    headings = [*_HEADING.finditer(changelog)]
    ends = [one.start() for one in headings[1:]] + [len(changelog)]
    sections = {one["name"]: changelog[one.end() : end].strip() for one, end in zip(headings, ends, strict=True)}
    name = version if version in sections else _UNRELEASED
    if not sections.get(name):
        raise ValueError(f"the changelog says nothing of {version}, and nothing under {_UNRELEASED}")
    mark = "" if name == version else " (not released yet)"
    return f"# poolctl {version}{mark}\n\n{sections[name]}\n"
