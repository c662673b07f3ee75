"""`make run` against real processes: a small Procfile stands in for the shop."""

import os
import signal
import sys
from pathlib import Path

import pytest

from backend.devstack import ports
from tests.devstack.runs import STARTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_every_process(start, number):
    run = start(f"sleeper: {STARTS}")
    run.wait_until_ready()
    run.wait_until(lambda: run.pids_of("sleeper") != [])

    assert run.stop(number) == 0

    assert not run.is_alive(run.pids_of("sleeper")[0])
    assert ports.is_free(run.port)


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

    run.wait_until(lambda: len(run.pids_of("sleeper")) == 2)
    assert run.says("sleeper died (killed by SIGKILL): starting it again")


def test_five_quick_deaths_stop_the_whole(start):
    run = start("broken: sh -c 'echo no luck; exit 3'")

    assert run.process.wait(30) == 1

    assert run.output.read_text().count("| no luck") == 5
    assert run.says("shopwire: broken died 5 times in a row, each time within 10 s of its start: exit code 3")
    assert ports.is_free(run.port)


def is_ready_again(lock_file: Path, first: int) -> bool:
    """The dead one's file is there until the next writes its own."""
    lines = lock_file.read_text().splitlines() if lock_file.exists() else []
    return "ready" in "".join(lines) and int(lines[0]) != first


def test_killed_postgres_comes_back_at_its_address(start, tmp_path):
    run = start(DATABASE_URL="", STRIPE_SECRET_KEY="sk_test_given")
    run.wait_until_ready()
    lock_file = tmp_path / "data" / "postgres" / "data" / "postmaster.pid"
    first = int(lock_file.read_text().splitlines()[0])

    os.kill(first, signal.SIGKILL)

    run.wait_until(lambda: run.says("PostgreSQL died: starting it again"))
    run.wait_until(lambda: is_ready_again(lock_file, first))
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

    assert second.process.wait(30) == 1
    assert second.says("shopwire: another make run uses")
    assert run.process.poll() is None
