"""deploy/nginx.conf in a real nginx on this machine, in front of processes of this machine."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.devstack import environment, ports, processes, tether

CONFIG = environment.ROOT / "deploy" / "nginx.conf"
BINARY = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
PLACES = ("listen 8080", "server web:8000", "server api:8100")


@contextmanager
def running(*, folder: Path, web: int, api: int) -> Iterator[int]:
    """Its port. As in the compose file but for the addresses, and files in a folder of its own."""
    assert BINARY, "install nginx"
    folder.mkdir(mode=0o755)
    port, text = ports.find_free(), CONFIG.read_text()
    addresses = (f"listen 127.0.0.1:{port}", f"server 127.0.0.1:{web}", f"server 127.0.0.1:{api}")
    for place, address in zip(PLACES, addresses, strict=True):
        assert text.count(place) == 1
        text = text.replace(place, address)
    (folder / "nginx.conf").write_text(text)
    log = folder / "error.log"
    words = [BINARY, "-c", str(folder / "nginx.conf"), "-e", str(log)]
    words += ["-g", f"daemon off; pid {folder}/nginx.pid; worker_shutdown_timeout 2s;"]
    process = subprocess.Popen(tether.command(*words, signal=signal.SIGTERM))
    try:
        assert processes.wait_until(lambda: not ports.is_free(port), seconds=30), log.read_text()
        yield port
    finally:
        processes.stop(process, first=signal.SIGTERM, grace=5)
