"""A forge on loopback: the few calls of GitHub's and GitLab's APIs that the scripts make, over plain values."""

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

GITHUB = "team/infra"
GITLAB = 7
BOT = "github-actions[bot]"
OWN_USER = 41
MERGED_AT = "2026-11-26T00:00:00Z"

Json = Any
Query = Mapping[str, list[str]]


@dataclass(kw_only=True)
class Pull:
    """A pull request: its last commit, the commit of the branch that its merge made, and what its runs have kept."""

    number: int
    head: str
    merge_commit: str = ""
    artifact: bytes = b""
    kept_at: str = "2026-11-25T23:59:59Z"
    is_fork: bool = False


@dataclass
class Forge:
    """What the forge knows; ``calls`` are method, path and token of every request.

    Artifacts are kept at another host, as the forges do; ``storage_calls`` are the paths and headers of requests there.
    """

    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    storage_calls: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    url: str = ""
    storage_url: str = ""

    def keep(self, number: int, folder: Path, *, below: str = "") -> None:
        """Keep the files of ``folder`` as the artifact of a pull request."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                archive.write(path, f"{below}{path.relative_to(folder)}")
        self.pulls[number].artifact = packed.getvalue()

    def add_comment(self, body: str, *, author: str) -> None:
        """Let somebody write a comment."""
        number = len(self.comments) + 1
        self.comments.append({"id": number, "body": body, "user": {"login": author}, "author": {"id": author}})


@contextmanager
def open_forge() -> Iterator[Forge]:
    """Serve a forge that knows nothing so far."""
    forge = Forge()
    with _serve(_make_storage_handler(forge)) as forge.storage_url, _serve(_make_handler(forge)) as forge.url:
        yield forge


@contextmanager
def _serve(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def send(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _make_handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def respond(self) -> None:
            url = urlsplit(self.path)
            forge.calls.append((self.command, url.path, self.headers["Authorization"] or ""))
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = _answer(forge, f"{self.command} {url.path}", query=parse_qs(url.query), body=body)
            if isinstance(answer, bytes):
                self.send(302, b"", Location=f"{forge.storage_url}/{url.path.split('/')[-2]}")
            else:
                self.send(404 if answer is None else 200, json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = do_PUT = respond  # noqa: N815 - http.server looks for these names

    return Handler


def _make_storage_handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def do_GET(self) -> None:
            forge.storage_calls.append((self.path, dict(self.headers)))
            self.send(200, forge.pulls[int(self.path.strip("/"))].artifact)

    return Handler


def _answer(forge: Forge, call: str, *, query: Query, body: bytes) -> Json:
    """Return the answer to a call; None where nothing answers it."""
    for pattern, act in _ROUTES:
        found = re.fullmatch(pattern, call)
        if found:
            return act(forge, *found.groups(), query=query, body=json.loads(body) if body else None)
    return None


def _list_comments(forge: Forge, _number: str, *, query: Query, **_: Json) -> Json:
    page, size = int(query["page"][0]), int(query["per_page"][0])
    return forge.comments[(page - 1) * size : page * size]


def _add_comment(forge: Forge, _number: str, *, body: Json, **_: Json) -> Json:
    forge.add_comment(body["body"], author=BOT)
    forge.comments[-1]["author"] = {"id": OWN_USER}
    return forge.comments[-1]


def _change_comment(forge: Forge, number: str, *, body: Json, **_: Json) -> Json:
    forge.comments[int(number) - 1]["body"] = body["body"]
    return forge.comments[int(number) - 1]


def _find_merged(forge: Forge, commit: str) -> list[Pull]:
    return [one for one in forge.pulls.values() if one.merge_commit == commit]


def _list_pulls(forge: Forge, commit: str, **_: Json) -> Json:
    base = {"ref": "main", "repo": {"full_name": GITHUB}}
    merged = [
        {"number": one.number, "merged_at": MERGED_AT, "head": {"sha": one.head}, "base": base}
        for one in _find_merged(forge, commit)
    ]
    return [*merged, {"number": 99, "merged_at": None, "head": {"sha": commit}, "base": base}]


def _list_runs(forge: Forge, *, query: Query, **_: Json) -> Json:
    asked = query["head_sha"][0], query["event"][0], query["status"][0]
    runs = [
        {
            "id": one.number,
            "run_number": one.number,
            "head_sha": one.head,
            "head_repository": {"full_name": "somebody/infra" if one.is_fork else GITHUB},
        }
        for one in forge.pulls.values()
        if asked == (one.head, "pull_request", "success") and one.artifact
    ]
    return {"workflow_runs": runs}


def _list_artifacts(forge: Forge, run: str, *, query: Query, **_: Json) -> Json:
    one = {"id": int(run), "name": query["name"][0], "expired": False, "created_at": forge.pulls[int(run)].kept_at}
    return {"artifacts": [one]}


def _list_merge_requests(forge: Forge, commit: str, **_: Json) -> Json:
    common = {"target_branch": "main", "target_project_id": GITLAB}
    common_merged = common | {"state": "merged", "merged_at": MERGED_AT}
    merged = [{"iid": one.number, "sha": one.head} | common_merged for one in _find_merged(forge, commit)]
    return [*merged, {"iid": 99, "state": "opened", "sha": commit} | common]


def _list_pipelines(forge: Forge, number: str, **_: Json) -> Json:
    one = forge.pulls[int(number)]
    return [{"id": one.number, "sha": one.head, "project_id": GITLAB, "status": "success"}]


def _list_jobs(forge: Forge, number: str, **_: Json) -> Json:
    one = forge.pulls[int(number)]
    kept = {"filename": "artifacts.zip"} if one.artifact else None
    return [{"id": one.number, "name": "comment", "artifacts_file": kept, "finished_at": one.kept_at}]


def _find_artifact(forge: Forge, number: str, **_: Json) -> bytes:
    return forge.pulls[int(number)].artifact


_HUB = f"/repos/{GITHUB}"
_LAB = f"/projects/{GITLAB}"
_ROUTES: list[tuple[str, Callable[..., Json]]] = [
    (f"GET {_HUB}/issues/([0-9]+)/comments", _list_comments),
    (f"POST {_HUB}/issues/([0-9]+)/comments", _add_comment),
    (f"PATCH {_HUB}/issues/comments/([0-9]+)", _change_comment),
    (f"GET {_HUB}/commits/([0-9a-f]+)/pulls", _list_pulls),
    (f"GET {_HUB}/actions/workflows/poolctl-plan.yml/runs", _list_runs),
    (f"GET {_HUB}/actions/runs/([0-9]+)/artifacts", _list_artifacts),
    (f"GET {_HUB}/actions/artifacts/([0-9]+)/zip", _find_artifact),
    ("GET /user", lambda _forge, **_: {"id": OWN_USER}),
    (f"GET {_LAB}/merge_requests/([0-9]+)/notes", _list_comments),
    (f"POST {_LAB}/merge_requests/([0-9]+)/notes", _add_comment),
    (f"PUT {_LAB}/merge_requests/[0-9]+/notes/([0-9]+)", _change_comment),
    (f"GET {_LAB}/repository/commits/([0-9a-f]+)/merge_requests", _list_merge_requests),
    (f"GET {_LAB}/merge_requests/([0-9]+)/pipelines", _list_pipelines),
    (f"GET {_LAB}/pipelines/([0-9]+)/jobs", _list_jobs),
    (f"GET {_LAB}/jobs/([0-9]+)/artifacts", _find_artifact),
]
