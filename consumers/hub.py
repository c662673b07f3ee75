"""One hub a process: who listens to which topic, fed by one Redis connection."""

import asyncio
import time
from collections.abc import Iterable
from functools import cache
from uuid import UUID

from django.utils import timezone

from backend.outbox import wire
from consumers.client import Client
from consumers.codes import Code
from consumers.news import Update
from consumers.owners import Owners
from consumers.sign_ins import PREFIX, SignIns
from consumers.sources import Sources
from consumers.topics import EARLY_FRAMES, Place, Topic, Watch


class Hub:
    """Belongs to one event loop. consumers/rounds.py drives it, consumers/healing.py makes it whole."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.present: set[Client] = set()  # those too that have been ended, and whose socket is not gone yet
        self.topics: dict[str, Topic] = {}
        self.sign_ins = SignIns()
        self.owners = Owners()
        self.is_closing = False
        self.doubtful: set[Topic] = set()  # news may have been lost
        self.doubts = asyncio.Event()
        self.sources = Sources(on_message=self._told, on_link_up=lambda: self.doubt(*self.topics.values()))
        self._places: dict[Client, dict[str, Place]] = {}

    def greet(self, client: Client) -> None:
        """From here on the client is watched over."""
        self.clients.add(client)
        self.present.add(client)
        self._places[client] = {}
        if self.is_closing:
            client.end(Code.SHUTTING_DOWN)

    async def admit(self, client: Client) -> None:
        """It has said who it is: from here on a sign-out is heard."""
        self.sign_ins.add(client)
        if client.user_id is not None:
            await self.sources.listen([f"{PREFIX}{client.user_id}"])

    def dismiss(self, client: Client) -> None:
        """Undo `admit`: it is nobody again."""
        if self.sign_ins.remove(client):
            self.sources.linger(f"{PREFIX}{client.user_id}")
        client.user_id = client.session_id = client.expires_at = None
        client.is_let_in = client.is_staff = False

    def topics_of(self, client: Client) -> Iterable[str]:
        """What it has places in."""
        return self._places.get(client, {})

    def reserve(self, client: Client, name: str, watch: Watch) -> Place:
        """A place in the topic, to be joined: updates are kept for it from now on."""
        topic = self.topics.get(name)
        if topic is None:
            topic = self.topics[name] = Topic(name, watch.look, watch.is_stream)
        place = Place(client, topic, era=self.sources.era)
        topic.places.add(place)
        topic.joining += 1
        self._places.setdefault(client, {})[name] = place
        return place

    def join(self, place: Place, version: int) -> None:
        """The client has been told everything up to the version, and hears all that follows."""
        if place in place.topic.places:
            is_whole = place.topic.admit(place, version)
            if not is_whole or place.era != self.sources.era:
                self.doubt(place.topic)

    async def show(self, client: Client, watch: Watch) -> list[str]:
        """Send a snapshot of each topic and everything after it: nothing is left out, nothing comes twice.

        Returns those topics that there are not.
        """
        places, gone = [self.reserve(client, name, watch) for name in watch.topics], []
        found = await self.sources.look([place.topic for place in places])
        for place, seen in zip(places, found, strict=True):
            if seen is None:
                gone.append(place.topic.name)
            else:
                client.push(client.dialect.snapshot(seen))  # in no slot: no update may take its place
                self.join(place, seen.version)
        return gone

    def leave_topic(self, client: Client, name: str) -> None:
        """The client wants no more of the topic, or gets none."""
        place = self._places.get(client, {}).pop(name, None)
        if place is not None:
            client.backlog.drop(name)
            self._vacate(place)

    def leave(self, client: Client) -> None:
        """The client is gone, or as good as gone."""
        self.clients.discard(client)
        for place in self._places.pop(client, {}).values():
            self._vacate(place)
        if self.sign_ins.remove(client):
            self.sources.linger(f"{PREFIX}{client.user_id}")

    def gone(self, client: Client) -> None:
        """Its socket is closed, at both ends."""
        self.leave(client)
        self.present.discard(client)

    def lose(self, topic: Topic) -> None:
        """What was missed can't be had any more: everybody has to look anew."""
        for place in tuple(topic.places):
            if (word := place.client.dialect.lost(topic.name)) is None:
                place.client.end(Code.HISTORY_LOST)
            else:
                self.leave_topic(place.client, topic.name)
                place.client.push(word)

    def doubt(self, *topics: Topic) -> None:
        """News of the topics may have been lost; consumers/healing.py finds out."""
        self.doubtful.update(topics)
        self.doubts.set()

    def check(self) -> None:
        """The look of every second at everybody."""
        now, at = timezone.now(), time.monotonic()
        for client in tuple(self.clients):
            client.check(now=now, at=at)
        self.sources.check(at=at, is_wanted=self._is_wanted)

    def gauges(self) -> dict[str, int]:
        """How things are now; consumers/counters.py has what has been."""
        return {
            "clients": len(self.clients),
            "topics": len(self.topics),
            "places": sum(len(topic.places) for topic in self.topics.values()),
            "queued_frames": sum(len(client.backlog) for client in self.clients),
            "queued_bytes": sum(client.backlog.size for client in self.clients),
        }

    def audience(self, name: str) -> set[Client]:
        """Who listens to the topic in this process."""
        topic = self.topics.get(name)
        return {place.client for place in topic.places} if topic else set()

    def _vacate(self, place: Place) -> None:
        topic = place.topic
        topic.places.discard(place)
        if place.version is None:
            topic.joining -= 1
            topic.tidy()
        if not topic.places and self.topics.get(topic.name) is topic:
            del self.topics[topic.name]
            self.doubtful.discard(topic)
            self.sources.linger(topic.name)

    def _is_wanted(self, name: str) -> bool:
        if name.startswith(PREFIX):
            return self.sign_ins.count(UUID(name.removeprefix(PREFIX))) > 0
        return name in self.topics

    def _told(self, channel: str, message: str) -> None:
        name = wire.topic_of(channel)
        version, frame = wire.read(message)
        if topic := self.topics.get(name):
            if not topic.hear(Update(name, version, frame)):
                self.doubt(topic)
            if len(topic.early) > EARLY_FRAMES:
                self.lose(topic)
        elif name.startswith(PREFIX):
            self.sign_ins.told(user_id=UUID(name.removeprefix(PREFIX)), frame=frame)


@cache
def the_hub() -> Hub:
    """This process's."""
    return Hub()
