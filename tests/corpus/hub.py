"""A small stand-in for the Hub's HTTP interface, as far as pushing and fetching a dataset needs it.

It keeps every commit in memory, takes files inline (never by LFS), and can be told to fail. It is no test of
the Hub: what the real one does beyond these requests is not seen here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub:
    """Repositories by name: commits (path to bytes) in order, tags; each item of `fail` refuses one request."""

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, bytes]] = {}
        self.heads: dict[str, str] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.fail: list[str] = []
        self.requests: list[str] = []
        self.url = ""

    def resolve(self, repository: str, revision: str) -> str | None:
        if revision in self.commits:
            return revision
        if revision == "main":
            return self.heads.get(repository)
        return self.tags.get(repository, {}).get(revision)


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def send(self, status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def json(self, data: Any) -> None:
            self.send(200, json.dumps(data).encode(), {"Content-Type": "application/json"})

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            hub.requests.append(f"{self.command} {path}")
            if hub.fail and re.search(hub.fail[0], path):
                hub.fail.pop(0)
                self.send(403, b'{"error": "refused by the stand-in"}')
            elif path == "/api/repos/create":
                name = "{organization}/{name}".format(**json.loads(body))
                new = name not in hub.heads
                if new:
                    hub.heads[name] = self.commit({})
                self.send(200 if new else 409, json.dumps({"url": f"{hub.url}/datasets/{name}"}).encode())
            elif path == "/api/validate-yaml":
                self.json({"errors": [], "warnings": []})
            elif found := re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/(\w+)(?:/(.+))?", path):
                self.repository(*found.groups(), body)
            elif found := re.fullmatch(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                self.file(*found.groups())
            else:
                self.send(404)

        do_GET = do_POST = do_HEAD = answer

        def commit(self, files: dict[str, bytes]) -> str:
            oid = hashlib.sha1(repr((sorted(files.items()), len(hub.commits))).encode()).hexdigest()
            hub.commits[oid] = files
            return oid

        def repository(self, name: str, what: str, rest: str | None, body: bytes) -> None:
            if name not in hub.heads:
                self.send(404, headers={"X-Error-Code": "RepoNotFound"})
            elif what == "refs":
                tags = [
                    {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid}
                    for tag, oid in hub.tags.get(name, {}).items()
                ]
                main = {"name": "main", "ref": "refs/heads/main", "targetCommit": hub.heads[name]}
                self.json({"branches": [main], "converts": [], "tags": tags})
            elif what == "preupload":
                files = json.loads(body)["files"]
                self.json(
                    {
                        "files": [
                            {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
                            for one in files
                        ]
                    }
                )
            elif what == "commit":
                files = dict(hub.commits[hub.heads[name]])
                for line in body.splitlines():
                    part = json.loads(line)
                    if part["key"] == "file":
                        files[part["value"]["path"]] = base64.b64decode(part["value"]["content"])
                    elif part["key"] == "deletedFile":
                        files.pop(part["value"]["path"])
                hub.heads[name] = self.commit(files)
                self.json(
                    {
                        "commitUrl": f"{hub.url}/datasets/{name}/commit/{hub.heads[name]}",
                        "commitOid": hub.heads[name],
                    }
                )
            elif what == "tag":
                hub.tags.setdefault(name, {})[json.loads(body)["tag"]] = str(rest)
                self.json({})
            elif what in ("revision", "tree"):
                oid = hub.resolve(name, rest or "main")
                if oid is None:
                    self.send(404, headers={"X-Error-Code": "RevisionNotFound"})
                    return
                files = hub.commits[oid]
                siblings = [{"rfilename": one, "size": len(data)} for one, data in files.items()]
                tree = [
                    {"type": "file", "path": one, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                    for one, data in files.items()
                ]
                about = {
                    "id": name,
                    "sha": oid,
                    "private": False,
                    "tags": [],
                    "downloads": 0,
                    "likes": 0,
                    "siblings": siblings,
                }
                self.json(tree if what == "tree" else about)
            else:
                self.send(404)

        def file(self, name: str, revision: str, path: str) -> None:
            oid = hub.resolve(name, revision)
            data = hub.commits[oid].get(path) if oid else None
            if data is None:
                self.send(404, headers={"X-Error-Code": "EntryNotFound"})
                return
            etag = f'"{hashlib.sha1(data).hexdigest()}"'
            self.send(200, data, {"ETag": etag, "X-Repo-Commit": str(oid)})

    return Handler


@contextmanager
def running() -> Iterator[Hub]:
    """A stand-in on a free port of the loopback."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
