"""What buyers, staff, Stripe and a bad post may do, step by step, as rules of a machine."""

import sys
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.payments.cast import Cast, Clock
from tests.payments.conftest import DECLINED
from tests.payments.living import LivingShop
from tests.payments.settling import findings, settle

PLACES = st.integers(0, 99)
BUYERS = st.integers(0, 1)
WISHES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=3)
CARDS = ["pm_card_visa", "pm_card_visa", DECLINED, "pm_card_authenticationRequired"]
AMOUNTS = [None, None, Decimal("0.01"), Decimal("5.00"), Decimal("5.00"), Decimal("99999.00"), Decimal("-1")]
STEPS = ["ship", "deliver", "return"]
SKUS = ["MUG", "CUP", "TEE-S", "EBOOK", "NONE"]
DELTAS = st.one_of(st.integers(-4, 4), st.sampled_from([-(10**30), -(2**31), 2**31, 10**30]))
SOME_ORDERS = precondition(lambda self: self.shop.orders)


class ShopMachine(RuleBasedStateMachine):
    """Each example begins in the same shop and leaves nothing behind in the database."""

    cast: Cast
    stripe: object
    clock: Clock

    def __init__(self):
        super().__init__()
        self.handled = sys.exc_info()[1]
        self.stripe.sandbox.reset()
        self.began = type(self).clock.at = Clock().at
        self.shop = LivingShop(cast=self.cast, clock=self.clock, stripe=self.stripe)
        self.example = transaction.atomic()
        self.example._from_testcase = True  # nobody's transaction but the test's: see tests/locks.py
        self.example.__enter__()

    def order(self, place):
        return self.shop.orders[place % len(self.shop.orders)]

    @initialize(wishes=WISHES, others=WISHES)
    def open_shop(self, wishes, others):
        """Most of what can happen happens to orders, and the most of that to paid ones."""
        self.buy(0, wishes)
        self.shop.check_out(self.cast.buyers[1], others)

    @rule(buyer=BUYERS, wishes=WISHES)
    def check_out(self, buyer, wishes):
        self.shop.check_out(self.cast.buyers[buyer], wishes)

    @rule(buyer=BUYERS, wishes=WISHES)
    def buy(self, buyer, wishes):
        self.shop.check_out(self.cast.buyers[buyer], wishes)
        if self.shop.orders:
            self.shop.pay(self.shop.orders[-1], "pm_card_visa")
            self.shop.catch_up()

    @SOME_ORDERS
    @rule(place=PLACES, card=st.sampled_from(CARDS))
    def pay(self, place, card):
        self.shop.pay(self.order(place), card)

    @SOME_ORDERS
    @rule(place=PLACES)
    def pay_late(self, place):
        self.shop.pay_what_is_open(self.order(place))

    @SOME_ORDERS
    @rule(place=PLACES, cents=st.sampled_from([None, 50, 999]))
    def pay_unasked(self, place, cents):
        self.shop.pay_unasked(self.order(place), cents)

    @SOME_ORDERS
    @rule(place=PLACES)
    def confirm(self, place):
        self.shop.confirm(self.order(place))

    @SOME_ORDERS
    @rule(place=PLACES, step=st.sampled_from(STEPS))
    def move(self, place, step):
        self.shop.move(self.order(place), step)

    @SOME_ORDERS
    @rule(place=PLACES, times=st.integers(1, 3))
    def move_on(self, place, times):
        for _ in range(times):
            self.shop.move(self.order(place), "next")

    @SOME_ORDERS
    @rule(place=PLACES)
    def cancel(self, place):
        self.shop.move(self.order(place), "cancel")

    @SOME_ORDERS
    @rule(place=PLACES, amount=st.sampled_from(AMOUNTS))
    def refund(self, place, amount):
        self.shop.refund(self.order(place), amount)

    @SOME_ORDERS
    @rule(place=PLACES, cents=st.sampled_from([1, 500]))
    def refund_at_stripe(self, place, cents):
        self.shop.refund_at_stripe(self.order(place), cents)

    @rule(refunds=st.sampled_from(["succeed", "succeed", "fail", "pending"]))
    def change_the_banks_mind(self, refunds):
        self.stripe.faults.set(refunds=refunds)

    @rule(status=st.sampled_from(["succeeded", "failed"]))
    def settle_refunds(self, status):
        self.shop.settle_refunds(status)

    @rule(sku=st.sampled_from(SKUS), delta=DELTAS)
    def adjust(self, sku, delta):
        self.shop.adjust(sku, delta)

    @precondition(lambda self: self.clock.at - self.began < timedelta(hours=12))
    @rule(minutes=st.sampled_from([3, 29, 31]))
    def pass_time(self, minutes):
        self.shop.pass_time(timedelta(minutes=minutes))

    @rule()
    def expire_orders(self):
        self.shop.expire_orders()

    @rule()
    def reconcile(self):
        self.shop.reconcile()

    @rule()
    def relay(self):
        self.shop.relay()
        self.shop.collect_hooks()

    @precondition(lambda self: self.shop.jobs)
    @rule(place=PLACES, is_lost=st.booleans(), is_repeated=st.booleans())
    def work(self, place, is_lost, is_repeated):
        self.shop.work(place % len(self.shop.jobs), is_lost=is_lost, is_repeated=is_repeated)

    @precondition(lambda self: self.shop.hooks)
    @rule(place=PLACES, is_lost=st.booleans(), is_repeated=st.booleans())
    def hear(self, place, is_lost, is_repeated):
        self.shop.hear(place % len(self.shop.hooks), is_lost=is_lost, is_repeated=is_repeated)

    @rule()
    def catch_up_once(self):
        self.shop.catch_up_once()

    @rule()
    def catch_up(self):
        self.shop.catch_up()

    @invariant()
    def it_adds_up(self):
        assert findings(self.began) == []

    def teardown(self):
        """If nothing went wrong so far, the post gets through and everything settles. Then it never was."""
        try:
            if sys.exc_info()[1] is self.handled:
                settle(self.shop)
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)
