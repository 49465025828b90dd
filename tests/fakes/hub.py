"""The Hugging Face Hub over HTTP, as far as a deployment speaks to it, and as it refuses."""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

TOKEN = "hf_" + "x" * 34


@dataclass
class Space:
    """What the Hub has of a Space."""

    sdk: str
    private: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    commits: int = 0


class ScriptedHub:
    """The Hub: `refusals` are statuses for the next creations, `stages` what a Space says next."""

    def __init__(self) -> None:
        self.spaces: dict[str, Space] = {}
        self.sdks = ["gradio", "docker", "static"]  # what a new Space may have
        self.refusals: dict[str, int] = {}  # by what is refused: "create", "commit"
        self.stages: deque[str] = deque(["BUILDING", "APP_STARTING", "RUNNING"])
        self.logs = ["Step 1", "pip: no such version"]
        self.calls: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: ScriptedHub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> ScriptedHub:
        return cast(_Server, self.server).hub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = self.path.split("?")[0]
        self.hub.calls.append(f"{self.command} {path}")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "Invalid username or password."})
            return
        if path == "/api/repos/create":
            self._create(json.loads(body))
            return
        if path == "/api/validate-yaml":
            self._answer(200, {"errors": [], "warnings": []})
            return
        name = "/".join(path.split("/")[3:5])
        space = self.hub.spaces.get(name)
        if space is None:
            headers = {"X-Error-Code": "RepoNotFound"}
            self._answer(404, {"error": "Repository not found"}, **headers)
            return
        self._of_space(name, space, path.split("/")[5:], body)

    def _create(self, wish: dict[str, Any]) -> None:
        status = self.hub.refusals.get("create")
        name = f"{wish.get('organization') or 'ann'}/{wish['name']}"
        if wish["sdk"] not in self.hub.sdks:
            self._answer(400, {"error": f"Invalid sdk, allowed: {', '.join(self.hub.sdks)}"})
        elif status is not None:
            self._answer(status, {"error": "The Hub says no."})
        else:
            private = bool(wish.get("private")) or wish.get("visibility") == "private"
            self.hub.spaces[name] = Space(sdk=wish["sdk"], private=private)
            self._answer(200, {"url": f"{self.hub.endpoint}/spaces/{name}"})

    def _of_space(self, name: str, space: Space, path: list[str], body: bytes) -> None:
        match [self.command, *path]:
            case ["GET"]:
                self._answer(200, {"id": name, "sdk": space.sdk, "siblings": _listed(space)})
            case ["GET", "tree", *_]:
                listed = [
                    {"type": "file", "path": path, "size": len(content), "oid": "0" * 40}
                    for path, content in space.files.items()
                ]
                self._answer(200, listed)
            case ["GET", "revision", *_]:
                self._answer(200, {"id": name, "sdk": space.sdk, "siblings": _listed(space)})
            case ["GET", "runtime"]:
                stages = self.hub.stages
                stage = stages.popleft() if len(stages) > 1 else stages[0]
                self._answer(200, {"stage": stage, "sha": f"{space.commits:040x}"})
            case ["GET", "logs", "build"]:
                said = "".join(f"data: {json.dumps({'data': s})}\n\n" for s in self.hub.logs)
                self._answer(200, said)
            case ["POST", ("secrets" | "variables") as kind]:
                wish = json.loads(body)
                getattr(space, kind)[wish["key"]] = wish["value"]
                self._answer(200, {})
            case ["POST", "preupload", *_]:
                files = [
                    {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                    for file in json.loads(body)["files"]
                ]
                self._answer(200, {"files": files})
            case ["POST", "commit", *_]:
                self._commit(name, space, body)
            case _:
                self._answer(404, {"error": "not scripted"})

    def _commit(self, name: str, space: Space, body: bytes) -> None:
        if (status := self.hub.refusals.get("commit")) is not None:
            self._answer(status, {"error": "The Hub says no."})
            return
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                space.files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "deletedFile":
                del space.files[value["path"]]
        space.commits += 1
        commit = f"{space.commits:040x}"
        url = f"https://huggingface.co/spaces/{name}/commit/{commit}"
        self._answer(200, {"commitUrl": url, "commitOid": commit})

    def _answer(self, status: int, content: object, **headers: str) -> None:
        is_text = isinstance(content, str)
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream" if is_text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _listed(space: Space) -> list[dict[str, str]]:
    return [{"rfilename": name} for name in space.files]
