"""The Hugging Face Hub over HTTP, as far as a deployment speaks to it, and as it refuses."""

from __future__ import annotations

import base64
import hashlib
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
    visibility: str = "public"
    files: dict[str, bytes] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    @property
    def private(self) -> bool:
        return self.visibility != "public"


class ScriptedHub:
    """The Hub, whose next words about a Space are scripted.

    `stages` are what a Space says at each look, the last one for ever: its stage; `STAGE@N`, where
    that stage is still of its Nth commit; or, instead, the number of a status, a `page` of HTML,
    a `cut` connection, or `silence`. `refusals` are statuses by what is asked for.
    """

    def __init__(self) -> None:
        self.spaces: dict[str, Space] = {}
        self.sdks = ["gradio", "docker", "static"]  # what a new Space may have
        self.refusals: dict[str, int] = {}
        self.says = "The Hub says no."  # with a refusal
        self.stages: deque[str] = deque(["BUILDING", "APP_STARTING", "RUNNING"])
        self.complaint: str | None = None  # the Hub's own words about a failure
        self.logs = {"build": ["Step 1", "pip: no such version"], "run": ["No module named x"]}
        self.is_portal = False  # whether a login page answers in its place
        self.calls: list[str] = []
        self.changes: list[str] = []  # what was done to Spaces, in a word or two each
        self.closing = threading.Event()
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
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: ScriptedHub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer takes 40 ms longer

    @property
    def hub(self) -> ScriptedHub:
        return cast(_Server, self.server).hub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = self.path.split("?")[0]
        self.hub.calls.append(f"{self.command} {path}")
        if self.hub.is_portal:
            self._page()
            return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "Invalid username or password."})
            return
        if path == "/api/repos/create":
            self._create(json.loads(body))
            return
        if path == "/api/validate-yaml":
            if (status := self.hub.refusals.get("validate-yaml")) is not None:
                self._answer(status, {"errors": [{"message": self.hub.says}]})
                return
            self._answer(200, {"errors": [], "warnings": []})
            return
        name = "/".join(path.split("/")[3:5])
        space = self.hub.spaces.get(name)
        if space is None:
            headers = {"X-Error-Code": "RepoNotFound"}
            self._answer(404, {"error": "Repository not found"}, **headers)
            return
        asked = path.split("/")[5:]
        status = self.hub.refusals.get(asked[0]) if asked else None
        if status is not None:
            self._answer(status, {"error": self.hub.says})
            return
        self._of_space(name, space, asked, body)

    def _create(self, wish: dict[str, Any]) -> None:
        status = self.hub.refusals.get("create")
        name = f"{wish.get('organization') or 'ann'}/{wish['name']}"
        if wish["sdk"] not in self.hub.sdks:
            self._answer(400, {"error": f"Invalid sdk, allowed: {', '.join(self.hub.sdks)}"})
        elif status is not None:
            self._answer(status, {"error": self.hub.says})
        else:
            visibility = wish.get("visibility", "public")
            self.hub.spaces[name] = Space(sdk=wish["sdk"], visibility=visibility)
            self.hub.changes.append(f"created as {visibility}")
            self._answer(200, {"url": f"{self.hub.endpoint}/spaces/{name}"})

    def _of_space(self, name: str, space: Space, path: list[str], body: bytes) -> None:
        match [self.command, *path]:
            case ["GET"] | ["GET", "revision", *_]:
                self._answer(200, _about(name, space))
            case ["GET", "tree", *_]:
                listed = [
                    {"type": "file", "path": path, "size": len(content), "oid": _oid(content)}
                    for path, content in space.files.items()
                ]
                self._answer(200, listed)
            case ["GET", "runtime"]:
                stages = self.hub.stages
                self._say(space, stages.popleft() if len(stages) > 1 else stages[0])
            case ["POST", "restart"]:
                self.hub.changes.append("restarted")
                self._answer(200, {"stage": "APP_STARTING", "sha": _sha(space.commits)})
            case ["GET", "logs", kind]:
                said = "".join(f"data: {json.dumps({'data': s})}\n\n" for s in self.hub.logs[kind])
                self._send(200, said.encode(), "text/event-stream")
            case ["PUT", "settings"]:
                space.visibility = json.loads(body)["visibility"]
                self.hub.changes.append(space.visibility)
                self._answer(200, {})
            case ["GET", "secrets"]:
                self._answer(200, {key: {"key": key} for key in space.secrets})
            case ["GET", "variables"]:
                of = {key: {"key": key, "value": value} for key, value in space.variables.items()}
                self._answer(200, of)
            case ["POST" | "DELETE", ("secrets" | "variables") as kind]:
                self._change(getattr(space, kind), kind.removesuffix("s"), json.loads(body))
                self._answer(200, {})
            case ["POST", "preupload", *_]:
                files = [_before(space, file["path"]) for file in json.loads(body)["files"]]
                self._answer(200, {"files": files})
            case ["POST", "commit", *_]:
                self._commit(name, space, body)
            case _:
                self._answer(404, {"error": "not scripted"})

    def _say(self, space: Space, words: str) -> None:
        """The next look at a Space."""
        stage, _, commit = words.partition("@")
        match stage:
            case "cut":
                self.close_connection = True
            case "silence":
                self.hub.closing.wait()
                self.close_connection = True
            case "page":
                self._page()
            case status if status.isdigit():
                self._answer(int(status), {"error": self.hub.says})
            case _:
                sha = _sha(int(commit) if commit else space.commits)
                self._answer(200, {"stage": stage, "sha": sha, "errorMessage": self.hub.complaint})

    def _change(self, held: dict[str, str], kind: str, wish: dict[str, str]) -> None:
        name = wish["key"]
        if self.command == "POST":
            held[name] = wish["value"]
            self.hub.changes.append(f"{kind} {name}")
        else:
            del held[name]
            self.hub.changes.append(f"no {kind} {name}")

    def _commit(self, name: str, space: Space, body: bytes) -> None:
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                space.files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "deletedFile":
                del space.files[value["path"]]
        space.commits += 1
        self.hub.changes.append("commit")
        commit = _sha(space.commits)
        url = f"https://huggingface.co/spaces/{name}/commit/{commit}"
        self._answer(200, {"commitUrl": url, "commitOid": commit})

    def _page(self) -> None:
        self._send(200, b"<html>Accept our conditions.</html>", "text/html")

    def _answer(self, status: int, content: object, **headers: str) -> None:
        self._send(status, json.dumps(content).encode(), "application/json", **headers)

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _sha(commits: int) -> str:
    return f"{commits:040x}"


def _oid(content: bytes) -> str:
    """What git calls a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324


def _about(name: str, space: Space) -> dict[str, object]:
    return {
        "id": name,
        "sdk": space.sdk,
        "sha": _sha(space.commits),
        "private": space.private,
        "visibility": space.visibility,
        "siblings": [{"rfilename": file} for file in space.files],
    }


def _before(space: Space, path: str) -> dict[str, object]:
    """How a file would be uploaded, and what stands in its place, so that it need not be."""
    said: dict[str, object] = {"path": path, "uploadMode": "regular", "shouldIgnore": False}
    if path in space.files:
        said["oid"] = _oid(space.files[path])
    return said
