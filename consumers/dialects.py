"""The two ways in which the same news is told: plain frames, and the apps' protocol (sockets.md)."""

from datetime import timedelta
from functools import cache
from typing import Protocol

from consumers import replies
from consumers.codes import Code
from consumers.news import Seen, Update
from consumers.outgoing import Outgoing


class Dialect(Protocol):
    """How a client is spoken to."""

    name: str
    joins: bool  # whether several texts may share one frame
    grace: timedelta  # how long a token may be over
    ping: Outgoing | None
    resubscribes: bool  # whether it can be told to ask for one topic anew

    def update(self, update: Update) -> Outgoing:
        """News of a topic."""

    def snapshot(self, seen: Seen) -> Outgoing:
        """How a topic stands, to who has already a place in it."""

    def farewell(self, code: Code) -> Outgoing | None:
        """What is said before the close."""


class Plain:
    """Frames as the contract has them; who missed something is closed and comes back."""

    name = "plain"
    joins = False
    grace = timedelta()
    ping: Outgoing | None = None
    resubscribes = False

    def update(self, update: Update) -> Outgoing:
        return update.plain

    def snapshot(self, seen: Seen) -> Outgoing:
        return seen.plain

    def farewell(self, code: Code) -> Outgoing | None:
        return None


class Apps:
    """The Centrifuge JSON protocol. Its clients refresh a token when it is over, and may do so."""

    name = "apps"
    joins = True
    grace = timedelta(seconds=25)
    ping: Outgoing | None = Outgoing("{}")
    resubscribes = True

    def update(self, update: Update) -> Outgoing:
        return update.push

    def snapshot(self, seen: Seen) -> Outgoing:
        return seen.push

    def farewell(self, code: Code) -> Outgoing | None:
        return _farewell(code)


@cache
def _farewell(code: Code) -> Outgoing:
    return Outgoing(replies.disconnect(code))


PLAIN, APPS = Plain(), Apps()
