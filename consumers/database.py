"""Questions to the database from the event loop: few threads of their own, so that sockets never crowd it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

THREADS = 4
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sockets")
_apart = ThreadPoolExecutor(1, thread_name_prefix="sign-outs")


async def ask[T](question: Callable[[], T]) -> T:
    """The answer; the loop goes on meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _tidily, question)


async def ask_apart[T](question: Callable[[], T]) -> T:
    """The same for who has signed out: it waits for none of the other questions."""
    return await asyncio.get_running_loop().run_in_executor(_apart, _tidily, question)


def _tidily[T](question: Callable[[], T]) -> T:
    """A connection goes back to its pool, or is dropped once it is broken."""
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()
