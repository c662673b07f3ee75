"""One hub a process: who listens to which topic, fed by one Redis connection."""

import time
from collections.abc import Iterable
from functools import cache, partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from consumers import database
from consumers.client import Client
from consumers.codes import Code
from consumers.link import Link
from consumers.sign_ins import PREFIX, SignIns
from consumers.topics import Look, Subscription, Topic, Watch

CHANNEL = "live:"  # as tasks/relay.py publishes
LINGER_SECONDS = 30.0
GRACE_SECONDS = 3.0  # for what the relay had still to tell when Redis came back


class Hub:
    """Belongs to one event loop; consumers/rounds.py makes it go round."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.sign_ins = SignIns()
        self.is_closing = False
        self.may_have_missed = False  # Redis was away, and nobody has looked yet what happened meanwhile
        self.link = Link(url=settings.REDIS_URL, on_message=self._told, on_change=self._link_changed)
        self._topics: dict[str, Topic] = {}
        self._places: dict[Client, list[Subscription]] = {}
        self._idle_since: dict[str, float] = {}
        self._owing: set[Subscription] = set()
        self._era = 0  # counts the link's ups and downs

    async def admit(self, client: Client) -> None:
        """From here on the client is watched over: its sign-in, its token, its pace."""
        self.clients.add(client)
        self._places[client] = []
        self.sign_ins.add(client)
        if client.user_id is not None:
            await self._listen([f"{PREFIX}{client.user_id}"])
        if self.is_closing:
            client.end(Code.SHUTTING_DOWN)

    async def join(self, client: Client, watch: Watch) -> None:
        """Send a snapshot of each topic and everything after it: nothing is left out, nothing comes twice.

        Listens first and looks then; looks again if the link broke or came back in between.
        """
        places = [self._place(client, name, watch) for name in watch.topics]
        while True:
            era = self._era
            await self._listen(watch.topics)
            seen = await database.ask(partial(watch.look, watch.topics))
            if era == self._era:
                break
        for place in places:
            if place.topic.name in seen:
                place.join(seen[place.topic.name])
            else:
                client.end(Code.HISTORY_LOST)

    def leave(self, client: Client) -> None:
        """The client is gone, or as good as gone."""
        self.clients.discard(client)
        for place in self._places.pop(client, []):
            place.topic.listeners.discard(place)
            self._owing.discard(place)
            if not place.topic.listeners:
                self._topics.pop(place.topic.name, None)
                self._idle_since[place.topic.name] = time.monotonic()
        if self.sign_ins.remove(client):
            self._idle_since[f"{PREFIX}{client.user_id}"] = time.monotonic()

    def close_all(self) -> None:
        """The process is about to stop: everybody is sent away, newcomers too."""
        self.is_closing = True
        for client in tuple(self.clients):
            client.end(Code.SHUTTING_DOWN)

    def check(self) -> None:
        """The look of every second at everybody."""
        now, at = timezone.now(), time.monotonic()
        for client in tuple(self.clients):
            client.check(now=now, at=at)
        for place in tuple(self._owing):
            if place.is_overdue(at=at):
                place.client.end(Code.HISTORY_LOST)
            if not place.owed_version:
                self._owing.discard(place)
        for name, since in list(self._idle_since.items()):
            if at - since > LINGER_SECONDS:
                del self._idle_since[name]
                self.link.drop(CHANNEL + name)

    async def catch_up(self) -> None:
        """Redis was away: bring everybody right. Raises the database's Error; then it is still to be done."""
        era = self._era
        await self.sign_ins.look_up()
        for look, topics in self._by_look().items():
            seen = await database.ask(partial(look, [topic.name for topic in topics]))
            for topic in topics:
                for place in tuple(topic.listeners):
                    if topic.name in seen:
                        place.catch_up(seen[topic.name], at=time.monotonic() + GRACE_SECONDS)
                    if place.owed_version:
                        self._owing.add(place)
        if era == self._era:
            self.may_have_missed = False

    def _place(self, client: Client, name: str, watch: Watch) -> Subscription:
        topic = self._topics.setdefault(name, Topic(name, watch.look, watch.is_stream))
        place = Subscription(client, topic)
        topic.listeners.add(place)
        self._places[client].append(place)
        return place

    async def _listen(self, names: Iterable[str]) -> None:
        channels = [CHANNEL + name for name in names]
        for name in names:
            self._idle_since.pop(name, None)
        for channel in channels:
            self.link.want(channel)
        await self.link.confirmed(channels)

    def _told(self, channel: str, message: str) -> None:
        name = channel.removeprefix(CHANNEL)
        version, _, frame = message.partition("\n")
        if topic := self._topics.get(name):
            topic.tell(version=int(version), frame=frame)
        elif name.startswith(PREFIX):
            self.sign_ins.told(user_id=UUID(name.removeprefix(PREFIX)), frame=frame)

    def _link_changed(self, is_up: bool) -> None:
        self._era += 1
        self.may_have_missed = True

    def _by_look(self) -> dict[Look, list[Topic]]:
        groups: dict[Look, list[Topic]] = {}
        for topic in self._topics.values():
            groups.setdefault(topic.look, []).append(topic)
        return groups


@cache
def the_hub() -> Hub:
    """This process's."""
    return Hub()
