"""What was shown once and all that was told since is how it stands: after each step, on each topic.

After Zulip's test of its events. Products keep their names and prices here: a cart shows today's.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.outbox.models import Event
from tests.wire.lives import STEPS, World


def at_random(*, examples):
    """Run the test with so many lives of a shop."""
    given_steps = given(
        st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 20)), min_size=15, max_size=30)
    )
    plain = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.generate]}
    return lambda test: settings(max_examples=examples, **plain)(given_steps(test))


def replay(steps):
    Event.objects.all().delete()
    world = World()
    for step, number in steps:
        world.act(step, number)
        world.catch_up()

        shown = {topic: world.show(topic) for topic in world.looks}
        assert list(map(told, world.states.values())) == list(map(told, shown.values()))


def told(state):
    """But for how the money of an order that waits for it stands: its own topic alone is told of that."""
    if not state["topic"].startswith("orders:"):
        return state
    untold = {"payment", "updated_at"}
    rows = [
        {name: value for name, value in row.items() if row["status"] != "pending" or name not in untold}
        for row in state["data"]
    ]
    return {**state, "data": rows}


@pytest.mark.django_db(transaction=True)
@at_random(examples=10)
def test_what_was_shown_and_all_that_follows_is_how_it_stands(steps):
    replay(steps)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@at_random(examples=30)
def test_so_it_is_in_many_more_lives(steps):
    replay(steps)
