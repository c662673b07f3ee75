"""The live wire: names, messages and each topic's history in Redis, for relay and sockets alike (ADR 0009).

Offsets are versions. A history is a Redis stream whose ids are `<version>-0`. It is bounded, and may be gone
at any time, so a reader believes it only where its versions follow each other without a hole. Clients passed
in here decode responses.
"""

import uuid
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.conf import settings

STREAM_KINDS = frozenset({"cart", "order", "orders", "staff"})  # every version counts
NEWEST_KINDS = frozenset({"stock"})  # of these the newest replaces all before
MOST_ENTRIES = 200
MOST_BYTES = 256 * 1024
LIFE_SECONDS = 600
EPOCH = "live:epoch"

# KEYS: log. ARGV: entries to keep, seconds to live, command, channel, then version and frame of each update.
# A version that the log has, or is behind, is a repeat.
PUBLISH = """
local keep, newest, new = tonumber(ARGV[1]), -1, 0
if keep > 0 then
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    newest = last and tonumber(string.match(last[1], '^%d+')) or -1
end
for n = 5, #ARGV, 2 do
    local version, frame = ARGV[n], ARGV[n + 1]
    if tonumber(version) > newest then
        if keep > 0 then
            redis.call('XADD', KEYS[1], 'MAXLEN', '=', keep, version .. '-0', 'f', frame)
            newest = tonumber(version)
        end
        redis.call(ARGV[3], ARGV[4], version .. '\\n' .. frame)
        new = new + 1
    end
end
if keep > 0 and new > 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return new
"""


class Message(NamedTuple):
    """What a channel carries: the version, a newline, the frame. Control topics carry it too."""

    version: int
    frame: str


class Entry(NamedTuple):
    """One update of a topic, as its history has it."""

    version: int
    frame: str


def kind(topic: str) -> str:
    """What stands before the colon."""
    return topic.partition(":")[0]


def has_history(topic: str) -> bool:
    """Whether updates of the topic are kept for who missed them; control topics have nothing to keep."""
    return kind(topic) in STREAM_KINDS | NEWEST_KINDS


def is_stream(topic: str) -> bool:
    """Whether every version of the topic counts, and not only the newest."""
    return kind(topic) in STREAM_KINDS


def channel(topic: str) -> str:
    """Where its messages are published. The braces put a topic's names on one node of a cluster."""
    return f"live:{{{topic}}}"


def topic_of(channel: str) -> str:
    """The topic of a channel."""
    return channel.removeprefix("live:{").removesuffix("}")


def log_key(topic: str) -> str:
    """Where its history is kept."""
    return f"{channel(topic)}:log"


def entries_kept(topic: str, length: int) -> int:
    """Its history's bound: fewer of long frames, one where the newest counts, none for control topics."""
    if not has_history(topic):
        return 0
    if not is_stream(topic):
        return 1
    return max(1, min(MOST_ENTRIES, MOST_BYTES // max(1, length)))


def command(name: str) -> str:
    """PUBLISH, SUBSCRIBE or UNSUBSCRIBE; in a cluster the sharded one, which stays on the topic's node."""
    return f"S{name}" if settings.REDIS_CLUSTER else name


def publish(pipeline: Any, *, topic: str, updates: Sequence[Entry]) -> None:
    """Queue a topic's updates: kept in the history and published, all or none. The result: how many were new.

    A Redis that refuses one (it is full, or reads its file, or becomes a primary) may take the next a moment
    later. One by one, a version that was refused would be a repeat for ever once a later one was taken.
    """
    kept = (entries_kept(topic, max(len(update.frame) for update in updates)), LIFE_SECONDS)
    published = (command("PUBLISH"), channel(topic))
    pipeline.execute_command("EVAL", PUBLISH, 1, log_key(topic), *kept, *published, *chain(*updates))


def read(text: str) -> Message:
    """The message of a channel's text. A relay of the version before says more behind the version."""
    head, _, frame = text.partition("\n")
    return Message(int(head.partition(" ")[0]), frame)


def ask_epoch(pipeline: Any) -> None:
    """Queue the question for the epoch, made now if there is none; the answer is the last result.

    One random text for the whole data set: an emptied Redis has a new one. Works on any pipeline of redis-py.
    """
    pipeline.set(EPOCH, uuid.uuid4().hex, nx=True)
    pipeline.get(EPOCH)


def since(topic: str, offset: int) -> dict[str, Any]:
    """Arguments of `xrange` for who has come up to `offset`; `missed` judges the answer."""
    return {"name": log_key(topic), "min": f"{offset}-0", "max": "+"}


def beyond(topic: str, offset: int) -> dict[str, Any]:
    """Arguments of `xrange` for the cheap look: its answer is empty if nothing is newer than `offset`."""
    return {"name": log_key(topic), "min": f"({offset}-0", "max": "+", "count": 1}


def entries(answer: Sequence[Any]) -> list[Entry]:
    """What `xrange` answered, in order."""
    return [Entry(int(name.partition("-")[0]), fields["f"]) for name, fields in answer]


def missed(topic: str, offset: int, answer: Sequence[Any]) -> list[Entry] | None:
    """All that came after `offset`, given the answer to `since`. None: the history can't tell.

    Then the row's version in the database decides: if it is `offset` too, nothing was missed.
    """
    found = entries(answer)
    if not found:
        return None
    if is_stream(topic):
        first = found[0].version
        if first > offset + 1 or any(entry.version != first + n for n, entry in enumerate(found)):
            return None
    return [entry for entry in found if entry.version > offset]
