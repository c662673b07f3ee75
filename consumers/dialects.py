"""The ways in which the same news is told: plain frames, and the apps' protocol in two forms (sockets.md)."""

from datetime import timedelta
from typing import Protocol

from consumers import as_json, as_protobuf
from consumers.codes import Code
from consumers.news import Seen, Update
from consumers.outgoing import Outgoing
from consumers.replies import Format


class Dialect(Protocol):
    """How a client is spoken to."""

    name: str
    joins: bool  # whether several may share one frame
    grace: timedelta  # how long a token may be over
    ping: Outgoing | None

    def update(self, update: Update) -> Outgoing:
        """News of a topic."""

    def snapshot(self, seen: Seen) -> Outgoing:
        """How a topic stands, to who has already a place in it."""

    def lost(self, topic: str) -> Outgoing | None:
        """News of the topic were lost: ask for it anew. None: that can't be said, but by a close."""

    def farewell(self, code: Code) -> Outgoing | None:
        """What is said before the close."""


class Plain:
    """Frames as the contract has them; who missed something is closed and comes back."""

    name = "plain"
    joins = False
    grace = timedelta()
    ping: Outgoing | None = None

    def update(self, update: Update) -> Outgoing:
        return update.plain

    def snapshot(self, seen: Seen) -> Outgoing:
        return seen.plain

    def lost(self, topic: str) -> Outgoing | None:
        return None

    def farewell(self, code: Code) -> Outgoing | None:
        return None


class _Centrifuge:
    """The Centrifuge protocol. Its clients refresh a token when it is over, and may do so."""

    joins = True
    grace = timedelta(seconds=25)

    def __init__(self, *, name: str, form: Format) -> None:
        self.name, self.form = name, form
        self.ping: Outgoing | None = Outgoing(form.ping())
        self._farewells = {code: Outgoing(form.disconnect(code)) for code in Code}

    def lost(self, topic: str) -> Outgoing | None:
        return Outgoing(self.form.unsubscribe(topic))

    def farewell(self, code: Code) -> Outgoing | None:
        return self._farewells[code]


class Apps(_Centrifuge):
    """As JSON."""

    def update(self, update: Update) -> Outgoing:
        return update.push

    def snapshot(self, seen: Seen) -> Outgoing:
        return seen.push


class Packed(_Centrifuge):
    """As Protobuf."""

    def update(self, update: Update) -> Outgoing:
        return update.packed

    def snapshot(self, seen: Seen) -> Outgoing:
        return seen.packed


PLAIN = Plain()
APPS, PACKED = Apps(name="apps", form=as_json), Packed(name="apps-protobuf", form=as_protobuf)
