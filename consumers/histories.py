"""What Redis remembers of topics: one pipeline for all who ask together."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.outbox import wire
from consumers import store
from consumers.shared import Shared

type Position = tuple[str, int]  # a topic, and the version up to which it is known
CHUNK = 500


@dataclass(frozen=True)
class History:
    """`missed` is all that came after the position, None if the history can't tell.

    It can't because nothing is there of that version or later (`is_silent`), or because of a hole.
    """

    epoch: str
    missed: list[wire.Entry] | None
    is_silent: bool


async def _read(positions: Sequence[Position]) -> dict[Position, History]:
    pipeline = store.pipeline()
    for topic, version in positions:
        pipeline.xrange(**wire.since(topic, version))
    wire.ask_epoch(pipeline)
    *answers, _, epoch = await pipeline.execute()
    return {
        position: History(epoch, wire.missed(*position, answer), not answer)
        for position, answer in zip(positions, answers, strict=True)
    }


async def ahead(positions: Sequence[Position]) -> tuple[str, dict[str, int]]:
    """The epoch, and of the topics for which Redis knows more than the position, one version more.

    Raises one of store.AWAY.
    """
    epoch, found = "", {}
    for start in range(0, len(positions) or 1, CHUNK):
        chunk = positions[start : start + CHUNK]
        pipeline = store.pipeline()
        for topic, version in chunk:
            pipeline.xrange(**wire.beyond(topic, version))
        wire.ask_epoch(pipeline)
        *answers, _, epoch = await pipeline.execute()
        for (topic, _version), answer in zip(chunk, answers, strict=True):
            for entry in wire.entries(answer):
                found[topic] = entry.version
    return epoch, found


async def _epoch(keys: Sequence[str]) -> dict[str, str]:
    epoch, _ = await ahead([])
    return dict.fromkeys(keys, epoch)


def shared_epoch() -> Shared[str, str]:
    """The epoch, by any key. Its `get` raises one of store.AWAY."""
    return Shared(_epoch)


def shared() -> Shared[Position, History]:
    """One for each hub. Its `get` raises one of store.AWAY."""
    return Shared(_read)
