"""nginx before several servers, with the configuration of the page about them and other ports."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chat.settings import PROJECT
from tests.running import free_port, wait_until_healthy

FRAME = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def executable() -> str | None:
    """Where nginx is, if it is installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def before(folder: Path, ports: Sequence[int], *, is_sticky: bool) -> Iterator[str]:
    """The address at which nginx answers for the servers at these ports."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        FRAME.format(folder=folder, site=_site(port, ports, is_sticky=is_sticky))
    )
    command = [str(executable()), "-c", str(configuration), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _site(port: int, ports: Sequence[int], *, is_sticky: bool) -> str:
    """The configuration of `SEVERAL_SERVERS.md`; its servers stand for as many as there are."""
    page = (PROJECT / ".github" / "SEVERAL_SERVERS.md").read_text(encoding="utf-8")
    (site,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    first, second = re.findall(r"^ *server 127.*\n", site, re.MULTILINE)
    assert "8501" in first
    assert "listen 8080;" in site
    servers = "".join(first.replace("8501", str(each)) for each in ports)
    site = site.replace(first, servers).replace(second, "")
    site = site.replace("listen 8080;", f"listen {port};")
    return str(site if is_sticky else site.replace("ip_hash;", ""))
