"""Stock is told at once, then four times a second at most, its newest state always; orders miss nothing."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.outbox import shards
from tasks.conflation import EVERY_SECONDS, Conflation

TOPICS = ["stock:MUG", "stock:PEN", "order:7"]


@dataclass(frozen=True)
class Change:
    pk: int
    topic: str
    version: int

    @property
    def shard(self):
        return shards.of(self.topic)


class Outbox:
    """What the relay does around a plan, on a clock that stands still unless it is told to go."""

    def __init__(self):
        self.at = 0.0
        self.rows = []
        self.told = []  # (at, change)
        self.versions = dict.fromkeys(TOPICS, 0)
        self.last = 0
        self.conflation = Conflation()

    def change(self, topic):
        self.last += 1
        self.versions[topic] += 1
        self.rows.append(Change(self.last, topic, self.versions[topic]))

    def look(self, limit=500):
        waiting = self.conflation.waiting_ids()
        batch = [row for row in self.rows if row.pk not in waiting][:limit]
        plan = self.conflation.plan(batch, at=self.at)
        self.told += [(self.at, change) for change in plan.told]
        self.rows = [row for row in self.rows if row not in plan.told and row not in plan.superseded]

    def versions_of(self, topic):
        return [change.version for _, change in self.told if change.topic == topic]

    def times_of(self, topic):
        return [at for at, change in self.told if change.topic == topic]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from(TOPICS)),
        st.tuples(st.just("look"), st.sampled_from([1, 2, 500])),
        st.tuples(st.just("wait"), st.floats(0.001, 0.4)),
    ),
    max_size=60,
)


def play(steps):
    outbox = Outbox()
    for step, value in steps:
        if step == "change":
            outbox.change(value)
        elif step == "look":
            outbox.look(value)
        else:
            outbox.at += value
    for _ in range(70):
        outbox.look(1)
    outbox.at += EVERY_SECONDS
    outbox.look()
    return outbox


@given(STEPS)
def test_versions_rise_and_the_newest_always_comes(steps):
    outbox = play(steps)

    assert outbox.rows == []
    for topic in TOPICS:
        versions = outbox.versions_of(topic)
        assert all(before < after for before, after in pairwise(versions))
        assert versions[-1:] == [outbox.versions[topic]] or outbox.versions[topic] == 0


@given(STEPS)
def test_stock_is_told_four_times_a_second_at_most(steps):
    outbox = play(steps)

    for topic in ("stock:MUG", "stock:PEN"):
        assert all(after >= before + EVERY_SECONDS for before, after in pairwise(outbox.times_of(topic)))


@given(STEPS)
def test_orders_are_told_all_and_never_wait(steps):
    outbox = play(steps)

    assert outbox.versions_of("order:7") == list(range(1, outbox.versions["order:7"] + 1))


def test_a_first_change_is_told_at_once_and_the_rest_in_its_turn():
    outbox = Outbox()
    for at in (10.0, 10.01, 10.02, 10.2, 10.25, 10.3):
        outbox.at = at
        outbox.change("stock:MUG")
        outbox.look()

    assert [(at, change.version) for at, change in outbox.told] == [(10.0, 1), (10.25, 5)]
    assert outbox.conflation.next_at() == 10.5
    assert [row.version for row in outbox.rows] == [6]


def test_who_waits_holds_up_nobody():
    outbox = Outbox()
    for _ in range(2):
        outbox.change("stock:MUG")
        outbox.look(1)
    outbox.change("order:7")
    outbox.change("stock:PEN")

    outbox.look(2)

    assert [change.topic for _, change in outbox.told] == ["stock:MUG", "order:7", "stock:PEN"]


def test_what_waits_in_a_shard_that_was_given_back_is_left_to_the_new_leader():
    outbox = Outbox()
    for _ in range(2):
        outbox.change("stock:MUG")
        outbox.look()

    outbox.conflation.keep(shards.ALL - {shards.of("stock:MUG")})

    assert (list(outbox.conflation.waiting_ids()), outbox.conflation.next_at()) == ([], None)
    assert [row.version for row in outbox.rows] == [2]
