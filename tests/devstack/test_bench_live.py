"""`make bench-live`: its clients see every fault there can be, and every row is there."""

import asyncio
import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from backend.config import web
from backend.devstack import environment
from backend.devstack.bench import workers
from backend.devstack.bench.shop import Shop
from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import __main__ as program
from backend.devstack.bench_live import faults, rows, scene, table
from backend.devstack.bench_live.crowd import Crowd
from backend.devstack.bench_live.job import Job, Result
from backend.devstack.bench_live.publishing import Publisher
from backend.devstack.bench_live.row import Row
from backend.devstack.bench_live.runs import Runs
from backend.devstack.console import Console
from backend.outbox import wire

SMALL = ["--seconds", "1", "--sockets", "20", "--many", "40", "--storm", "10", "--servers", "uvicorn"]
JOB = Job(kind="rate", port=0, server_pid=0, redis_url="", sku="", sockets=20, seconds=0.2)
ROW = Row("many", "memory each", "daphne", 31.0, 30, "KiB", faults={"lost": 1, "reordered": 2, "judged": 7})


async def connected(port: int, *, number: int) -> int:
    """How many a server that accepts nobody has room for; who finds none goes on trying."""
    tried = [asyncio.create_task(asyncio.open_connection("127.0.0.1", port)) for _ in range(number)]
    done, waiting = await asyncio.wait(tried, timeout=5)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()[1].transport.abort()
    return len(done)


def heard(*versions: int, is_stream: bool) -> dict[str, int]:
    """What a crowd of one says of these versions, the first of which was its snapshot's."""
    crowd = Crowd(port=0, is_stream=is_stream)
    socket = Socket(path="/", on_frame=crowd._came)
    crowd.sockets.append(socket)
    socket.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    for version in versions:
        text = json.dumps({"version": version}).encode()
        socket.data_received(bytes((0x81, len(text))) + text)
    crowd.lack(9)
    return {kind: crowd.faults[kind] for kind in faults.KINDS}


@pytest.mark.parametrize(
    ("versions", "faults"),
    [
        ((7, 8, 9), {"lost": 0, "doubled": 0, "reordered": 0}),
        ((7, 9), {"lost": 1, "doubled": 0, "reordered": 0}),
        ((7, 8), {"lost": 1, "doubled": 0, "reordered": 0}),
        ((8, 9, 9), {"lost": 0, "doubled": 1, "reordered": 0}),
        ((6, 8, 7, 9), {"lost": 2, "doubled": 0, "reordered": 1}),
    ],
)
def test_of_a_stream_every_version_counts(versions, faults):
    assert heard(*versions, is_stream=True) == faults


@pytest.mark.parametrize(
    ("versions", "faults"),
    [
        ((3, 9), {"lost": 0, "doubled": 0, "reordered": 0}),
        ((3, 5), {"lost": 1, "doubled": 0, "reordered": 0}),
        ((3, 9, 8, 9), {"lost": 0, "doubled": 0, "reordered": 1}),
    ],
)
def test_of_stock_the_newest_counts_and_none_goes_back(versions, faults):
    assert heard(*versions, is_stream=False) == faults


def test_a_missed_figure_says_so():
    met = replace(ROW, seen=29.0)

    assert table.line(ROW) == "memory each, daphne: 31 KiB (wanted ≤ 30 KiB) MISSED; "
    assert [row.is_met for row in (ROW, met, replace(ROW, is_floor=True))] == [False, True, True]


MET, MISSED = replace(ROW, seen=29.0, faults={}), replace(ROW, faults={})
LINE = "bench-live: 1 of 3 rows are not met: memory each, daphne"


@pytest.mark.parametrize(
    ("second", "failure", "end"),
    [(MET, "", None), (MISSED, "", LINE), (MET, "it broke", "bench-live: it broke")],
)
def test_a_row_that_is_not_met_or_measured_makes_the_run_fail_when_all_is_kept(
    tmp_path, capsys, second, failure, end
):
    ended = None
    try:
        program.finish([MET, second], failure=failure, about="", file=tmp_path / "table.json")
    except SystemExit as stopped:
        ended = stopped.code

    assert ended == end
    assert capsys.readouterr().out.count("memory each") == 2
    assert len(json.loads((tmp_path / "table.json").read_text())["rows"]) == 3


def test_faults_of_a_run_with_two_rows_count_once():
    other = replace(ROW, server="uvicorn")

    found = rows.faults([ROW, replace(ROW, name="another of the same run"), other])

    assert (found.seen, found.beside, found.is_met) == (6, "2 lost, 0 doubled, 4 reordered of 14", False)


def test_updates_are_told_as_the_relay_tells_them(settings):
    publisher = Publisher(settings.REDIS_URL)

    publisher.tell("stock:A", version=3, size=300)
    publisher.tell("stock:A", version=3, size=300)  # a repeat

    [entry] = wire.entries(publisher._redis.xrange(wire.log_key("stock:A")))
    assert (entry.version, len(entry.frame), json.loads(entry.frame)["topic"]) == (3, 300, "stock:A")


@pytest.mark.parametrize("by", scene.SERVERS)
def test_clients_measure_the_bare_app(tmp_path, by):
    shop = Shop(0, tmp_path, os.environ, "", "", 0)
    with scene.bare(shop, by) as server:
        job = replace(JOB, port=server.port, server_pid=server.pid)
        result = Result(**workers.ask("listen", asdict(job), settings=os.environ, package="bench_live"))

    assert result.faults == {"lost": 0, "doubled": 0, "reordered": 0, "judged": 0}
    assert all(math.isfinite(figure) and figure > 0 for figure in result.figures.values())


@pytest.mark.parametrize("by", scene.SERVERS)
def test_a_storm_finds_room_before_the_bare_app_though_it_is_busy(tmp_path, by):
    with scene.bare(Shop(0, tmp_path, os.environ, "", "", 0), by) as server:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            came = asyncio.run(connected(server.port, number=200))
        finally:
            os.kill(server.pid, signal.SIGCONT)

    assert (came, scene.CONNECT_QUEUE) == (200, web.CONNECT_QUEUE)


def test_a_yardstick_that_can_not_do_it_does_not_end_the_run(tmp_path):
    runs = Runs(Shop(0, tmp_path, os.environ, "", "", 0), job=JOB, console=Console([]))

    assert runs.bare("no such kind", "uvicorn", sockets=1) is None


@pytest.mark.long
@pytest.mark.slow
def test_bench_live_measures_every_row(tmp_path):
    command = [sys.executable, "-m", "backend.devstack.bench_live", *SMALL]
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "table.json")],
        cwd=environment.ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    found = json.loads((tmp_path / "table.json").read_text())["rows"]
    # So small, and beside other tests, a figure may be missed; then the end says so.
    assert done.returncode == (0 if all(row["is_met"] for row in found) else 1), done.stderr
    assert [row["server"] for row in found] == ["uvicorn"] * 10 + ["both"]
    assert all(math.isfinite(row["seen"]) for row in found)
    judged = {row["run"]: row["faults"].get("judged", 0) for row in found[:-1]}
    # Many: two readings of 20 rounds, each one frame to five staff and one to a cart or a buyer's orders.
    assert (min(judged.values()) > 0, judged["many"]) == (True, 2 * 20 * (5 + 1))
    assert found[-1]["seen"] == 0
    assert found[-1]["beside"] == f"0 lost, 0 doubled, 0 reordered of {sum(judged.values()):,}"
    assert list(tmp_path.glob("shopwire-bench-*")) == []
