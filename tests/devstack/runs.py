"""A `make run` of its own for a test: the real supervisor, with a small Procfile in the shop's place."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from backend.devstack import ports, processes

ROOT = Path(__file__).resolve().parents[2]
WEB = """
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
"""
RUN = """
import sys
from pathlib import Path
from backend.devstack import environment, supervisor
here = Path.cwd()
try:
    supervisor.Supervisor(environment.given(root=here), root=here, preparation="true").run()
except supervisor.FAILURES as failure:
    sys.exit(f"shopwire: {failure}")
"""
STARTS = f'{sys.executable} -c "import os, time; print(os.getpid()); time.sleep(600)"'


class Run:
    """A supervisor of its own, with `lines` as its Procfile beside a web that is ready at once."""

    def __init__(self, folder: Path, *lines: str, command: tuple[str, ...] = (), **settings: str) -> None:
        self.port = ports.find_free()
        (folder / "web.py").write_text(WEB)
        (folder / "Procfile").write_text("\n".join([f"web: {sys.executable} web.py", *lines]))
        self.output = folder / "output"
        env = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
            "SHOPWIRE_DATA_DIR": str(folder / "data"),
            **settings,
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command or [sys.executable, "-c", RUN], cwd=folder, env=env, stdout=output, stderr=output
            )

    def says(self, text: str) -> bool:
        return text in self.output.read_text()

    def wait_until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        assert processes.wait_until(condition, seconds=seconds), self.output.read_text()

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: self.says("ready in"))

    def pids_of(self, name: str) -> list[int]:
        rows = [line.split("|") for line in self.output.read_text().splitlines() if line.startswith(name)]
        return [int(row[1]) for row in rows if row[1].strip().isdigit()]

    def is_alive(self, pid: int) -> bool:
        return processes.birth_of(pid) != ""

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)
