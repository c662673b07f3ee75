"""One run: servers of its own, and the clients that ask them, in a process of theirs."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace

from backend.devstack.bench import workers
from backend.devstack.bench.shop import Failed, Shop
from backend.devstack.bench_live import scene
from backend.devstack.bench_live.job import Job, Result
from backend.devstack.bench_live.scene import By
from backend.devstack.console import Console


class Runs:
    """`job` says what all of them have in common."""

    def __init__(self, shop: Shop, *, job: Job, console: Console) -> None:
        self._shop, self._job, self._console = shop, job, console

    def ours(
        self, kind: str, by: By, *, sockets: int, has_own_news: bool = True, processes: int = 1
    ) -> Result:
        """Of the shop, in so many web processes; with `has_own_news` no relay tells them. Raises Failed."""
        self._console.say(f"{kind}: {sockets} sockets, the shop by {by}")
        with self._webs(by, has_own_news=has_own_news, processes=processes) as servers:
            return self._ask(kind, servers, sockets)

    def bare(self, kind: str, by: By, *, sockets: int) -> Result | None:
        """Of the bare app; None where it could not do it, which is no fault of the shop's."""
        self._console.say(f"{kind}: {sockets} sockets, the bare app by {by}")
        try:
            with scene.bare(self._shop, by) as server:
                return self._ask(kind, [server], sockets)
        except (Failed, subprocess.TimeoutExpired) as failure:
            self._console.say(f"the bare app by {by} could not do it: {failure}")
            return None

    @contextmanager
    def _webs(self, by: By, *, has_own_news: bool, processes: int) -> Iterator[list[scene.Server]]:
        with ExitStack() as stack:
            url = self._shop.settings["REDIS_URL"]
            if has_own_news:
                url = stack.enter_context(scene.news(self._shop))
            web = (scene.web(self._shop, by, redis_url=url, console=self._console) for _ in range(processes))
            yield [stack.enter_context(one) for one in web]

    def _ask(self, kind: str, servers: list[scene.Server], sockets: int) -> Result:
        first, last = servers[0], servers[-1]
        job = replace(
            self._job,
            kind=kind,
            port=first.port,
            server_pid=first.pid,
            next_port=last.port,
            next_pid=last.pid,
            redis_url=first.redis_url,
            sockets=sockets,
        )
        answer = workers.ask("listen", asdict(job), settings=self._shop.settings, package="bench_live")
        return Result(**answer)
