"""A line to Redis that is reset while nobody uses it."""

import asyncio
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from redis.exceptions import ConnectionError as Cut

from consumers.connections import Wary
from tests.wire import proxy


async def test_a_connection_that_was_reset_says_so_and_can_be_made_anew():
    with proxy.before(urlsplit(settings.REDIS_URL).port) as line:
        connection = Wary(host="127.0.0.1", port=line.port)
        await connection.connect()
        line.reset()
        async with asyncio.timeout(30):
            while not connection._writer.is_closing():
                await asyncio.sleep(0.01)

        with pytest.raises(Cut, match="reset"):
            await connection.send_command("PING", check_health=False)
        await connection.send_command("PING", check_health=False)

        assert await connection.read_response() == b"PONG"
        await connection.disconnect()
