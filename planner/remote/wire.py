"""The wire: lanes with headers and an authentication, foreign exceptions mapped, requests logged for who asks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from planner.core.desired import ProviderSettings
from planner.remote.errors import RemoteError
from planner.remote.exchanges import Outgoing, Raw, exchange
from planner.remote.lanes import Lane, Lanes
from planner.remote.request_log import RequestLog
from planner.remote.transport_faults import build_transport_error, find_foreign_errors
from planner.remote.watchdog import Watchdog

if TYPE_CHECKING:
    import httpx

    from planner.remote.authentication import Authentication


class Wire:
    """Sends requests, each exactly once; may be used from many threads."""

    def __init__(
        self,
        open_http: "Callable[[], httpx.Client]",
        *,
        authentication: "Authentication",
        settings: ProviderSettings,
        is_simulated: bool = False,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Open HTTP clients by ``open_http``; ``log`` takes lines."""
        self._lanes = Lanes(open_http)
        self._watchdog = Watchdog()
        self._authentication = authentication
        self._settings = settings
        self._is_simulated = is_simulated
        self._log = None if log is None else RequestLog(log, find_secrets=lambda: self.secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return everything that must never be shown, as of now."""
        return self._authentication.secrets

    @property
    def advice(self) -> str:
        """Return what to do where the credentials are not accepted."""
        return self._authentication.advice

    def send(self, outgoing: Outgoing) -> Raw:
        """Return the answer to one attempt. Raises RemoteError."""
        with self._lanes.take() as lane:
            if self._log is None:
                return self._exchange(lane, outgoing)
            return self._exchange_aloud(lane, outgoing, self._log)

    def note_pause(self, seconds: float) -> None:
        """Log that a request is repeated after a while."""
        if self._log is not None:
            self._log.note_pause(seconds)

    def close(self) -> None:
        """Close every connection."""
        self._watchdog.close()
        self._lanes.close()

    def _exchange_aloud(self, lane: Lane, outgoing: Outgoing, log: RequestLog) -> Raw:
        sent = log.note_sent(outgoing)
        try:
            raw = self._exchange(lane, outgoing)
        except RemoteError as error:
            log.note_failure(sent, error.diagnostics[0].detail)
            raise
        log.note_answer(sent, raw)
        return raw

    def _exchange(self, lane: Lane, outgoing: Outgoing) -> Raw:
        try:
            return exchange(lane, outgoing, settings=self._settings, watchdog=self._watchdog)
        except find_foreign_errors(is_simulated=self._is_simulated) as one:
            fault = build_transport_error(one, target=outgoing.target, secrets=self.secrets)
        # Raised outside the handler: the foreign exception holds the request, and that the token.
        raise fault
