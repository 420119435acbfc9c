"""``[backend.http]``: addresses that take no credential along, and a lock that never overwrites the state."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult

from planner.config.blocks import RawBlock
from planner.config.faults import Fault
from planner.config.urls import has_credentials, is_loopback, mask_credentials, split_url
from planner.config.wording import format_value
from planner.core.trees import Tree, as_text, as_tree

CODE: Final = "config.http-backend"
_KEYS: Final = ("address", "lock_address", "unlock_address")
_LONGEST: Final = 2000
_ODD: Final = frozenset(' \\"<>^`{|}')


def find_http_faults(row: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with ``[backend.http]`` of the ``[backend]`` in ``row``."""
    http = as_tree(row.body.get("http"))
    faults = [fault for key in _KEYS if isinstance(http.get(key), str) for fault in _check_address(row, http, key)]
    yield from faults
    if not faults and as_text(http.get("address")):
        yield from _check_methods(row, http)


def _check_address(row: RawBlock, http: Tree, key: str) -> Iterator[Fault]:
    text = as_text(http[key])
    parts = split_url(text)
    if parts is not None and has_credentials(parts):
        yield row.make_fault(
            "http",
            key,
            code="config.secret",
            summary="credentials do not belong in the files",
            detail="The address holds a user name or password. Delete that part, make the password invalid if the file "
            "was shared, and give both in the environment: TF_HTTP_USERNAME and TF_HTTP_PASSWORD.",
        )
    elif why := _judge_address(text, parts):
        yield row.make_fault("http", key, code=CODE, summary=f"{key} is not accepted", detail=why)


def _judge_address(text: str, parts: SplitResult | None) -> str:
    """Return why a state cannot be at ``text``, in words; empty where it can."""
    if parts is None or not parts.hostname or parts.scheme not in {"http", "https"}:
        return f'{format_value(mask_credentials(text))} is no https:// address. Write one such as "https://state.example/prod".'
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "Over plain http:// everybody on the way could read the password and the state. Write https://."
    if parts.query or parts.fragment or "?" in text or "#" in text:
        return "It has a query or a fragment, which may hold a token and would be in every log. Write the path alone."
    if len(text) > _LONGEST or not (text.isascii() and text.isprintable()) or set(text) & _ODD:
        return "It holds characters that no URL has, or is too long. Write them as %XX."
    return ""


def _check_methods(row: RawBlock, http: Tree) -> Iterator[Fault]:
    """Yield what would send a lock to where the state is, with a method that stores or deletes."""
    address = as_text(http["address"])
    lock_address = as_text(http.get("lock_address")) or address
    unlock_address = as_text(http.get("unlock_address")) or lock_address
    update, lock, unlock = (as_text(http.get(f"{one}_method")) for one in ("update", "lock", "unlock"))
    calls: Mapping[tuple[str, str], str] = {
        ("GET", address): "reads the state",
        ("POST", address): "stores the state",
        (update or "POST", address): "stores the state",
        ("DELETE", address): "deletes the state",
    }
    if what := calls.get((lock or "LOCK", lock_address)):
        yield _make_method_fault(row, "lock_method", what=what, advice="Give the lock an address of its own")
    elif what := {**calls, (lock or "LOCK", lock_address): "locks it"}.get((unlock or "UNLOCK", unlock_address)):
        yield _make_method_fault(row, "unlock_method", what=what, advice="Give it another address or method")


def _make_method_fault(row: RawBlock, key: str, *, what: str, advice: str) -> Fault:
    written = key in as_tree(row.body.get("http"))
    return row.make_fault(
        "http",
        *((key,) if written else ()),
        code=CODE,
        summary=f"{key} is that of another call",
        detail=f"The same method on the same address {what}. {advice}: GitLab, for one, has lock_method "
        '"POST" and unlock_method "DELETE" at an address that ends in /lock.',
        is_value=written,
    )
