"""A test's open transaction, seen by the threads of a server in the same process.

As Django's LiveServerThread does it. A test with a transaction of its own waits for each answer, so only one
thread at a time works with the connection. Without one (`transaction=True`) requests have their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Django's test client is neither: it works in the test's own thread.
SERVERS = (ASGIHandler, WSGIHandler)
_lent: list[BaseDatabaseWrapper] = []


@contextmanager
def lent() -> Iterator[None]:
    """This thread's connection, while it is in a transaction."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.inc_thread_sharing()
    _lent.append(connection)
    # Django's look at it may come after the answer, when the test's transaction has ended: it would close it.
    connection.close_if_unusable_or_obsolete = lambda: None  # type: ignore[method-assign]
    for server in SERVERS:
        request_started.connect(_borrow, sender=server)
        request_finished.connect(_give_back, sender=server)
    yield
    for server in SERVERS:
        request_started.disconnect(_borrow, sender=server)
        request_finished.disconnect(_give_back, sender=server)
    del connection.close_if_unusable_or_obsolete
    _lent.remove(connection)
    connection.dec_thread_sharing()


def _borrow(**_: Any) -> None:
    """In the request's thread, which has no connection yet."""
    for connection in _lent:
        if connection.in_atomic_block:
            connections[DEFAULT_DB_ALIAS] = connection


def _give_back(**_: Any) -> None:
    """Threads come and go; what they leave open would be in the way of the database's end."""
    for connection in connections.all(initialized_only=True):
        if connection not in _lent:
            connection.close()
    if connections.all(initialized_only=True):
        del connections[DEFAULT_DB_ALIAS]
