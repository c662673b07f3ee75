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
    "product list, signed in": "product list, uncached",
    "product detail, cached": "empty endpoint",
    "product detail, uncached": "empty endpoint",
    "product detail, signed in": "product detail, uncached",
    "search with facets, uncached": "by pgbench",
    "middle page of all by name, p50 in ms": "its first page",
    "middle page of all by price, p50 in ms": "its first page",
    "middle page of a department by name, p50 in ms": "its first page",
    "middle page of a broad search, p50 in ms": "its first page",
    "add to cart": "by pgbench",
    "checkout, many SKUs": "by pgbench",
    "checkout, one hot SKU": "by pgbench",
    "checkout, one hot SKU, against many": "checkout, many SKUs",
    "full checkout": "empty endpoint",
    "memory of the REST tier after 1,500 requests, MB": "after 1,000",
    "memory of its largest worker after 1,500 requests, MB": "after 1,000",
    "deliveries to 40 sockets": "bare app under Daphne",
    "deliveries per CPU second": "bare app under Daphne",
    "commit to socket, p50 in ms": "bare app under Daphne",
    "commit to socket, p99 in ms": "bare app under Daphne",
}
ONE_SHOP = ["--only", "reads", "deep", "writes", "memory", "sockets"]
# Beside a small shop of 60, a large one of 90.
TWO_SHOPS = ["--only", "peers", "scale", "--sizes", "60", "90"]
COMPARED = {
    "product list, cached, 60 products": "empty endpoint",
    "product list, uncached, 60 products": "empty endpoint",
    "product detail, cached, 60 products": "empty endpoint",
    "product detail, uncached, 60 products": "empty endpoint",
    "add to cart, 60 products": "by pgbench",
    "cart and order, 60 products": "empty endpoint",
    "full checkout, 60 products": "empty endpoint",
    "p95 of product list, uncached, 90 products, ms": "60 products",
    "p95 of search with facets, uncached, 90 products, ms": "60 products",
    "p95 of checkout, many SKUs, 90 products, ms": "60 products",
    "middle page of all by name, 90 products, p50 in ms": "its first page",
    "middle page of all by price, 90 products, p50 in ms": "its first page",
    "middle page of a department by name, 90 products, p50 in ms": "its first page",
    "middle page of a broad search, 90 products, p50 in ms": "its first page",
}


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


def measured(folder: Path, *words: str) -> tuple[list[dict[str, Any]], list[str], str]:
    """The rows, what was printed, and the plans. Nothing is left of the run."""
    bench = start(folder, *words, "--json", str(folder / "table.json"))

    assert bench.wait(240) == 0, (folder / "output").read_text()

    assert left_over(folder) == []
    assert list(folder.glob("shopwire-bench-*")) == []
    rows = json.loads((folder / "table.json").read_text())["rows"]
    printed = (folder / "output").read_text().splitlines()
    return rows, printed, (folder / "table.explain.txt").read_text()


def check(rows: list[dict[str, Any]], printed: list[str], *, named: dict[str, str]) -> None:
    assert [row["name"] for row in rows] == list(named)
    assert all(row["yardstick"].endswith(named[row["name"]]) for row in rows)
    figures = [row[name] for row in rows for name in ("ratio", "rate", "yardstick_rate")]
    assert all(math.isfinite(figure) and figure > 0 for figure in figures)
    assert [name for name in named if not any(line.startswith(name) for line in printed)] == []


@pytest.mark.slow
def test_bench_measures_every_row_and_leaves_nothing(tmp_path):
    rows, printed, plans = measured(tmp_path, *ONE_SHOP)

    check(rows, printed, named=ROWS)
    by_name = {row["name"]: row for row in rows}
    assert by_name["add to cart"]["yardstick_load_cpu"] > 0
    # Four requests, two jobs and a mail: what nobody sends would be no order.
    assert by_name["full checkout"]["queries"] > 50 > by_name["full checkout"]["commits"] > 5
    order = next(line for line in printed if line.startswith("full checkout, ms of CPU an order: "))
    assert [name for name in ("api", "postgres", "worker", "mailer", "relay") if name not in order] == []
    assert re.match(
        r"60 products: \d+ of [\d,]+ plans, of [56]\d\d kinds of questions, have a Seq Scan", plans
    )
    assert "Execution Time" in plans
    assert plans.partition("\n")[0] in printed


@pytest.mark.slow
def test_bench_compares_with_other_shops_and_with_a_large_one(tmp_path):
    rows, printed, plans = measured(tmp_path, *TWO_SHOPS)

    check(rows, printed, named=COMPARED)
    (head,) = [place for place, line in enumerate(printed) if line.startswith("per second, 60 products")]
    verdicts = [line.split(" x ")[0].split()[-2] for line in printed[head + 2 : head + 10]]
    assert set(verdicts) <= {"ok", "MISSED"}
    assert plans.startswith("90 products: ")


@pytest.mark.slow
def test_bench_that_is_told_to_stop_leaves_nothing(tmp_path):
    bench = start(tmp_path)
    output = tmp_path / "output"
    assert processes.wait_until(lambda: "measuring" in output.read_text(), seconds=120), output.read_text()

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
