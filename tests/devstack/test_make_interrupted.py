"""SIGINT that reaches the make of `make run` alone, which does not pass it on."""

import signal
import sys

import pytest

from tests.devstack.runs import RUN, STARTS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="macOS does not show what a make has been sent"),
]
SLEEP_UNTIL = "while not os.path.exists('go'): time.sleep(0.05)"


def test_interrupt_of_make_alone_stops_every_process(start, tmp_path):
    (tmp_path / "run.py").write_text(RUN)
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} run.py\n")
    run = start(f"sleeper: {STARTS}", command=("make", "run"))
    run.wait_until(lambda: run.pids_of("sleeper") != [])

    assert run.stop(signal.SIGINT) == -signal.SIGINT

    assert not run.is_alive(run.pids_of("sleeper")[0])


def test_interrupt_of_make_alone_before_anything_has_started_stops_the_run(start, tmp_path):
    slow = f"import os, sys, time\nprint('begun', flush=True)\n{SLEEP_UNTIL}\n{RUN}"
    (tmp_path / "run.py").write_text(slow)
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} run.py\n")
    run = start(f"sleeper: {STARTS}", command=("make", "run"))
    run.wait_until(lambda: run.says("begun"))

    run.process.send_signal(signal.SIGINT)
    (tmp_path / "go").touch()

    assert run.process.wait(30) == -signal.SIGINT
