"""Snapshots: one look at the database for all who need topics of a kind at about the same time."""

from collections.abc import Sequence
from functools import partial

from consumers import database
from consumers.counters import here
from consumers.news import Seen
from consumers.shared import Shared
from consumers.topics import Look, Topic

ROUNDS = database.THREADS // 2  # a table that is locked leaves threads to the other kinds


class Looks:
    """One for each hub."""

    def __init__(self) -> None:
        self._by_kind: dict[Look, Shared[str, Seen]] = {}

    async def get(self, topic: Topic) -> Seen | None:
        """How it stands, None if there is no such topic. Raises the database's Error."""
        if topic.look not in self._by_kind:
            self._by_kind[topic.look] = Shared(partial(_ask, topic.look), rounds=ROUNDS)
        return await self._by_kind[topic.look].get(topic.name)


async def _ask(look: Look, names: Sequence[str]) -> dict[str, Seen]:
    seen = dict(await database.ask(partial(look, names)))
    here.snapshots += len(seen)
    return seen
