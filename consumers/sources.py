"""Where the hub's news comes from: subscriptions, histories and looks, each once for all who need it."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from uuid import uuid4

from django.conf import settings

from backend.outbox import wire
from consumers import histories, store
from consumers.cluster_link import ClusterLink
from consumers.histories import History
from consumers.link import Link
from consumers.looks import Looks
from consumers.news import Seen
from consumers.topics import Topic

LINGER_SECONDS = 30.0


class Sources:
    """Belongs to one event loop. `link.run` keeps it listening."""

    def __init__(self, *, on_message: Callable[[str, str], None], on_link_up: Callable[[], None]) -> None:
        link = ClusterLink if settings.REDIS_CLUSTER else Link
        self.link: Link | ClusterLink = link(
            url=settings.REDIS_URL, on_message=on_message, on_change=self._link_changed
        )
        self.era = 0  # counts the link's ups and downs
        self._on_link_up = on_link_up
        self._looks = Looks()
        self._histories = histories.shared()
        self._epochs = histories.shared_epoch()
        self._wanted_at: dict[str, float] = {}  # when somebody last asked or left; looked at later

    async def listen(self, names: Iterable[str]) -> None:
        """Returns when all that is told of the topics is heard, or Redis is away."""
        channels = [wire.channel(name) for name in names]
        for name in names:
            self.linger(name)  # whoever wants it may have left by now
        for channel in channels:
            self.link.want(channel)
        await self.link.confirmed(channels)

    def linger(self, name: str) -> None:
        """Nobody wants the topic any more; somebody may in a moment."""
        self._wanted_at[name] = time.monotonic()

    def check(self, *, at: float, is_wanted: Callable[[str], bool]) -> None:
        """The look of every second: stop listening to what nobody has wanted for long."""
        for name, wanted_at in list(self._wanted_at.items()):
            if at - wanted_at > LINGER_SECONDS:
                del self._wanted_at[name]
                if not is_wanted(name):  # else who leaves it last says so
                    self.link.drop(wire.channel(name))

    async def look(self, topics: Sequence[Topic]) -> list[Seen | None]:
        """How the topics stand, such that everything after it is heard. Raises the database's Error.

        Listens first and looks then; looks again if the link broke or came back in between.
        """
        while True:
            era = self.era
            await self.listen([topic.name for topic in topics])
            seen = await asyncio.gather(*(self._looks.get(topic) for topic in topics))
            if era == self.era:
                return seen

    async def remember(self, topic: Topic, version: int) -> History | None:
        """What came after the version, such that everything after it is heard; None with Redis away."""
        while True:
            era = self.era
            await self.listen([topic.name])
            try:
                history = await self._histories.get((topic.name, version))
            except store.AWAY:
                return None
            if era == self.era:
                return history and replace(history, epoch=self.epoch_of(history.epoch))

    async def the_epoch(self) -> str:
        """Of Redis as it is; with Redis away one that never was, so that nobody resumes on it."""
        try:
            data = self.link.is_up and await self._epochs.get("")
        except store.AWAY:
            data = None
        return self.epoch_of(data) if data else uuid4().hex

    def epoch_of(self, data: str) -> str:
        """The epoch of this data behind the server that answers now: one that takes over lacks the newest."""
        return blake2b(f"{data} {self.link.server}".encode(), digest_size=16).hexdigest()

    def _link_changed(self, is_up: bool) -> None:
        self.era += 1
        if is_up:
            self._on_link_up()
