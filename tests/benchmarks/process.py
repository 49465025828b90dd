"""The apps that are compared and the service that they ask, each in a process of its own.

Linux only, as it reads the clocks and the memory of other processes.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chat.settings import PROJECT
from tests import nginx
from tests.running import free_port

HERE = Path(__file__).parent
STREAMLIT = ("--server.headless", "true", "--browser.gatherUsageStats", "false")

START = """
import sys
from chat.ui.meter import Meter
if {still}:
    Meter.grow = lambda self, answer: None
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", "streamlit_app.py", "--server.port", "{port}",
            "--server.headless", "true"]
main()
"""


@dataclass(frozen=True)
class Running:
    """A process and where it listens."""

    pid: int
    address: str

    @property
    def busy(self) -> float:
        """Its CPU time so far, in milliseconds, threads that have ended included."""
        clock = ~self.pid << 3 | 2  # how Linux names the CPU clock of another process
        return 1000 * time.clock_gettime(clock)

    @property
    def memory(self) -> int:
        """The memory that it holds, in kilobytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if "VmRSS" in line))


@contextmanager
def _started(
    command: Sequence[str], port: int, health: str, folder: Path, **environment: str
) -> Iterator[Running]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}{health}", timeout=1)
                break
            except OSError:
                assert process.poll() is None, command
                time.sleep(0.1)
        yield Running(process.pid, address)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def paced_service() -> Iterator[Running]:
    """The service that streams at the pace that a question asks for."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.paced", str(port)]
    with _started(command, port, "/v1/models", PROJECT) as running:
        yield running


def _key(base_url: str) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "sk-benchmark",
        "OPENAI_BASE_URL": base_url,
        "CHAT_MODEL": "gpt-4o",
        "NO_PROXY": "127.0.0.1",
    }


@contextmanager
def ours(
    base_url: str, ranks: Path, *, still: bool = False, folder: Path = PROJECT, **environment: str
) -> Iterator[Running]:
    """This app; with `still`, its meter does not move while an answer grows."""
    port = free_port()
    command = [sys.executable, "-c", START.format(still=still, port=port)]
    known = {**_key(base_url), "TIKTOKEN_CACHE_DIR": str(ranks), **environment}
    with _started(command, port, "/_stcore/health", folder, **known) as running:
        yield running


@contextmanager
def replicas(base_url: str, ranks: Path, count: int) -> Iterator[tuple[str, Sequence[Running]]]:
    """So many processes of this app behind nginx, and the address at which they are one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        apps = [stack.enter_context(ours(base_url, ranks)) for _ in range(count)]
        ports = [int(app.address.rpartition(":")[2]) for app in apps]
        yield stack.enter_context(nginx.before(folder, ports, is_sticky=False)), apps


@contextmanager
def tutorial(base_url: str, *, seeded: int = 0) -> Iterator[Running]:
    """The app of Streamlit's tutorial, with as many messages as are `seeded`."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "tutorial.py"), *STREAMLIT]
    command += ["--server.port", str(port)]
    with tempfile.TemporaryDirectory() as folder:  # so that our configuration is not read
        known = {**_key(base_url), "SEEDED": str(seeded)}
        with _started(command, port, "/_stcore/health", Path(folder), **known) as running:
            yield running


@contextmanager
def gradio(base_url: str) -> Iterator[Running]:
    """Gradio's ChatInterface."""
    port = free_port()
    known = {**_key(base_url), "PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    with _started([sys.executable, str(HERE / "gradio_chat.py")], port, "/", HERE, **known) as app:
        yield app


@contextmanager
def chainlit(base_url: str) -> Iterator[Running]:
    """Chainlit's app."""
    port = free_port()
    command = [sys.executable, "-m", "chainlit", "run", str(HERE / "chainlit_chat.py")]
    command += ["--headless", "--port", str(port)]
    with (
        tempfile.TemporaryDirectory() as folder,  # into which it writes its configuration
        _started(command, port, "/", Path(folder), **_key(base_url)) as app,
    ):
        yield app


def compared(ranks: Path) -> dict[str, Callable[[str], AbstractContextManager[Running]]]:
    """The apps, by name: Gradio's and Chainlit's where they are installed."""
    apps: dict[str, Callable[[str], AbstractContextManager[Running]]] = {
        "this app": lambda base_url: ours(base_url, ranks),
        "tutorial": tutorial,
    }
    if importlib.util.find_spec("gradio") is not None:
        apps["Gradio"] = gradio
    if importlib.util.find_spec("chainlit") is not None:
        apps["Chainlit"] = chainlit
    return apps
