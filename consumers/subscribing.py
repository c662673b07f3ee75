"""Subscribe commands: a place in the topic first, then what was missed or how things stand, then live."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import Error as DatabaseError

from consumers import commands, rights
from consumers.commands import Command, Subscribe
from consumers.counters import here
from consumers.obeying import Session
from consumers.outgoing import Outgoing
from consumers.replies import ErrorCode, Failed
from consumers.topics import Place

log = logging.getLogger(__name__)
MOST_TOPICS = 128


@dataclass(frozen=True)
class _Ready:
    """What is to be answered, and up to which version the client has come by it."""

    place: Place
    version: int
    answer: str | bytes


async def subscribe(session: Session, said: Sequence[Command]) -> int:
    """Ask for all of them together, then answer one by one; returns how many failed. Raises Refused."""
    ready = await _asked(session, said)
    client, failed = session.client, 0
    client.hold()
    for command, outcome in zip(said, ready, strict=True):
        if isinstance(outcome, _Ready) and outcome.place in outcome.place.topic.places:
            client.push(Outgoing(outcome.answer))
            session.hub.join(outcome.place, outcome.version)
        else:  # without a code: the topic was lost while others were still being asked for
            code = outcome if isinstance(outcome, ErrorCode) else ErrorCode.INTERNAL
            client.push(Outgoing(session.form.error(command.number, code)))
            failed += 1
        if client.backlog.is_long:  # what a client has asked for does not make it a slow one
            await client.catch_up()
            client.hold()
    client.start()
    return failed


async def _asked(session: Session, said: Sequence[Command]) -> list[_Ready | ErrorCode]:
    """Each counts at once, so that no two commands of a frame get the same place."""
    topics = set(session.hub.topics_of(session.client))
    asked = [commands.subscribe(command) for command in said]
    async with asyncio.TaskGroup() as group:  # if one breaks, none is left to take a place later
        tasks = []
        for command, wanted in zip(said, asked, strict=True):
            code = None
            if wanted.channel in topics:
                code = ErrorCode.ALREADY_SUBSCRIBED
            elif len(topics) >= MOST_TOPICS:
                code = ErrorCode.TOO_MANY_TOPICS
            topics.add(wanted.channel)
            tasks.append(group.create_task(_outcome(session, command.number, wanted, code)))
    return [task.result() for task in tasks]


async def _outcome(
    session: Session, number: int, asked: Subscribe, code: ErrorCode | None
) -> _Ready | ErrorCode:
    if code is not None:
        return code
    try:
        async with asyncio.timeout_at(session.answer_by):
            return await _prepare(session, number, asked)
    except Failed as failed:
        return failed.code
    except (DatabaseError, TimeoutError) as error:
        log.warning("a topic could not be shown: %s", error)
        return ErrorCode.INTERNAL


async def _prepare(session: Session, number: int, asked: Subscribe) -> _Ready:
    """Everything but the answer itself. Raises Failed or the database's Error; then there is no place."""
    watch = await rights.watch(asked.channel, session.client, session.hub.owners)
    place = session.hub.reserve(session.client, asked.channel, watch)
    try:
        return await _recovered(session, place, number, asked) or await _fresh(session, place, number, asked)
    except BaseException:
        session.hub.leave_topic(session.client, asked.channel)
        raise


async def _recovered(session: Session, place: Place, number: int, asked: Subscribe) -> _Ready | None:
    """All that was missed, or None: it can't be told, or the offset is of another Redis."""
    if not asked.recover or not asked.epoch:
        return None
    history = await session.hub.sources.remember(place.topic, asked.offset)
    if history is None or history.epoch != asked.epoch:
        return None
    missed = history.missed
    if missed is None and history.is_silent:
        [seen] = await session.hub.sources.look([place.topic])
        missed = [] if seen is not None and seen.version == asked.offset else None
    if missed is None:
        return None
    here.recoveries["recovered"] += 1
    answer = session.form.recovered(number, epoch=history.epoch, offset=asked.offset, publications=missed)
    return _Ready(place, missed[-1].version if missed else asked.offset, answer)


async def _fresh(session: Session, place: Place, number: int, asked: Subscribe) -> _Ready:
    """How things stand, unless the client wants to be told that its position is lost."""
    if asked.recover and asked.rejects_unrecovered:
        here.recoveries["refused"] += 1
        raise Failed(ErrorCode.POSITION_LOST)
    [seen] = await session.hub.sources.look([place.topic])
    if seen is None:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    if asked.recover:
        here.recoveries["snapshot"] += 1
    epoch = await session.hub.sources.the_epoch()
    answer = session.form.fresh(
        number, epoch=epoch, offset=seen.version, frame=seen.frame, was_recovering=asked.recover
    )
    return _Ready(place, seen.version, answer)
