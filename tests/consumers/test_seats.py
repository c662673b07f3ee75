"""Seats of a process that died are free for its clients when they come back."""

import asyncio
import time
from uuid import uuid4

import pytest

from backend.core import redis
from consumers import rounds, seats
from consumers.client import Client
from consumers.dialects import PLAIN
from consumers.hub import Hub

LIMIT = 10


async def _nothing(*_):
    return None


def now_of_redis():
    """In milliseconds."""
    seconds, microseconds = redis.client().time()
    return seconds * 1000 + microseconds // 1000


def a_client(user_id):
    client = Client(send=_nothing, dialect=PLAIN)
    client.user_id, client.is_let_in = user_id, True
    return client


async def sit(user_id, number=1):
    return [await seats.take(a_client(user_id), open_here=LIMIT) for _ in range(number)]


@pytest.fixture
def in_another_process(monkeypatch):
    """What follows is done by a process of its own."""

    def become():
        monkeypatch.setattr(seats, "PROCESS", uuid4().hex)

    return become


async def test_the_eleventh_is_refused_while_the_other_process_lives(in_another_process, monkeypatch):
    user_id = uuid4()
    monkeypatch.setattr(seats, "LOOK_SECONDS", 0)
    monkeypatch.setattr(seats, "LIFE_SECONDS", 600)
    await seats.show_life()
    assert await sit(user_id, LIMIT) == [True] * LIMIT

    in_another_process()

    assert await sit(user_id) == [False]


async def test_the_seats_of_a_dead_process_are_free(in_another_process):
    user_id = uuid4()
    await seats.show_life()
    await sit(user_id, LIMIT)
    redis.client().delete(f"sockets:process:{seats.PROCESS}")  # it has not shown itself for three seconds

    in_another_process()

    assert await sit(user_id, LIMIT + 1) == [True] * LIMIT + [False]


async def test_a_process_that_has_just_died_is_waited_for(in_another_process):
    user_id = uuid4()
    await seats.show_life()
    await sit(user_id, LIMIT)
    redis.client().pexpire(f"sockets:process:{seats.PROCESS}", 300)

    in_another_process()

    assert await sit(user_id) == [True]


def test_the_looks_last_longer_than_a_life():
    assert (seats.LOOKS - 1) * seats.LOOK_SECONDS >= seats.LIFE_SECONDS


async def test_life_is_shown_for_three_seconds():
    before = now_of_redis()
    await seats.show_life()

    over = redis.client().pexpiretime(f"sockets:process:{seats.PROCESS}")
    assert before + 3000 <= over <= now_of_redis() + 3000


async def test_a_process_whose_clock_is_fast_keeps_to_the_seats_of_others(in_another_process, monkeypatch):
    """And one whose clock is slow, too: its own seats are not over for the others."""
    user_id, right = uuid4(), time.time
    monkeypatch.setattr(seats, "LOOK_SECONDS", 0)
    monkeypatch.setattr(seats, "LIFE_SECONDS", 600)
    await seats.show_life()
    clients = [a_client(user_id) for _ in range(LIMIT)]
    for client in clients:
        assert await seats.take(client, open_here=LIMIT)
    monkeypatch.setattr(time, "time", lambda: right() - 90)
    before = right()
    await seats.renew(clients)
    for _, over in redis.client().zrange(f"sockets:{user_id}", 0, -1, withscores=True):
        assert before + 59 < over <= right() + 60  # Redis rounds down

    in_another_process()
    monkeypatch.setattr(time, "time", lambda: right() + 90)

    assert await sit(user_id) == [False]
    assert redis.client().zcard(f"sockets:{user_id}") == LIMIT


async def test_a_seat_whose_lease_is_over_is_free(in_another_process):
    user_id = uuid4()
    await seats.show_life()
    await sit(user_id, LIMIT)
    first, *_ = redis.client().zrange(f"sockets:{user_id}", 0, -1)
    redis.client().zadd(f"sockets:{user_id}", {first: time.time() - 1})

    assert await sit(user_id) == [True]


async def test_a_seat_that_is_left_is_free():
    user_id = uuid4()
    clients = [a_client(user_id) for _ in range(LIMIT)]
    for client in clients:
        await seats.take(client, open_here=LIMIT)

    await seats.leave(clients[0])

    assert await sit(user_id, 2) == [True, False]


async def test_all_who_come_and_go_at_once_have_seats_and_leave_them(settings):
    settings.SOCKETS_PER_USER = 200
    user_id = uuid4()
    clients = [a_client(user_id) for _ in range(200)]

    assert all(await asyncio.gather(*(seats.take(client, open_here=201) for client in clients)))
    assert redis.client().zcard(f"sockets:{user_id}") == 200

    await asyncio.gather(*(seats.leave(client) for client in clients))
    assert redis.client().zcard(f"sockets:{user_id}") == 0


async def test_who_leaves_while_seats_are_renewed_keeps_none(monkeypatch):
    hub, user_id = Hub(), uuid4()
    stays, goes = a_client(user_id), a_client(user_id)
    for client in (stays, goes):
        hub.greet(client)
        await seats.take(client, open_here=1)
    renew = seats.renew

    async def slowly(clients):
        hub.leave(goes)
        await seats.leave(goes)
        await renew(clients)

    monkeypatch.setattr(seats, "renew", slowly)
    monkeypatch.setattr(seats, "RENEW_SECONDS", 0)
    await rounds._renewals(hub)()

    assert redis.client().zrange(f"sockets:{user_id}", 0, -1) == [seats._seat(stays)]


async def test_who_is_not_let_in_yet_gets_no_seat_by_a_renewal():
    """It may give up, and nobody would free that seat."""
    client = a_client(uuid4())
    client.is_let_in = False

    await seats.renew([client])

    assert not redis.client().exists(f"sockets:{client.user_id}")


async def test_a_seat_that_was_renewed_before_it_was_taken_is_no_other():
    user_id = uuid4()
    await sit(user_id, LIMIT - 1)
    client = a_client(user_id)
    await seats.renew([client])  # its sign-in is still being looked up

    assert await seats.take(client, open_here=LIMIT)
    assert await sit(user_id) == [False]
