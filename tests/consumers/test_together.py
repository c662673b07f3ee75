"""Fifty who come at once cost a handful of queries: sign-ins, rights and looks are asked for together."""

import asyncio
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from backend.cart import queries as carts
from backend.cart.models import Cart
from consumers import database
from consumers.commands import Command
from consumers.hub import Hub
from consumers.obeying import Session, obey
from consumers.subscribing import subscribe
from tests import factories
from tests.caller import Caller
from tests.consumers.test_client import Socket
from tests.consumers.test_orders import place

CROWD = 50


@pytest.fixture
def asked(monkeypatch):
    """The statements that the sockets' threads run."""
    statements, tidily = [], database._tidily

    def note(execute, sql, *more):
        statements.append(sql)
        return execute(sql, *more)

    def run(question):
        try:
            with connection.execute_wrapper(note):
                return tidily(question)
        finally:
            connection.close()

    monkeypatch.setattr(database, "_tidily", run)
    return statements


@pytest.fixture
def crowd(transactional_db):
    """Half of them have no cart yet."""
    callers = []
    for number in range(CROWD):
        user = factories.user()
        callers.append((user, Caller(user).token))
        if number % 2:
            carts.cart_of(user_id=user.pk, now=timezone.now())
    return callers


@pytest.fixture
async def hub():
    """One that listens."""
    hub = Hub()
    running = asyncio.create_task(hub.sources.link.run())
    yield hub
    running.cancel()
    await asyncio.wait([running])


async def come(hub, token):
    """Say who it is, and ask for the own cart."""
    session = Session(Socket().client, hub)
    await obey(session, Command(1, "connect", {"token": token}))
    cart = await hub.owners.cart_of(session.client.user_id)
    assert await subscribe(session, [Command(2, "subscribe", {"channel": cart})]) == 0


async def test_a_crowd_is_let_in_and_shown_its_carts_by_few_queries(crowd, hub, asked):
    await asyncio.gather(*(come(hub, token) for _, token in crowd))

    sign_ins = [sql for sql in asked if "accounts_session" in sql]
    assert 0 < len(sign_ins) < CROWD / 5
    assert len(sign_ins) < len(asked) < CROWD
    assert await asyncio.to_thread(count_carts) == CROWD


def count_carts():
    try:
        return Cart.objects.count()
    finally:
        connection.close()


@pytest.fixture
def order(transactional_db, alice):
    return place(alice, factories.product(sku="MUG"))


async def test_whose_many_orders_are_is_one_question_and_asked_once(order, asked):
    owners = Hub().owners

    found = await asyncio.gather(owners.of_order(order.pk), *(owners.of_order(uuid4()) for _ in range(CROWD)))
    assert await owners.of_order(order.pk) == order.user_id

    assert found == [order.user_id] + [None] * CROWD
    assert len(asked) == 1
