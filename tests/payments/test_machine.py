"""Whatever buyers, staff, Stripe and a bad post do, in any order: stock and money add up after each step."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from tasks import payments as tasks
from tests.payments.cast import Cast, Clock
from tests.payments.machine import ShopMachine

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(stripe, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(tasks, "timezone", clock)
    return type("Shop", (ShopMachine,), {"cast": Cast(), "clock": clock, "stripe": stripe})


# Making a failing story short may take minutes. It is kept in .hypothesis, and the slow test begins with it.
AS_IT_CAME = (Phase.explicit, Phase.reuse, Phase.generate)


def run(machine, *, examples, steps, phases):
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=phases,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=True,
        suppress_health_check=slow,
    )
    run_state_machine_as_test(machine, settings=profile)


def test_it_always_adds_up(machine):
    run(machine, examples=10, steps=20, phases=AS_IT_CAME)


@pytest.mark.long
@pytest.mark.slow
def test_it_adds_up_for_longer(machine):
    run(machine, examples=30, steps=50, phases=tuple(Phase))
