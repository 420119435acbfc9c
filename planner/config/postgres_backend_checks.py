"""``conn`` of ``[backend.postgres]``: a database on one host, without a password, encrypted beyond this machine."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl

from planner.config.blocks import RawBlock
from planner.config.faults import Fault
from planner.config.urls import is_loopback, mask_credentials, split_url
from planner.config.wording import find_near, format_value
from planner.core.trees import as_tree

CODE: Final = "config.postgres-backend"

_SCHEMES: Final = frozenset({"postgresql", "postgres"})
_VERIFIED: Final = ("verify-full", "verify-ca")
_KNOWN: Final = ("sslmode", "connect_timeout", "application_name", "target_session_attrs", "host", "channel_binding")
_SECRET: Final = frozenset({"password", "sslpassword", "passfile", "sslkey"})
_SECRET_WORD: Final = re.compile(r"pass(word|file)\s*=|://[^/@]*:[^/@]*@", re.IGNORECASE)
_LONGEST: Final = 1000


def find_conn_faults(row: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with ``conn`` of the ``[backend]`` in ``row``."""
    text = as_tree(row.body.get("postgres")).get("conn")
    if not isinstance(text, str):
        return
    parts = split_url(text)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts is not None else {}
    is_secret = parts is not None and (parts.password is not None or _SECRET & query.keys())
    if is_secret or _SECRET_WORD.search(text):
        yield row.make_fault(
            "postgres",
            "conn",
            code="config.secret",
            summary="credentials do not belong in the files",
            detail="The connection holds a password, or says where one is. Delete that part, make the password invalid "
            "if the file was shared, and give it in PGPASSWORD or ~/.pgpass.",
        )
    elif why := _judge_conn(text, parts, query=query):
        yield row.make_fault("postgres", "conn", code=CODE, summary="conn is not accepted", detail=why)


def _judge_conn(text: str, parts: SplitResult | None, *, query: Mapping[str, str]) -> str:
    """Return why a state cannot be in the database ``text``, in words; empty where it can."""
    is_plain = text.isascii() and text.isprintable() and len(text) <= _LONGEST and not set(text) & set(" \\,")
    if parts is None or parts.scheme not in _SCHEMES or not is_plain or parts.fragment or "/" in parts.path[1:]:
        return f'{format_value(mask_credentials(text))} is no database on one host. Write one such as "postgresql://host/database".'
    unknown = next((one for one in query if one not in _KNOWN), "")
    if unknown:
        near = find_near(unknown, list(_KNOWN))
        return f'"{unknown}" may not be chosen here. Accepted: {", ".join(_KNOWN)}. {near}'.strip()
    socket = query.get("host", "")
    if socket and (parts.hostname or not socket.startswith("/")):
        return "The parameter host is for the directory of a socket of this machine. Write a host before the path."
    is_local = not parts.hostname or is_loopback(parts.hostname)
    mode = query.get("sslmode", "")
    if mode and not is_local and mode not in _VERIFIED:
        return (
            f'With sslmode={mode} somebody on the way could read the password and the state. Write "verify-full", or '
            "leave it out: that is the default. (PGSSLMODE in the environment may say otherwise.)"
        )
    return ""
