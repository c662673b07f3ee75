"""Which event starts which task: the whole list."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol


class Told(Protocol):
    """What a subscription may look at."""

    event: str
    data: Mapping[str, Any]


# event name: (task, the keys of the event's data that become the task's arguments)
TASKS: dict[str, list[tuple[str, dict[str, str]]]] = {}


def jobs_for(events: Iterable[Told]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs that the events start, in order: (task, its keyword arguments)."""
    for told in events:
        for task, arguments in TASKS.get(told.event, []):
            yield task, {name: told.data[key] for name, key in arguments.items()}
