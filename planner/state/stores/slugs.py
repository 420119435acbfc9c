"""Names for refs and files that stand for one path."""

import hashlib
import re


def make_slug(path: str) -> str:
    """Return a name for a ref and a file that stands for ``path`` alone."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", path.removesuffix(".json")).strip("-")[:60]
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest
