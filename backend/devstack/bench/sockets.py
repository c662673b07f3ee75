"""The rows of the sockets: one stock topic to many sockets, against a bare ASGI app under plain Daphne."""

import sys
from collections.abc import Iterator
from dataclasses import asdict, replace

from backend.devstack import ports, processes
from backend.devstack.bench import numbering, shop, workers
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.listen import Job, Result
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed, Shop

YARDSTICK = "bare app under Daphne"
_START_SECONDS = 20


def rows(measured: Shop, *, sockets: int, seconds: float) -> Iterator[Row]:
    """Deliveries per second, per CPU second, and the delay from commit to socket. Raises Failed."""
    job = Job(
        port=measured.port,
        sku=numbering.sku(numbering.FIRST_SKU + 1),
        frame_bytes=0,
        sockets=sockets,
        seconds=seconds,
        server_pid=measured.web_pid,
    )
    ours = _listen(job, measured)
    bare = _bare(replace(job, sku="", frame_bytes=ours.frame_bytes), measured)
    row = Row(
        name=f"deliveries to {sockets} sockets",
        ratio=_rate(ours) / _rate(bare),
        yardstick=YARDSTICK,
        rate=_rate(ours),
        yardstick_rate=_rate(bare),
        delays=ours.delays,
        load_cpu=ours.load_cpu / ours.seconds,
        cpu_ms={"web": 1000 * ours.server_cpu / ours.deliveries},
        yardstick_load_cpu=bare.load_cpu / bare.seconds,
    )
    yield row
    yield _other(row, "deliveries per CPU second", _per_cpu(ours), _per_cpu(bare))
    yield _other(row, "commit to socket, p50 in ms", ours.delays.p50, bare.delays.p50)
    yield _other(row, "commit to socket, p99 in ms", ours.delays.p99, bare.delays.p99)


def _bare(job: Job, measured: Shop) -> Result:
    port = ports.find_free()
    words = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
    application = "backend.devstack.bench.bare:application"
    log = measured.folder / "bare.log"
    with shop.process(*words, application, settings=measured.settings, log=log) as pid:
        if not processes.wait_until(lambda: not ports.is_free(port), seconds=_START_SECONDS):
            raise Failed(f"the bare app did not start:\n{log.read_text()}")
        return _listen(replace(job, port=port, server_pid=pid), measured)


def _listen(job: Job, measured: Shop) -> Result:
    answer = workers.ask("listen", asdict(job), settings=measured.settings)
    return Result(**{**answer, "delays": Delays(**answer["delays"])})


def _other(row: Row, name: str, ours: float, bare: float) -> Row:
    return replace(row, name=name, ratio=ours / bare, rate=ours, yardstick_rate=bare)


def _rate(result: Result) -> float:
    return result.deliveries / result.seconds


def _per_cpu(result: Result) -> float:
    """The clock of a process ticks a hundred times a second."""
    return result.deliveries / max(result.server_cpu, 0.01)
