"""Snapshot and stream are joined without a gap and without a double."""

from consumers.news import Seen, Update
from consumers.topics import Place, Topic


class Listener:
    """Stands in for a client: keeps the versions it is told, and what it is told of."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.dialect = self

    def update(self, update: Update) -> tuple[str, int]:
        return "update", update.version

    def snapshot(self, seen: Seen) -> tuple[str, int]:
        return "snapshot", seen.version

    def push(self, out: tuple[str, int], *, slot: str | None = None) -> None:
        self.told.append(out)

    @property
    def versions(self) -> list[int]:
        return [version for _, version in self.told]


def topic(*, is_stream: bool = True) -> Topic:
    return Topic("t", lambda topics: {}, is_stream)


def reserve(topic: Topic) -> Place:
    place = Place(Listener(), topic)
    topic.places.add(place)
    topic.joining += 1
    return place


def hear(topic: Topic, *versions: int) -> bool:
    heard = [topic.hear(Update("t", version, "")) for version in versions]
    return all(heard)


def test_what_came_while_the_snapshot_was_read_follows_it():
    orders = topic()
    place = reserve(orders)
    hear(orders, 3, 4, 5)
    assert orders.admit(place, 4)
    assert hear(orders, 6)

    assert place.client.versions == [5, 6]
    assert orders.early == {}


def test_a_repeat_is_dropped():
    orders = topic()
    place = reserve(orders)
    orders.admit(place, 4)

    assert hear(orders, 3, 4, 5, 5, 4)
    assert place.client.versions == [5]


def test_nothing_is_told_beyond_a_hole_until_it_is_filled():
    orders = topic()
    place = reserve(orders)
    orders.admit(place, 4)

    assert not hear(orders, 5, 7, 8)
    assert place.client.versions == [5]

    assert hear(orders, 6)
    assert orders.resume()
    assert place.client.versions == [5, 6, 7, 8]


def test_two_who_come_together_get_each_what_they_lack():
    orders = topic()
    one, two, three = reserve(orders), reserve(orders), reserve(orders)
    hear(orders, 3, 4, 5)

    orders.admit(one, 5)
    hear(orders, 6)
    orders.admit(two, 3)
    orders.admit(three, 7)  # the relay has not told it yet
    hear(orders, 7, 8)

    assert [place.client.versions for place in (one, two, three)] == [[6, 7, 8], [4, 5, 6, 7, 8], [8]]
    assert orders.early == {}


def test_who_is_behind_what_was_kept_makes_a_hole_of_it():
    orders = topic()
    ahead, behind = reserve(orders), reserve(orders)
    orders.admit(ahead, 7)
    orders.admit(behind, 5)

    assert not hear(orders, 8)
    assert hear(orders, 6, 7)
    assert orders.resume()
    assert (ahead.client.versions, behind.client.versions) == ([8], [6, 7, 8])


def test_stock_may_skip_versions():
    stock = topic(is_stream=False)
    place = reserve(stock)
    stock.admit(place, 4)

    assert hear(stock, 9, 8, 12)
    assert place.client.versions == [9, 12]


def test_of_early_stock_only_the_newest_is_kept():
    stock = topic(is_stream=False)
    place = reserve(stock)
    hear(stock, 5, 6, 7)
    stock.admit(place, 4)

    assert place.client.versions == [7]


def test_stock_that_moved_unheard_is_shown_once():
    stock = topic(is_stream=False)
    place = reserve(stock)
    stock.admit(place, 4)
    for version in (4, 6, 6):
        stock.show(Seen("t", version, None))
    hear(stock, 5, 7)

    assert place.client.told == [("snapshot", 6), ("update", 7)]
