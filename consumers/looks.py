"""Snapshots: one look at the database for all who need the topic at about the same time."""

import asyncio
from collections.abc import Sequence
from functools import partial

from consumers import database
from consumers.counters import here
from consumers.news import Seen
from consumers.shared import Shared
from consumers.topics import Look, Topic


async def _look(topics: Sequence[Topic]) -> dict[Topic, Seen]:
    groups: dict[Look, list[str]] = {}
    for topic in topics:
        groups.setdefault(topic.look, []).append(topic.name)
    questions = [database.ask(partial(look, names)) for look, names in groups.items()]
    seen: dict[str, Seen] = {}
    for answer in await asyncio.gather(*questions):
        seen.update(answer)
    here.snapshots += len(seen)
    return {topic: seen[topic.name] for topic in topics if topic.name in seen}


def shared() -> Shared[Topic, Seen]:
    """One for each hub. Its `get` raises the database's Error."""
    return Shared(_look, rounds=database.THREADS)
