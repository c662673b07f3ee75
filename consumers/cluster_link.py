"""The subscription connections to a Redis Cluster: one link a node, for the channels that live there."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from consumers.link import CONFIRM_SECONDS, Link

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
SLOTS = 16_384

type Node = str  # host:port
type Map = list[tuple[int, int, Node]]  # first and last slot, and who has them


class ClusterLink:
    """As a Link, over several nodes: it is up when all of them are. When slots have moved it begins anew."""

    def __init__(
        self, *, url: str, on_message: Callable[[str, str], None], on_change: Callable[[bool], None]
    ) -> None:
        self._url = url
        self._on_message = on_message
        self._on_change = on_change
        self.is_up = False
        self._wanted: set[str] = set()
        self._map: Map = []
        self._links: dict[Node, Link] = {}
        self._known = asyncio.Event()  # which node has what

    @property
    def server(self) -> str:
        """Which processes of Redis they were, the last time the links were up."""
        return " ".join(sorted(link.server for link in self._links.values()))

    def want(self, channel: str) -> None:
        """Subscribe, now or as soon as Redis is there."""
        self._wanted.add(channel)
        if self._links:
            self._link_of(channel).want(channel)

    def drop(self, channel: str) -> None:
        """Unsubscribe."""
        self._wanted.discard(channel)
        if self._links:
            self._link_of(channel).drop(channel)

    async def confirmed(self, channels: Collection[str]) -> None:
        """Wait until Redis has confirmed the wanted channels, or is away (on_change tells of its return)."""
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._known.wait()
        except TimeoutError:
            return
        groups = defaultdict(list)
        for channel in channels:
            groups[self._link_of(channel)].append(channel)
        await asyncio.gather(*(link.confirmed(group) for link, group in groups.items()))

    async def run(self) -> None:
        """Keep the links up until cancelled, and follow the cluster when it changes."""
        while True:
            found = await self._look()
            if found and found != self._map:
                await self._run(found)
            else:
                await asyncio.sleep(LOOK_SECONDS)

    async def _run(self, found: Map) -> None:
        """Until a link is down and the cluster says that it has changed, or until one breaks."""
        self._map = found
        self._links = {node: self._link(node) for _, _, node in found}
        for channel in self._wanted:
            self._link_of(channel).want(channel)
        self._known.set()
        try:
            await self._run_links()
        finally:
            self._known.clear()
            self._links, self._map = {}, []

    async def _run_links(self) -> None:
        found = self._map
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(link.run()) for link in self._links.values()]
            while found == self._map:
                await asyncio.sleep(LOOK_SECONDS)
                if not self.is_up:
                    found = await self._look() or found
            for task in running:
                task.cancel()

    def _link(self, node: Node) -> Link:
        return Link(url=self._at(node), on_message=self._on_message, on_change=self._changed)

    def _link_of(self, channel: str) -> Link:
        slot = key_slot(channel.encode())
        return next(self._links[node] for first, last, node in self._map if first <= slot <= last)

    def _changed(self, is_up: bool) -> None:
        was_up, self.is_up = self.is_up, all(link.is_up for link in self._links.values())
        if was_up or self.is_up:
            self._on_change(self.is_up)

    async def _look(self) -> Map:
        """The map, from the first node that answers; empty if none does."""
        patience: dict[str, Any] = settings.REDIS_PATIENCE
        for url in [self._at(node) for node in self._links] + [self._url]:
            try:
                async with Redis.from_url(url, **patience) as node:
                    return _read(await node.execute_command("CLUSTER SLOTS"))  # type: ignore[no-untyped-call]
            except (RedisError, OSError) as error:
                log.info("%s tells nothing of the cluster: %s", urlsplit(url).netloc, error)
        return []

    def _at(self, node: Node) -> str:
        """The address with another node in it; sign-in and encryption stay."""
        parts = urlsplit(self._url)
        sign_in = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc="".join([*sign_in[:2], node])))


def _read(answer: Any) -> Map:
    """CLUSTER SLOTS without the replicas; empty where a slot has no node."""
    found = [(first, last, f"{host.decode()}:{port}") for first, last, (host, port, *_), *_ in answer]
    return sorted(found) if sum(last - first + 1 for first, last, _ in found) == SLOTS else []
