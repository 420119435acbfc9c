"""A client of the bare function: no transport, no server, one world that each request replaces.

Every answer is held against ``schemas/openapi.yaml``: its status is declared, and its body has the declared shape.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from openapi_answers import explain_answer

from planner.simulator import seeding
from planner.simulator.documents import World, start_world
from planner.simulator.requests import make_request
from planner.simulator.world import respond

CPU = "modelarts.vm.cpu.4ud"


@dataclass
class Service:
    """Sends requests to a world it owns."""

    world: World

    def send(self, method, target, body=None, *, content_type="application/json", headers=None):
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = make_request(method, target, headers={"content-type": content_type, **(headers or {})}, body=content)
        self.world, response = respond(self.world, request)
        answer = Answer(response.status, json.loads(response.body), dict(response.headers))
        # The API declares 400 for what an option may refuse with another status.
        status = 400 if answer.status == self.world.options.refusal_status else answer.status
        is_lenient = self.world.options.odd_parameters == "ignore"
        fault = explain_answer(method, request.path, status=status, body=answer.json, reads_odd_parameters=is_lenient)
        assert not fault
        return answer

    def pools(self, query=""):
        return self.send("GET", f"/v2/{seeding.PROJECT_ID}/pools{query}")

    def pool(self, pool_id):
        return self.send("GET", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}")

    def create(self, body):
        return self.send("POST", f"/v2/{seeding.PROJECT_ID}/pools", body)

    def patch(self, pool_id, body, content_type="application/merge-patch+json"):
        return self.send("PATCH", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}", body, content_type=content_type)

    def delete(self, pool_id):
        return self.send("DELETE", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}")

    def nodes(self, pool_id):
        return self.send("GET", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}/nodes").json["items"]

    def batch(self, pool_id, action, body):
        return self.send("POST", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}/nodes/{action}", body)

    def workloads(self, pool_id, query=""):
        return self.send("GET", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}/workloads{query}")

    def v1(self, method, path, body=None, content_type="application/merge-patch+json"):
        return self.send(method, f"/v1/{seeding.PROJECT_ID}/{path}", body, content_type=content_type)

    def seed_pool(self, **seed):
        self.world, pool_id = seeding.make_pool(self.world, **({"name": "training", "flavors": {CPU: 2}} | seed))
        return pool_id

    def seed_networks(self, *names):
        for name in names:
            self.world, _ = seeding.make_network(self.world, name=name)

    def statuses(self, pool_id, count):
        return [self.pool(pool_id).json["status"] for _ in range(count)]


@dataclass
class Answer:
    """A decoded answer."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def code(self):
        return self.json.get("error_code")


@pytest.fixture
def service():
    return Service(start_world())


@pytest.fixture
def make_service():
    return lambda **options: Service(start_world(**options))
