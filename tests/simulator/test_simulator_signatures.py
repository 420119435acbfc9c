"""Credentials that are verified: AK/SK signatures against the steps of the vendor's document."""

import hashlib
import hmac
import urllib.parse

import httpx
import pytest

from planner.simulator import seeding
from planner.simulator.documents import start_world
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.signatures import make_gate

POOLS = f"/v2/{seeding.PROJECT_ID}/pools"


class TestSignatures:
    """The example request is signed with the steps of the vendor's document, not with this repository's code."""

    @pytest.fixture
    def server(self):
        gate = make_gate(access_key="AK", secret_key="SK")
        with LocalServer(start_world(), serving=Serving(gate=gate)) as server:
            yield server

    def _sign(self, path, *, key_pair=("AK", "SK"), query=""):
        access, secret = key_pair
        date, host = "20261123T000000Z", "simulator"
        empty = hashlib.sha256(b"").hexdigest()
        names = "host;x-sdk-date"
        canonical = f"GET\n{urllib.parse.quote(path)}/\n{query}\nhost:{host}\nx-sdk-date:{date}\n\n{names}\n{empty}"
        text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        authorization = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders={names}, Signature={signature}"
        return {"host": host, "x-sdk-date": date, "authorization": authorization}

    def test_a_good_signature_is_admitted(self, server):
        assert httpx.get(server.url + POOLS, headers=self._sign(POOLS), trust_env=False).status_code == 200

    def test_the_query_is_part_of_the_signature(self, server):
        headers = self._sign(POOLS, query="status=created&workspaceId=0")
        url = f"{server.url}{POOLS}?workspaceId=0&status=created"
        assert httpx.get(url, headers=headers, trust_env=False).status_code == 200

    def test_a_name_that_is_written_twice_is_signed_twice(self, server):
        headers = self._sign(POOLS, query="parent=a%2Cb&parent=c")
        url = f"{server.url}{POOLS}?parent=c&parent=a%2Cb"
        assert httpx.get(url, headers=headers, trust_env=False).status_code == 200

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"key_pair": ("AK", "other")}, id="another secret"),
            pytest.param({"key_pair": ("other", "SK")}, id="another key"),
            pytest.param({"query": "status=created"}, id="another query"),
        ],
    )
    def test_a_wrong_signature_is_refused(self, server, wrong):
        assert httpx.get(server.url + POOLS, headers=self._sign(POOLS, **wrong), trust_env=False).status_code == 401

    @pytest.mark.parametrize("headers", [{"x-auth-token": "t"}, {"authorization": "Basic x"}, {"authorization": ""}])
    def test_anything_else_is_refused(self, server, headers):
        assert httpx.get(server.url + POOLS, headers=headers, trust_env=False).status_code == 401
