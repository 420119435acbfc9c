"""The service as a function: a world and a request give the next world and an answer.

Nothing here raises for a request, whatever its bytes; what the service would refuse is an answer with an error body.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from planner.simulator.calls import Call
from planner.simulator.documents import World
from planner.simulator.drafts import Draft, parse_time
from planner.simulator.errors import BAD_SIGNATURE, METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND, UNAUTHENTICATED, Refusal
from planner.simulator.events import list_events
from planner.simulator.networks import create_network, delete_network, list_networks, patch_network, show_network
from planner.simulator.node_marks import lock_nodes, unlock_nodes, update_nodes
from planner.simulator.nodes import delete_nodes, list_nodes
from planner.simulator.options import Options
from planner.simulator.orders import list_orders, show_order
from planner.simulator.parameters import check_parameters
from planner.simulator.pool_creation import create_pool
from planner.simulator.pools import delete_pool, list_pools, patch_pool, show_pool
from planner.simulator.quotas import list_flavors, show_config, show_quotas
from planner.simulator.requests import Request, Response
from planner.simulator.scopes import retry_scope
from planner.simulator.statistics import show_monitor, show_statistics
from planner.simulator.steps import step_world
from planner.simulator.tags import change_tags, list_tags, show_tags
from planner.simulator.workloads import list_workloads

Handler = Callable[[Draft, Call], Response]

ROUTES: Final[Mapping[str, Mapping[str, Handler]]] = {
    "/v2/{}/pools": {"GET": list_pools, "POST": create_pool},
    "/v2/{}/pools/{}": {"GET": show_pool, "PATCH": patch_pool, "DELETE": delete_pool},
    "/v2/{}/pools/{}/retry-scope": {"POST": retry_scope},
    "/v2/{}/pools/{}/monitor": {"GET": show_monitor},
    "/v2/{}/statistics/pools": {"GET": show_statistics},
    "/v2/{}/pools/{}/nodes": {"GET": list_nodes},
    "/v2/{}/pools/{}/nodes/batch-delete": {"POST": delete_nodes},
    "/v2/{}/pools/{}/nodes/batch-lock": {"POST": lock_nodes},
    "/v2/{}/pools/{}/nodes/batch-unlock": {"POST": unlock_nodes},
    "/v2/{}/pools/{}/nodes/batch-update": {"POST": update_nodes},
    "/v2/{}/pools/{}/workloads": {"GET": list_workloads},
    "/v1/{}/networks": {"GET": list_networks, "POST": create_network},
    "/v1/{}/networks/{}": {"GET": show_network, "PATCH": patch_network, "DELETE": delete_network},
    "/v1/{}/resourceflavors": {"GET": list_flavors},
    "/v1/{}/quotas": {"GET": show_quotas},
    "/v1/{}/os-user-config": {"GET": show_config},
    "/v1/{}/pools/tags": {"GET": list_tags},
    "/v1/{}/pools/{}/tags": {"GET": show_tags, "POST": change_tags},
    "/v1/{}/orders": {"GET": list_orders},
    "/v1/{}/orders/{}": {"GET": show_order},
    "/v1/{}/events": {"GET": list_events},
}
"""What the service answers, by path (``{}`` is a name) and method."""

_COMPILED = [(re.compile(path.replace("{}", "([^/]+)")), path) for path in ROUTES]
_AUTH_HEADERS = frozenset({"x-auth-token", "authorization"})


def respond(world: World, request: Request, *, steps: int = 1) -> tuple[World, Response]:
    """Let ``steps`` steps pass, then answer ``request``.

    A request that reads a world at rest returns the same world; so a plan writes nothing. The clock moves 20
    seconds a step, with every write and with every step of something that moves. Answers carry it as ``Date``.
    """
    if world.options.require_auth and not has_credentials(request):
        return world, refuse_credentials(world)
    stepped = _let_pass(world, steps=steps, is_write=request.is_write)
    answered, response = _answer(stepped, request)
    if request.is_write:
        answered = _log_write(answered, request, status=response.status)
    return answered, _stamp(answered, response)


def has_credentials(request: Request) -> bool:
    """Tell whether a request carries a token or a signature, whatever it is worth."""
    return bool(_AUTH_HEADERS & set(request.headers))


def refuse_credentials(world: World) -> Response:
    """Return the answer to a request without credentials."""
    return _stamp(world, Refusal(401, UNAUTHENTICATED, text="token is invalid").make_response())


def refuse_signature(world: World) -> Response:
    """Return the answer of the gateway before the service to a request with a wrong signature, or none."""
    text = "Incorrect IAM authentication information: verify aksk signature fail"
    return _stamp(world, Refusal(401, BAD_SIGNATURE, text=text).make_response())


def _let_pass(world: World, *, steps: int, is_write: bool) -> World:
    for _ in range(steps):
        if not world.moving:
            break
        world = step_world(_tick(world))
        is_write = False
    return _tick(world) if is_write else world


def _tick(world: World) -> World:
    draft = Draft(world)
    draft.tick()
    return draft.finish()


def _answer(world: World, request: Request) -> tuple[World, Response]:
    draft = Draft(world, cause=f"{request.method} {request.path}")
    try:
        handler, call = _find_route(request, world.options)
        response = handler(draft, call)
    except Refusal as refusal:
        return world, refusal.make_response(has_details=world.options.error_details)
    return draft.finish() if request.is_write else world, response


def _find_route(request: Request, options: Options) -> tuple[Handler, Call]:
    for pattern, route in _COMPILED:
        match = pattern.fullmatch(request.path)
        if match is None:
            continue
        handlers = ROUTES[route]
        if request.method not in handlers:
            allowed = ", ".join(sorted(handlers))
            raise Refusal(405, METHOD_NOT_ALLOWED, text="The method is not allowed here.", headers={"allow": allowed})
        project_id, *names = match.groups()
        check_parameters(request, route=route, project_id=project_id, options=options)
        return handlers[request.method], Call(request=request, project_id=project_id, names=tuple(names))
    raise Refusal(404, ROUTE_NOT_FOUND, text="The API does not exist.")


def _log_write(world: World, request: Request, *, status: int) -> World:
    draft = Draft(world)
    record = {
        "method": request.method,
        "path": request.path,
        "content_type": request.headers.get("content-type", ""),
        "body": request.body.decode("utf-8", "replace"),
        "status": status,
    }
    draft.append("requests", record)
    return draft.finish()


def _stamp(world: World, response: Response) -> Response:
    date = parse_time(world.document["clock"]).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return Response(status=response.status, headers={**response.headers, "date": date}, body=response.body)
