"""A relay that signs for the catalogue, and the generations that are in use meanwhile."""

from backend.catalog import generations, signs
from backend.outbox import shards
from tests.conftest import look_at_the_catalogue_anew

A_MINUTE = 60_000


class Relay:
    """Looks into the outbox again and again, and sees what a test says."""

    def __init__(self, led=shards.ALL):
        self.signs, self.led, self.at = signs.Signs(), led, 0.0

    def look(self, *, sees_change=False, is_all=True):
        self.at += signs.EVERY_SECONDS
        self.signs.give(led=self.led, is_stale=sees_change, is_all=is_all, at=self.at)

    def catch_up(self):
        """The first look hears the time, the second one signs for it."""
        self.look()
        self.look()
        return self


def names(turns=3):
    """What is in use, turn after turn."""
    seen = []
    for _ in range(turns):
        look_at_the_catalogue_anew()
        seen.append(generations.in_use())
    return seen
