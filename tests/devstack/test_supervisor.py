"""`make run` against real processes: a small Procfile stands in for the shop."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.devstack import ports, processes

pytestmark = pytest.mark.slow

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

    def wait_until(self, condition: Callable[[], bool], seconds: float = 15) -> None:
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
        return self.process.wait(12)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Runs end with their test, whatever it found."""
    runs: list[Run] = []

    def start_one(*lines: str, folder: Path = tmp_path, **settings: str) -> Run:
        runs.append(Run(folder, *lines, **settings))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_every_process(start, number):
    run = start(f"sleeper: {STARTS}")
    run.wait_until_ready()
    run.wait_until(lambda: run.pids_of("sleeper") != [])

    assert run.stop(number) == 0

    assert not run.is_alive(run.pids_of("sleeper")[0])
    assert ports.is_free(run.port)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not show what a make has been sent")
def test_interrupt_of_make_alone_stops_every_process(start, tmp_path):
    (tmp_path / "run.py").write_text(RUN)
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} run.py\n")
    run = start(f"sleeper: {STARTS}", command=("make", "run"))
    run.wait_until(lambda: run.pids_of("sleeper") != [])

    assert run.stop(signal.SIGINT) == -signal.SIGINT

    assert not run.is_alive(run.pids_of("sleeper")[0])


def test_embedded_servers_and_sandbox_start_and_stop_with_the_run(start, tmp_path):
    run = start(DATABASE_URL="", REDIS_URL="", STRIPE_SECRET_KEY="")
    run.wait_until_ready()
    lock_file = tmp_path / "data" / "postgres" / "data" / "postmaster.pid"
    postgres_pid = int(lock_file.read_text().splitlines()[0])
    assert run.says("Pay as a customer")

    assert run.stop(signal.SIGINT) == 0

    assert not run.is_alive(postgres_pid)
    assert not lock_file.exists()


def test_process_that_ignores_the_signal_is_killed(start):
    script = "import signal, os, time; signal.signal(15, signal.SIG_IGN); print(os.getpid()); time.sleep(600)"
    run = start(f'deaf: {sys.executable} -c "{script}"')
    run.wait_until(lambda: run.pids_of("deaf") != [])

    assert run.stop() == 0

    assert run.says("deaf did not stop in 5 s: killed")
    assert not run.is_alive(run.pids_of("deaf")[0])


def test_process_that_dies_is_started_again(start):
    run = start(f"sleeper: {STARTS}")
    run.wait_until(lambda: run.pids_of("sleeper") != [])

    os.kill(run.pids_of("sleeper")[0], signal.SIGKILL)

    run.wait_until(lambda: len(run.pids_of("sleeper")) == 2, seconds=3)
    assert run.says("sleeper died (killed by SIGKILL): starting it again")


def test_five_quick_deaths_stop_the_whole(start):
    run = start("broken: sh -c 'echo no luck; exit 3'")

    assert run.process.wait(20) == 1

    assert run.output.read_text().count("| no luck") == 5
    assert run.says("shopwire: broken died 5 times in a row, each time within 10 s of its start: exit code 3")
    assert ports.is_free(run.port)


def test_killed_postgres_comes_back_at_its_address(start, tmp_path):
    run = start(DATABASE_URL="", STRIPE_SECRET_KEY="sk_test_given")
    run.wait_until_ready()
    lock_file = tmp_path / "data" / "postgres" / "data" / "postmaster.pid"
    first = int(lock_file.read_text().splitlines()[0])

    os.kill(first, signal.SIGKILL)

    run.wait_until(lambda: run.says("PostgreSQL died: starting it again"))
    run.wait_until(lambda: "ready" in lock_file.read_text() if lock_file.exists() else False)
    assert int(lock_file.read_text().splitlines()[0]) != first
    assert run.stop() == 0


def test_run_after_a_killed_run_starts(start, tmp_path):
    killed = start(f"sleeper: {STARTS}", DATABASE_URL="", REDIS_URL="")
    killed.wait_until_ready()
    killed.process.kill()
    killed.process.wait()

    again = start(f"sleeper: {STARTS}", DATABASE_URL="", REDIS_URL="")

    again.wait_until_ready()
    assert again.stop() == 0


def test_second_run_on_the_same_folder_is_refused(start):
    run = start()
    run.wait_until_ready()

    second = start()

    assert second.process.wait(10) == 1
    assert second.says("shopwire: another make run uses")
    assert run.process.poll() is None
