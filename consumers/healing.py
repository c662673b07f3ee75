"""What may have been missed is made good, once a topic: from its history, or by saying that it is lost."""

import asyncio
import logging
import random
import time

from django.conf import settings
from redis.exceptions import RedisError

from backend.outbox import wire
from consumers import histories, store
from consumers.counters import here
from consumers.histories import History
from consumers.hub import Hub
from consumers.news import Update
from consumers.topics import Topic

log = logging.getLogger(__name__)
CHECK_SECONDS = 25.0
IN_FLIGHT_SECONDS = 1.0  # what is on its way to us is not lost
GRACE_SECONDS = 3.0  # for what the relay had still to tell when Redis came back
RETRY_SECONDS = 0.3
LONGEST_SILENCE = 0.8 * wire.LIFE_SECONDS


class Healer:
    """Works on what the hub doubts. All was whole at `_whole_at`, in the Redis `_redis`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._redis = ""  # its epoch
        self._whole_at = 0.0
        self._is_settling = False
        self._owed: dict[Topic, tuple[int, float]] = {}  # versions, and by when

    async def heal(self) -> None:
        """Wait for a doubt and settle it; with Redis away it stays. Raises the database's Error."""
        hub = self._hub
        await hub.doubts.wait()
        hub.doubts.clear()
        if not hub.sources.link.is_up:
            return  # everything is doubted when it is back
        # Who is still being joined is doubted again then; what is doubted from here on, in the next turn.
        topics = {topic for topic in hub.doubtful if topic.version is not None}
        self._is_settling = True
        hub.doubtful.clear()
        try:
            await self._settle(topics)
        except store.AWAY as error:
            log.info("topics stay in doubt: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
            hub.doubt(*topics)
        except BaseException:
            hub.doubt(*topics)
            raise
        finally:
            self._is_settling = False

    async def check_positions(self) -> None:
        """Does Redis know more than we were told? A message of its own may be lost without a word."""
        await asyncio.sleep(CHECK_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
        if not self._hub.sources.link.is_up:
            return
        try:
            await self._compare()
        except store.AWAY as error:
            log.info("positions not checked: %s", error)

    def check_debts(self) -> None:
        """What the database had and Redis had not must have come by now."""
        for topic, (version, at) in list(self._owed.items()):
            if (topic.version or 0) >= version or not topic.places:
                del self._owed[topic]
            elif at <= time.monotonic():
                del self._owed[topic]
                self._lose(topic)

    async def _compare(self) -> None:
        hub = self._hub
        positions = [
            (topic.name, topic.version) for topic in hub.topics.values() if topic.version is not None
        ]
        data, found = await histories.ahead(positions)
        if hub.sources.epoch_of(data) != self._redis:
            hub.doubt(*hub.topics.values())
            return
        if not hub.doubtful and not self._is_settling:
            self._whole_at = time.monotonic()
        if found:
            await asyncio.sleep(IN_FLIGHT_SECONDS)
        for name, version in found.items():
            topic = hub.topics.get(name)
            if topic is not None and (topic.version or 0) < version:
                self._whole_at = 0.0
                hub.doubt(topic)

    async def _settle(self, topics: set[Topic]) -> None:
        """Raises one of store.AWAY or the database's Error."""
        hub, era = self._hub, self._hub.sources.era
        is_all = topics >= {topic for topic in hub.topics.values() if topic.version is not None}
        before = {topic: topic.version or 0 for topic in topics}
        remember = hub.sources.remember
        answers = await asyncio.gather(*(remember(topic, version) for topic, version in before.items()))
        unknown, epoch = [], await hub.sources.the_epoch()
        for topic, history in zip(before, answers, strict=True):
            if history is None:
                raise RedisError("no history now")
            if history.missed is None and not history.is_silent:
                self._lose(topic)
                continue
            self._tell(topic, history.missed or [])
            if not self._tells_all(history):
                unknown.append(topic)
        await self._look(unknown)
        for topic, version in before.items():
            self._conclude(topic, version)
        if is_all and era == hub.sources.era:
            self._redis, self._whole_at = epoch, time.monotonic()

    def _tell(self, topic: Topic, missed: list[wire.Entry]) -> None:
        if any(entry.version > (topic.version or 0) for entry in missed):
            here.gaps["healed"] += 1
        for entry in missed:
            topic.hear(Update(topic.name, entry.version, entry.frame))

    def _tells_all(self, history: History) -> bool:
        """Whether nothing happened but what it tells. Another Redis than before may lack the newest.

        Silence says so for a while, and never in a cluster: a node may have lost its data, and the epoch
        lives on another.
        """
        if history.epoch != self._redis:
            return False
        is_fresh = not settings.REDIS_CLUSTER and time.monotonic() - self._whole_at < LONGEST_SILENCE
        return is_fresh or not history.is_silent

    async def _look(self, topics: list[Topic]) -> None:
        for topic, seen in zip(topics, await self._hub.sources.look(topics), strict=True):
            if seen is None:
                self._lose(topic)
            elif seen.version > (topic.version or 0):
                if topic.is_stream:
                    self._owed[topic] = (seen.version, time.monotonic() + GRACE_SECONDS)
                else:
                    topic.show(seen)

    def _conclude(self, topic: Topic, before: int) -> None:
        """What waited behind the hole goes on, unless the hole is still there."""
        if not topic.resume():
            if (topic.version or 0) > before:
                self._hub.doubt(topic)
            else:
                self._lose(topic)

    def _lose(self, topic: Topic) -> None:
        if topic.places:
            here.gaps["lost"] += 1
            self._hub.lose(topic)
