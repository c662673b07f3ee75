"""`make bench`: every row and its yardstick, and nothing left behind."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from backend.devstack import environment, processes
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.socket_protocol import Socket

SMALL = ["--seconds", "0.3", "--repeats", "1", "--products", "60", "--sockets", "40", "--requests", "1500"]
ROWS = {
    "empty endpoint": "itself",
    "trivial responder": "empty endpoint",
    "product list, cached": "empty endpoint",
    "product list, uncached": "empty endpoint",
    "product list, signed in": "product list, cached",
    "product detail, cached": "empty endpoint",
    "product detail, uncached": "empty endpoint",
    "product detail, signed in": "product detail, uncached",
    "search with facets, uncached": "by pgbench",
    "middle page of all by name, p50 in ms": "its first page",
    "middle page of all by price, p50 in ms": "its first page",
    "middle page of a department by name, p50 in ms": "its first page",
    "middle page of a range of prices by name, p50 in ms": "its first page",
    "middle page of a range of prices by age, p50 in ms": "its first page",
    "middle page of a small range by name, p50 in ms": "its first page",
    "middle page of a department's range by name, p50 in ms": "its first page",
    "middle page of a broad search, p50 in ms": "its first page",
    "add to cart": "by pgbench",
    "checkout, many SKUs": "by pgbench",
    "checkout, one hot SKU": "by pgbench",
    "checkout, one hot SKU, against many": "checkout, many SKUs",
    "cart and order": "empty endpoint",
    "full checkout": "empty endpoint",
    "memory of the REST tier after 1,500 requests, MB": "after 1,000",
    "memory of its largest worker after 1,500 requests, MB": "after 1,000",
    "deliveries to 40 sockets": "bare app under Daphne",
    "deliveries per CPU second": "bare app under Daphne",
    "commit to socket, p50 in ms": "bare app under Daphne",
    "commit to socket, p99 in ms": "bare app under Daphne",
} | {
    f"{what}, by {server}": "itself" if server == "Granian WSGI" else "Granian WSGI"
    for what in ("empty endpoint", "product list, cached", "add to cart")
    for server in ("Granian WSGI", "Granian ASGI", "uvicorn", "Daphne")
}
ONE_SHOP = ["--only", "reads", "deep", "writes", "memory", "sockets", "servers"]


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    # Its folder marks every process of it, and nothing of the test run's own settings gets in.
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "backend.devstack.bench", *SMALL, *words]
    with (folder / "output").open("w") as output:
        return subprocess.Popen(command, cwd=environment.ROOT, env=env, stdout=output, stderr=output)


def left_over(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR") == str(folder):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.mark.long
@pytest.mark.slow
def test_bench_measures_every_row_and_leaves_nothing(tmp_path):
    bench = start(tmp_path, *ONE_SHOP, "--json", str(tmp_path / "table.json"))

    assert bench.wait(400) == 0, (tmp_path / "output").read_text()

    rows = json.loads((tmp_path / "table.json").read_text())["rows"]
    printed = (tmp_path / "output").read_text().splitlines()
    assert [row["name"] for row in rows] == list(ROWS)
    assert all(row["yardstick"].endswith(ROWS[row["name"]]) for row in rows)
    figures = [row[name] for row in rows for name in ("ratio", "rate", "yardstick_rate")]
    assert all(math.isfinite(figure) and figure > 0 for figure in figures)
    assert [name for name in ROWS if not any(line.startswith(name) for line in printed)] == []
    assert left_over(tmp_path) == []
    assert list(tmp_path.glob("shopwire-bench-*")) == []
    assert_costs(rows, printed)
    assert_explained((tmp_path / "table.explain.txt").read_text(), printed)


def assert_costs(rows: list[dict[str, Any]], printed: list[str]) -> None:
    by_name = {row["name"]: row for row in rows}
    assert by_name["add to cart"]["yardstick_load_cpu"] > 0
    # Four requests, two jobs and a mail: what nobody sends would be no order.
    assert by_name["full checkout"]["queries"] > 50 > by_name["full checkout"]["commits"] >= 5
    order = next(line for line in printed if line.startswith("full checkout, ms of CPU an order: "))
    assert [name for name in ("api", "postgres", "worker", "mailer", "relay") if name not in order] == []


def assert_explained(plans: str, printed: list[str]) -> None:
    assert re.match(
        r"60 products: \d+ of [\d,]+ plans, of [56]\d\d kinds of questions, have a Seq Scan", plans
    )
    assert "Execution Time" in plans
    assert plans.partition("\n")[0] in printed


@pytest.mark.long
@pytest.mark.slow
def test_bench_that_is_told_to_stop_leaves_nothing(tmp_path):
    bench = start(tmp_path)
    output = tmp_path / "output"
    assert processes.wait_until(lambda: "measuring" in output.read_text(), seconds=300), output.read_text()

    bench.send_signal(signal.SIGTERM)

    assert bench.wait(30) == 130
    assert left_over(tmp_path) == []
    assert list(tmp_path.glob("shopwire-bench-*")) == []


def test_delays_are_those_that_so_many_did_not_exceed():
    assert Delays.of(place / 1000 for place in range(100)) == Delays(p50=50.0, p95=95.0, p99=99.0)


def test_delays_of_nothing_are_refused():
    with pytest.raises(ValueError, match="nothing was measured"):
        Delays.of([])


def test_socket_reads_frames_however_they_are_cut():
    frames = []
    socket = Socket(path="/", on_frame=lambda socket, before, size: frames.append((before, size)))
    small, large = b'{"version":7}', b'{"version": 8, "padding": "' + b"x" * 200 + b'"}'
    stream = b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x0d" + small + b"\x81\x7e\x00\xe5" + large

    for place in range(len(stream)):
        socket.data_received(stream[place : place + 1])

    assert frames == [(-1, 13), (7, 229)]
    assert (socket.version, socket.failure) == (8, "")
