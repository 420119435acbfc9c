"""Signatures: the same as those of the official SDK, over requests as httpx sends them."""

import datetime as dt
import itertools

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from planner.remote.authentication import SigningAuth
from planner.remote.credentials import KeyPair

PROJECT = "86c13962597848eeb29c5861153a391f"
NOW = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)
HOST = "modelarts.eu-de.otc.t-systems.com"
SIGNED = ("Host", "X-Project-Id", "X-Sdk-Date", "X-Security-Token")

METHODS = ("GET", "POST", "PATCH", "DELETE")
PATHS = {
    "plain": f"/v2/{PROJECT}/pools",
    "slash at the end": f"/v2/{PROJECT}/pools/",
    "root": "/",
    "tilde and dots": "/v2/p/a~b.c-d_e",
    "blank": "/v2/p/a%20b",
    "quoted slash": "/v2/p/a%2Fb",
    "double slash": "/v2//p",
    "plus and star": "/v2/p/a+b*c(d)!'",
    "percent sign": "/v2/p/100%25",
    "unicode": "/v2/p/%C3%BCn%E2%82%AC%F0%9F%9A%80",
}
QUERIES = {
    "none": (),
    "one": (("workspaceId", "0"),),
    "to be sorted": (("limit", "500"), ("continue", "abc=="), ("Zeta", "1"), ("a", "2")),
    "odd": (("label selector", "a=b,c!=d"), ("plus", "1+1"), ("slash", "a/b"), ("tilde", "~"), ("empty", "")),
    "unicode": (("näme", "€ 🚀"), ("%", "%25&=#?")),
    "the same name twice": (("k", "2"), ("k", "1")),
}
BODIES = {
    "empty": b"",
    "JSON": b'{"spec":{"resources":[{"flavor":"f","count":3}]}}',
    "unicode": '{"description":"ü € 🚀"}'.encode(),
    "binary": bytes(range(256)),
    "large": b"x" * 100_000,
}
KEYS = {
    "permanent": KeyPair(access_key="AKIDEXAMPLE0123456789", secret_key="s3cr3t/+=~ key0123456789"),
    "temporary": KeyPair(access_key="HST3TEMPORARYKEY", secret_key="0" * 40, security_token="gQpjbi1ub3J0aA==" * 40),
}


def list_requests():
    """Yield each path, query, body and key pair with the methods in turn: 4 x 10 paths and the other parts in turn."""
    turns = zip(
        itertools.product(PATHS, ("none", "to be sorted", "unicode")),
        itertools.cycle(METHODS),
        itertools.cycle(BODIES),
        itertools.cycle(KEYS),
        strict=False,
    )
    for (path, query), method, body, keys in turns:
        yield method, path, query, body, keys
    turns = zip(itertools.product(QUERIES, BODIES, KEYS), itertools.cycle(METHODS), strict=False)
    for (query, body, keys), method in turns:
        yield method, "plain", query, body, keys
    for method, keys, body in itertools.product(METHODS, KEYS, ("empty", "binary")):
        yield method, "unicode", "odd", body, keys


REQUESTS = list(dict.fromkeys(list_requests()))


def sign_with_the_sdk(request, keys, *, path, query, body):
    headers = {name: request.headers[name] for name in SIGNED if name in request.headers}
    asked = SdkRequest(
        method=request.method,
        schema="https",
        host=HOST,
        resource_path=path,
        query_params=list(query),
        header_params=headers,
        body=body,
    )
    return Signer(BasicCredentials(keys.access_key, keys.secret_key)).sign(asked).header_params["Authorization"]


@pytest.mark.parametrize(("method", "path", "query", "body", "keys"), REQUESTS)
def test_a_signature_is_the_one_of_the_sdk(method, path, query, body, keys):
    url = httpx.URL(f"https://{HOST}{PATHS[path]}", params=QUERIES[query] or None)
    request = httpx.Request(method, url, content=BODIES[body], headers={"Content-Type": "application/merge-patch+json"})
    auth = SigningAuth(KEYS[keys], project_id=PROJECT, now=lambda: NOW)
    signed = next(auth.sync_auth_flow(request))
    expected = sign_with_the_sdk(signed, KEYS[keys], path=PATHS[path], query=QUERIES[query], body=BODIES[body])
    assert signed.headers["Authorization"] == expected


def test_the_table_has_at_least_a_hundred_requests():
    assert len(REQUESTS) >= 100


def test_the_security_token_and_the_project_are_sent_and_signed():
    request = httpx.Request("GET", f"https://{HOST}/v2/p/pools")
    signed = next(SigningAuth(KEYS["temporary"], project_id=PROJECT, now=lambda: NOW).sync_auth_flow(request))
    assert signed.headers["X-Security-Token"] == KEYS["temporary"].security_token
    assert signed.headers["X-Project-Id"] == PROJECT
    assert signed.headers["X-Sdk-Date"] == "20261123T120000Z"
    assert "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token," in signed.headers["Authorization"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"method": "DELETE"}, id="method"),
        pytest.param({"url": f"https://{HOST}/v2/p/pool"}, id="path"),
        pytest.param({"url": f"https://{HOST}/v2/p/pools?a=2"}, id="query"),
        pytest.param({"url": "https://other.otc.t-systems.com/v2/p/pools?a=1"}, id="host"),
        pytest.param({"content": b"{ }"}, id="body"),
    ],
)
def test_a_signature_covers_every_part_whatever_the_content_type(change):
    plain = {"method": "PATCH", "url": f"https://{HOST}/v2/p/pools?a=1", "content": b"{}"}
    headers = {"Content-Type": "application/merge-patch+json"}
    auth = SigningAuth(KEYS["permanent"], project_id=PROJECT, now=lambda: NOW)
    first, second = (
        next(auth.sync_auth_flow(httpx.Request(**parts, headers=headers))) for parts in (plain, plain | change)
    )
    assert first.headers["Authorization"] != second.headers["Authorization"]
