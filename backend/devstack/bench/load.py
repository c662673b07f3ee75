"""The load generator, a process of its own: keeps 16 connections busy, and says what came back how fast.

`python -m backend.devstack.bench.load` reads a Job as JSON and prints a Result. Requests come ready-made, and
answers are read no further than needed, so that it costs a small part of what the server does.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.devstack.bench import cpu
from backend.devstack.bench.delays import Delays

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_LATEST_SECONDS = 60
_FEWEST = 50  # answers, however long they take


@dataclass(frozen=True)
class Job:
    """`requests`: a file with one a line, of which `skip` are passed over.

    They are sent once each, or in a circle; for so many seconds after the warm-up, or `most` of them.
    """

    port: int
    requests: str
    pids: dict[str, int]
    seconds: float
    warm_up: float
    connections: int
    is_circle: bool = False
    skip: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Result:
    """What happened between warm-up and end; `statuses` and `sent` count from the very beginning.

    `cpu`: seconds of each process that the job names, with its children.
    """

    count: int
    seconds: float
    delays: Delays
    statuses: dict[str, int]
    sent: int
    load_cpu: float
    cpu: dict[str, float]
    ran_out: bool


@dataclass(frozen=True)
class Look:
    """At the clock and at the processor."""

    at: float
    load_cpu: float
    cpu: dict[str, float]


class Run:
    """The requests still to send, and the answers that came in time.

    It is measured from one answer to another: the first after the warm-up, and the one with which the time is
    over and enough have come.
    """

    def __init__(self, job: Job) -> None:
        self.statuses: Counter[int] = Counter()
        self._job = job
        self._requests = _requests(job)
        self._sent = 0
        self._delays: list[float] = []
        self._warm_at = time.perf_counter() + job.warm_up
        self._looks: list[Look] = []
        self._ran_out = False

    def next(self) -> bytes | None:
        """The next request, None when it is over."""
        request = None if len(self._looks) == 2 else next(self._requests, None)
        self._sent += request is not None
        self._ran_out |= request is None and len(self._looks) < 2
        return request

    def answered(self, status: int, *, asked_at: float) -> None:
        now = time.perf_counter()
        self.statuses[status] += 1
        if len(self._looks) == 1:
            self._delays.append(now - asked_at)
            is_over = now - self._looks[0].at >= self._job.seconds and len(self._delays) >= _FEWEST
            if is_over or self._ran_out:
                self._look(now)
        elif not self._looks and now >= self._warm_at:
            self._look(now)

    def result(self) -> Result:
        """Raises ValueError when nothing came in time."""
        if len(self._looks) < 2:
            raise ValueError("nothing was measured")
        begin, end = self._looks
        return Result(
            count=len(self._delays),
            seconds=end.at - begin.at,
            delays=Delays.of(self._delays),
            statuses={str(status): count for status, count in self.statuses.items()},
            sent=self._sent,
            load_cpu=end.load_cpu - begin.load_cpu,
            cpu={name: end.cpu[name] - before for name, before in begin.cpu.items()},
            ran_out=self._ran_out,
        )

    def _look(self, now: float) -> None:
        self._looks.append(Look(now, time.process_time(), cpu.of_trees(self._job.pids)))


def _requests(job: Job) -> Iterator[bytes]:
    lines = Path(job.requests).read_text().splitlines()[job.skip :]
    requests = [json.loads(line).encode() for line in lines]
    return itertools.islice(itertools.cycle(requests) if job.is_circle else iter(requests), job.most)


class Connection(asyncio.Protocol):
    """One request at a time, the next as soon as its answer is whole."""

    def __init__(self, run: Run) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._run = run
        self._buffer = b""
        self._asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(_END)
        if not end:
            return
        length = _LENGTH.search(head)
        if length is None:
            self._finish(ConnectionError(f"an answer without Content-Length: {head[:200]!r}"))
        elif len(body) >= int(length[1]):
            self._buffer = b""
            self._run.answered(int(head[9:12]), asked_at=self._asked_at)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(exc or ConnectionError("the server closed the connection"))

    def _ask(self) -> None:
        request = self._run.next()
        if request is None:
            self._finish(None)
            self._transport.close()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(request)

    def _finish(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


async def drive(job: Job) -> Result:
    """Raises ConnectionError, or TimeoutError for a server that stopped to answer."""
    run = Run(job)
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(run), "127.0.0.1", job.port)
        for _ in range(job.connections)
    ]
    async with asyncio.timeout(job.warm_up + job.seconds + _LATEST_SECONDS):
        await asyncio.gather(*(connection.done for _, connection in made))
    return run.result()


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(drive(Job(**json.load(sys.stdin)))))))
