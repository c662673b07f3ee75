"""The live wire: names, messages and each topic's history in Redis, for relay and sockets alike (ADR 0009).

Offsets are versions. A history is a Redis stream whose ids are `<version>-0`. It is bounded, and may be gone
at any time, so a reader believes it only where its versions follow each other without a hole. Clients passed
in here decode responses.
"""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings

STREAM_KINDS = frozenset({"cart", "order", "orders", "staff"})  # every version counts
NEWEST_KINDS = frozenset({"stock"})  # of these the newest replaces all before
MOST_ENTRIES = 200
MOST_BYTES = 256 * 1024
LIFE_SECONDS = 600
EPOCH = "live:epoch"

# KEYS: log. ARGV: version, frame, entries to keep, seconds to live, command, channel.
# A version that the log has, or is behind, is a repeat.
PUBLISH = """
local version, keep = tonumber(ARGV[1]), tonumber(ARGV[3])
if keep > 0 then
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    if last and version <= tonumber(string.match(last[1], '^%d+')) then return 0 end
    redis.call('XADD', KEYS[1], 'MAXLEN', '=', keep, ARGV[1] .. '-0', 'f', ARGV[2])
    redis.call('EXPIRE', KEYS[1], ARGV[4])
end
redis.call(ARGV[5], ARGV[6], ARGV[1] .. '\\n' .. ARGV[2])
return 1
"""
PUBLISH_SHA = hashlib.sha1(PUBLISH.encode()).hexdigest()  # noqa: S324  (Redis names scripts so)


class Message(NamedTuple):
    """What a channel carries: the version, a newline, the frame. Control topics carry it too."""

    version: int
    frame: str


class Entry(NamedTuple):
    """One update of a topic's history."""

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


def entries_kept(topic: str, frame: str) -> int:
    """Its history's bound: fewer of huge frames, one where the newest counts, none for control topics."""
    if not has_history(topic):
        return 0
    if not is_stream(topic):
        return 1
    return max(1, min(MOST_ENTRIES, MOST_BYTES // max(1, len(frame))))


def command(name: str) -> str:
    """PUBLISH, SUBSCRIBE or UNSUBSCRIBE; in a cluster the sharded one, which stays on the topic's node."""
    return f"S{name}" if settings.REDIS_CLUSTER else name


def publish(pipeline: Any, *, topic: str, version: int, frame: str) -> None:
    """Queue one update: kept in the history and published, both or neither. The result is 0 for a repeat.

    The script must be loaded, else the pipeline raises NoScriptError; a batch that does may be sent again.
    """
    kept = (entries_kept(topic, frame), LIFE_SECONDS)
    published = (command("PUBLISH"), channel(topic))
    arguments = (version, frame, *kept, *published)
    pipeline.execute_command("EVALSHA", PUBLISH_SHA, 1, log_key(topic), *arguments)


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
