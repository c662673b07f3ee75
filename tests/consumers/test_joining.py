"""Whoever joins whenever, in any order of things: a snapshot and what follows is all that happened, once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.consumers.test_topics import hear, reserve, topic

STEPS = st.lists(
    st.sampled_from(["change", "tell", "repeat", "reserve", "look", "admit"]), min_size=30, max_size=60
)


class World:
    """A row, a relay that tells its versions in order, and clients that join: they look after they listen."""

    def __init__(self) -> None:
        self.orders = topic()
        self.orders.places.clear()
        self.version = self.told = 1
        self.reserved, self.looked, self.joined = [], [], []

    def change(self) -> None:
        self.version += 1

    def tell(self) -> None:
        if self.told < self.version:
            self.told += 1
            assert hear(self.orders, self.told)

    def repeat(self) -> None:
        assert hear(self.orders, self.told)

    def reserve(self) -> None:
        self.reserved.append(reserve(self.orders))

    def look(self) -> None:
        if self.reserved:
            self.looked.append((self.reserved.pop(0), self.version))

    def admit(self) -> None:
        if self.looked:
            place, version = self.looked.pop()  # the last look may be the first to be answered
            assert self.orders.admit(place, version)
            self.joined.append((place, version))


@settings(max_examples=300)
@given(STEPS)
def test_snapshot_and_what_follows_is_all_that_happened(steps):
    world = World()
    for step in steps:
        getattr(world, step)()
    while world.told < world.version:
        world.tell()

    for place, version in world.joined:
        assert place.client.versions == list(range(version + 1, world.version + 1))
