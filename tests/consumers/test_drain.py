"""The end of the process goes on only once everybody has heard it."""

import asyncio

import pytest

from consumers import drain
from consumers.client import Client
from consumers.dialects import PLAIN
from consumers.hub import Hub


@pytest.fixture
def told():
    """What reached the socket."""
    return []


def a_client(hub, told):
    async def send(message):
        told.append(message.get("code"))

    client = Client(send=send, dialect=PLAIN, on_end=hub.leave)
    hub.greet(client)
    return client


async def test_it_waits_until_the_last_socket_is_gone(told):
    hub = Hub()
    client = a_client(hub, told)

    draining = asyncio.ensure_future(drain.close_all(hub))
    while not told:
        await asyncio.sleep(0)
    await asyncio.sleep(3 * drain.STEP_SECONDS)
    waited = not draining.done()
    hub.gone(client)
    await draining

    assert (told, waited) == ([3001], True)


async def test_it_waits_for_whoever_came_meanwhile_too(told):
    hub = Hub()
    first = a_client(hub, told)

    draining = asyncio.ensure_future(drain.close_all(hub))
    while not told:
        await asyncio.sleep(0)
    late = a_client(hub, told)
    hub.gone(first)
    await asyncio.sleep(3 * drain.STEP_SECONDS)
    waited = not draining.done()
    hub.gone(late)
    await draining

    assert (told, waited) == ([3001, 3001], True)


async def test_it_does_not_wait_for_the_deaf_for_ever(told, monkeypatch):
    monkeypatch.setattr(drain, "LEAVE_SECONDS", 0.05)
    hub = Hub()
    a_client(hub, told)

    await drain.close_all(hub)

    assert (told, len(hub.clients), len(hub.present)) == ([3001], 0, 1)


@pytest.mark.parametrize(("rate", "seconds"), [(500, 1.0), (1, 0.1)], ids=["rate", "setting"])
async def test_they_are_told_over_a_spread_of_time(told, monkeypatch, settings, rate, seconds):
    monkeypatch.setattr(drain, "CLIENTS_PER_SECOND", rate)
    settings.SOCKETS_DRAIN_SECONDS = seconds
    hub, at_once = Hub(), 10  # of fifty, in a fifth of a tenth of a second
    clients = [a_client(hub, told) for _ in range(50)]

    draining = asyncio.ensure_future(drain.close_all(hub))
    while not told:
        await asyncio.sleep(0)
    first = len(told)
    for client in clients:
        hub.gone(client)
    async with asyncio.timeout(30):
        await draining

    assert (first, told) == (at_once, [3001] * 50)
