"""Wiring: credentials become an authentication, the endpoint becomes connections."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import planner
from planner.core.desired import ProviderSettings
from planner.core.lazy_dataclass import dataclass
from planner.remote.connection import make_opener, open_simulator
from planner.remote.credentials import Credentials, KeyPair, Password, Token
from planner.remote.endpoint import Endpoint
from planner.remote.errors import AnswerLost, Unreachable
from planner.remote.exchanges import Outgoing
from planner.remote.identity import Asking, Reply, TokenSource
from planner.remote.paths import JSON
from planner.remote.wire import Wire

if TYPE_CHECKING:
    from planner.remote.authentication import Authentication


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a wire is made of: ``world`` is the embedded simulator's file, ``log`` takes the lines of ``--debug``."""

    endpoint: Endpoint
    credentials: Credentials | None
    settings: ProviderSettings
    world: Path
    now: Callable[[], dt.datetime]
    log: Callable[[str], None] | None = None


@contextmanager
def open_wire(wiring: Wiring) -> Iterator[Wire]:
    """Open the wire and close its connections at the end. Raises RemoteError."""
    with _open_authentication(wiring) as authentication:
        opener = make_opener(
            wiring.endpoint.base_url,
            headers=_build_headers(wiring.settings),
            auth=authentication,
            settings=wiring.settings,
            transport=open_simulator(wiring.endpoint, wiring.world),
        )
        is_simulated = wiring.endpoint.kind == "simulator"
        wire = Wire(
            opener, authentication=authentication, settings=wiring.settings, is_simulated=is_simulated, log=wiring.log
        )
        with closing(wire):
            yield wire


@contextmanager
def _open_authentication(wiring: Wiring) -> "Iterator[Authentication]":
    from planner.remote.authentication import NoAuth, SigningAuth, TokenAuth

    match wiring.credentials:
        case None:
            yield NoAuth()
        case Token() as token:
            yield TokenAuth(token)
        case KeyPair() as keys:
            yield SigningAuth(keys, project_id=wiring.endpoint.project_id, now=wiring.now)
        case Password() as user:
            with _open_token_source(wiring, user) as authentication:
                yield authentication
        case _:
            assert_never(wiring.credentials)


@contextmanager
def _open_token_source(wiring: Wiring, user: Password) -> "Iterator[Authentication]":
    from planner.remote.authentication import AskingAuth, PasswordAuth

    # The question carries the password in its body, and the log of requests has to know what to mask.
    plain = AskingAuth(lambda: source.secrets)
    opener = make_opener(user.auth_url, headers=_build_common_headers(), auth=plain, settings=wiring.settings)
    with closing(Wire(opener, authentication=plain, settings=wiring.settings, log=wiring.log)) as wire:
        asking = Asking(user=user, url=user.auth_url, project_id=wiring.endpoint.project_id)
        source = TokenSource(asking, post=lambda url, content: _post(wire, url, content), now=wiring.now)
        yield PasswordAuth(source, origin=user.origin)


def _post(wire: Wire, url: str, content: bytes) -> Reply:
    """Ask for a token; what goes wrong here never reached the service, so that every request may be tried again."""
    outgoing = Outgoing(method="POST", url=url, headers={"Content-Type": JSON}, content=content)
    try:
        raw = wire.send(outgoing)
    except AnswerLost as error:
        lost = f"The identity service: {error.diagnostics[0].detail}"
    except Unreachable as error:
        raise Unreachable(error.diagnostics[0].detail, may_have_reached=False, is_lasting=error.is_lasting) from None
    else:
        return Reply(
            status=raw.status,
            token=raw.headers.get("x-subject-token", ""),
            content=raw.content,
            retry_after=raw.headers.get("retry-after"),
        )
    raise Unreachable(lost, may_have_reached=False)


def _build_headers(settings: ProviderSettings) -> Mapping[str, str]:
    wanted = {"X-ModelArts-User-ID": settings.user_id, "request-type": settings.request_type}
    return _build_common_headers() | {name: value for name, value in wanted.items() if value is not None}


def _build_common_headers() -> dict[str, str]:
    return {"Accept": JSON, "User-Agent": f"poolctl/{planner.__version__}"}
