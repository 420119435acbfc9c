"""Fixtures of ``remote``: scripted services on loopback, and clients for them."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from remote_service import NOW, PROJECT, TOKEN, Script, Server, serve

from planner.core.desired import ProviderSettings
from planner.remote.client import Client, Pacing, open_client
from planner.remote.credentials import Token
from planner.remote.endpoint import Endpoint


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def port(script: Script) -> Iterator[int]:
    yield from serve(Server(script), script)


@pytest.fixture
def second_script() -> Script:
    return Script()


@pytest.fixture
def second_port(second_script: Script) -> Iterator[int]:
    yield from serve(Server(second_script), second_script)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def tls_files(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "tls.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *key, *names], check=True, capture_output=True)
    path.write_text((tmp_path / "cert.pem").read_text() + (tmp_path / "key.pem").read_text())
    return path


@pytest.fixture
def tls_port(script: Script, tls_files: Path) -> Iterator[int]:
    server = Server(script)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_files)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from serve(server, script)


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def settings() -> ProviderSettings:
    return ProviderSettings(request_timeout=5.0, max_retries=2, parallelism=4)


@pytest.fixture
def make_client(tmp_path: Path, sleeps: list[float]) -> Callable[..., Any]:
    def make(base_url: str, settings: ProviderSettings) -> Any:
        return open_client(
            Endpoint(kind="https", base_url=base_url, region="", project_id=PROJECT),
            credentials=Token(token=TOKEN),
            settings=settings,
            state_directory=tmp_path,
            pacing=Pacing(sleep=sleeps.append, now=lambda: NOW, random=lambda: 0.0),
        )

    return make


@pytest.fixture
def client(port: int, settings: ProviderSettings, make_client: Callable[..., Any]) -> Iterator[Client]:
    with make_client(f"http://127.0.0.1:{port}", settings) as opened:
        yield opened
