"""``[backend.s3]``: names that mean one object, and an address that takes no credential along."""

import re
from collections.abc import Iterator
from typing import Final

from planner.config.blocks import RawBlock
from planner.config.faults import Fault
from planner.config.urls import has_credentials, is_loopback, split_url
from planner.config.wording import format_value
from planner.core.trees import as_tree

CODE: Final = "config.s3-backend"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_LONGEST_KEY: Final = 900
_ODD: Final = frozenset("\\{}^%`[]\"'<>~#|?*&$@=;:+,!()")


def find_s3_faults(row: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with ``[backend.s3]`` of the ``[backend]`` in ``row``."""
    checks = {"bucket": _judge_bucket, "key": _judge_key, "region": _judge_region, "endpoint": _judge_endpoint}
    written = as_tree(row.body.get("s3"))
    for key, judge in checks.items():
        text = written.get(key)
        if not isinstance(text, str):
            continue
        if key == "endpoint" and _has_credentials(text):
            yield _make_secret_fault(row)
        elif why := judge(text):
            yield row.make_fault(
                "s3", key, code=CODE, summary=f"{key} is not accepted", detail=f"{format_value(text)} {why}"
            )


def _judge_bucket(text: str) -> str:
    """Return why ``text`` is no name of a bucket, in words; empty where it is one."""
    if _BUCKET.fullmatch(text) and ".." not in text:
        return ""
    return "is no name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots."


def _judge_key(text: str) -> str:
    """Return why a state cannot be at ``text``, in words; empty where it can."""
    is_plain = text.isascii() and text.isprintable() and len(text) <= _LONGEST_KEY and not set(text) & _ODD
    if is_plain and all(one.strip() and one not in {".", ".."} for one in text.split("/")):
        return ""
    return 'is no plain key of an object. Write one such as "prod/pools.state.json"; the lock is beside it.'


def _judge_region(text: str) -> str:
    """Return why ``text`` is no region, in words; empty where it is one."""
    return "" if _REGION.fullmatch(text) else 'is no name of a region. Write one such as "eu-central-1".'


def _judge_endpoint(text: str) -> str:
    """Return why no bucket can be at ``text``, in words; empty where one can."""
    parts = split_url(text)
    if parts is None or not parts.hostname or parts.scheme not in {"http", "https"}:
        return 'is no https:// address. Write one such as "https://s3.example", or leave it out for AWS.'
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "has no encryption: over plain http:// everybody on the way could read the state. Write https://."
    if parts.query or parts.fragment or parts.path.strip("/") or not (text.isascii() and text.isprintable()):
        return "does not end after the host and port. The bucket and the key have lines of their own."
    return ""


def _has_credentials(text: str) -> bool:
    parts = split_url(text)
    return parts is not None and has_credentials(parts)


def _make_secret_fault(row: RawBlock) -> Fault:
    return row.make_fault(
        "s3",
        "endpoint",
        code="config.secret",
        summary="credentials do not belong in the files",
        detail="The address holds a user name or password. Delete that part, make the password invalid if the file "
        "was shared, and give credentials in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "AWS_PROFILE.",
    )
