"""The log of requests for ``--debug``: what was sent and what came, one line each, with every secret masked."""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterable
from typing import Final

from planner.core.trees import Value
from planner.remote.exchanges import Outgoing, Raw
from planner.remote.outside_text import HIDDEN, format_outside_text

LONGEST_BODY: Final = 4000
_SECRET_NAME: Final = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|authorization|private.?key", re.IGNORECASE
)


class RequestLog:
    """Numbers the requests and writes lines; may be used from many threads.

    ``find_secrets`` returns what must not be shown, as of the moment in which a line is written.
    """

    def __init__(self, write: Callable[[str], None], *, find_secrets: Callable[[], Iterable[str]]) -> None:
        """Write each line, without a line break, by ``write``."""
        self._write = write
        self._find_secrets = find_secrets
        self._numbers = itertools.count(1)

    def note_sent(self, outgoing: Outgoing) -> "Sent":
        """Write what is sent."""
        sent = Sent(number=next(self._numbers))
        self._tell(sent.number, f"-> {outgoing.method} {outgoing.url}", outgoing.content)
        return sent

    def note_answer(self, sent: "Sent", raw: Raw) -> None:
        """Write what came."""
        request_id = raw.headers.get("x-request-id", "")
        named = f", request id {request_id}" if request_id else ""
        self._tell(sent.number, f"<- {raw.status} after {sent.format_seconds()}{named}", raw.content)

    def note_failure(self, sent: "Sent", reason: str) -> None:
        """Write why no answer came."""
        self._tell(sent.number, f"<- no answer after {sent.format_seconds()}: {reason}", None)

    def note_pause(self, seconds: float) -> None:
        """Write that a request is repeated after a while."""
        self._write(f"debug: repeating after {seconds:.1f} s")

    def _tell(self, number: int, text: str, content: bytes | None) -> None:
        secrets = tuple(self._find_secrets())
        body = f" {format_body(content, secrets=secrets)}" if content else ""
        self._write(f"debug: #{number} {format_outside_text(text, secrets=secrets, limit=LONGEST_BODY)}{body}")


class Sent:
    """A request under way: its number, and since when."""

    def __init__(self, *, number: int) -> None:
        """Start counting now."""
        self.number = number
        self._since = time.monotonic()

    def format_seconds(self) -> str:
        """Return how long it has been under way."""
        return f"{time.monotonic() - self._since:.3f} s"


def format_body(content: bytes, *, secrets: Iterable[str]) -> str:
    """Return a body on one line: JSON with the values of secret members masked, other text as it is, cut."""
    text = content.decode("utf-8", "replace")
    try:
        text = json.dumps(mask(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        text = _SECRET_PAIR.sub(rf"\1{HIDDEN}", text)
    return format_outside_text(text, secrets=secrets, limit=LONGEST_BODY)


_SECRET_PAIR: Final = re.compile(rf"((?:{_SECRET_NAME.pattern})[\"']?\s*[:=]\s*[\"']?)[^\s\"',&}}]+", re.IGNORECASE)


def mask(value: Value) -> Value:
    """Return ``value`` with ``[hidden]`` in the place of each text whose member's name speaks of a secret."""
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name, member) else mask(member) for name, member in value.items()}
    return [mask(one) for one in value] if isinstance(value, list) else value


def _is_secret(name: str, member: Value) -> bool:
    return isinstance(member, str) and _SECRET_NAME.search(name) is not None
