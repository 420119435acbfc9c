"""A proxy on loopback in front of the S3 server: it loses conditions, answers and requests, or holds them back."""

import contextlib
import http.client
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CONDITIONS = ("if-match", "if-none-match")


@dataclass
class Meddling:
    """What happens to requests: by default, nothing."""

    dropped: tuple[str, ...] = ()
    """Headers that do not arrive."""

    refuse: object = lambda _method, _path, _headers: None
    """Returns the (status, body) to answer with instead of asking the server, or None."""

    lose: object = lambda _method, _path: False
    """Tells whether the connection is closed once the server has done what was asked."""

    hold: object = lambda _method, _path: None
    """Called before a request is passed on."""

    seen: list[tuple[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def serve_proxy(target, meddling):
    """Serve while the block runs; yields the address."""
    host = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            """Say nothing."""

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            meddling.seen.append((self.command, self.path))
            meddling.hold(self.command, self.path)
            refused = meddling.refuse(self.command, self.path, self.headers)
            if refused is not None:
                self.answer(refused[0], (), refused[1])
                return
            headers = {name: text for name, text in self.headers.items() if name.lower() not in meddling.dropped}
            with contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as upstream:
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                data = answer.read()
            if meddling.lose(self.command, self.path):
                self.close_connection = True
                return
            self.answer(answer.status, answer.getheaders(), data)

        def answer(self, status, headers, data):
            self.send_response_only(status)
            for name, text in headers:
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = do_POST = do_HEAD = pass_on  # noqa: N815 - the names that http.server calls

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
