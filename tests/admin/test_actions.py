"""What staff do in the admin ends in the same actions as the API: ledger, history and events tell of it."""

import pytest

from backend.accounts.models import Session
from backend.alerts import actions as alerts
from backend.alerts.models import Alert
from backend.inventory.models import LedgerEntry, Stock
from backend.orders.models import Order, StatusChange
from backend.outbox.models import Event, FeedEntry, Job
from backend.payments.models import Payment, Refund
from backend.reviews.models import Review
from tests import factories
from tests.admin.conftest import NOW, told
from tests.caller import Caller

pytestmark = pytest.mark.django_db


def test_shipping_asks_for_the_parcel_first(desk, paid):
    answer = desk.run("ship", paid)

    paid.refresh_from_db()
    page = answer.content.decode()
    assert paid.status == "processing"
    assert 'name="tracking_number"' in page
    assert f'name="_selected_action" value="{paid.pk}"' in page


def test_an_order_is_shipped_delivered_and_taken_back(desk, boss, paid):
    desk.run("ship", paid, tracking_number="1Z999", carrier="UPS")
    desk.run("deliver", paid)
    answer = desk.run("take_back", paid)

    history = StatusChange.objects.filter(order=paid, created_by=boss).values_list("status", flat=True)
    events = FeedEntry.objects.filter(topic="orders:all").order_by("id").values_list("event", flat=True)
    assert told(answer) == ["Returned: 1"]
    assert list(history) == ["shipped", "delivered", "returned"]
    assert list(events)[-3:] == ["order.shipped", "order.delivered", "order.returned"]
    assert LedgerEntry.objects.first().reason == "return"


def test_a_step_out_of_turn_is_shown_and_changes_nothing(desk, order):
    answer = desk.run("deliver", order)

    assert told(answer) == [f"{order.order_number}: Cannot deliver order in pending status status: pending"]
    assert Order.objects.get().status == "pending"


def test_an_action_runs_from_the_page_of_one_row_as_well(desk, paid):
    data = {"CHANGE_FORM-action": "cancel", "_selected_action": str(paid.pk), "action": "cancel"}

    desk.client.post(f"/admin/orders/order/{paid.pk}/change/", data)

    assert Order.objects.get().status == "cancelled"
    assert LedgerEntry.objects.first().reason == "restock"


def test_nothing_of_an_order_can_be_typed_over(desk, paid):
    answer = desk.save(paid, status="delivered", total_amount="1.00")

    assert answer.status_code == 403
    assert Order.objects.get().status == "processing"


def test_stock_is_adjusted_with_a_reason(desk, boss, order):
    answer = desk.run("adjust", Stock.objects.get(), delta="-2", reason="Two broken")

    entry = LedgerEntry.objects.first()
    assert told(answer) == ["Adjusted: 1"]
    assert (entry.reason, entry.note, entry.delta_on_hand) == ("adjustment", "Two broken", -2)
    assert (entry.actor_id, Stock.objects.get().on_hand) == (boss.pk, 3)
    assert Event.objects.filter(event="stock.changed").latest("id").data["quantity"] == 1


@pytest.mark.parametrize("answers", [{"delta": "0", "reason": "x"}, {"delta": "5", "reason": " "}])
def test_an_adjustment_that_makes_no_sense_is_asked_for_again(desk, order, answers):
    answer = desk.run("adjust", Stock.objects.get(), **answers)

    assert "errorlist" in answer.content.decode()
    assert Stock.objects.get().on_hand == 5


def test_held_units_cannot_be_adjusted_away(desk, order):
    answer = desk.run("adjust", Stock.objects.get(), delta="-4", reason="Lost")

    assert told(answer) == ["MUG: Insufficient stock sku: MUG requested: 4 available: 3"]
    assert Stock.objects.get().on_hand == 5


def test_an_alert_is_acknowledged(desk, boss):
    alert = alerts.raise_alert(kind="low_stock", sku="A", message="Low", event="stock.low", now=NOW)

    desk.run("acknowledge", alert)

    assert Alert.objects.get().acknowledged_by == boss
    assert FeedEntry.objects.latest("id").event == "alert.acknowledged"


def test_money_goes_back(desk, boss, paid):
    answer = desk.run("refund", Payment.objects.get(), amount="7.50")

    refund = Refund.objects.get()
    assert told(answer) == ["Refunds on their way: 1"]
    assert (str(refund.amount), refund.status, refund.requested_by) == ("7.50", "pending", boss)


def test_money_goes_back_of_the_payment_that_was_chosen(desk, paid):
    second = Payment.objects.create(
        order=paid, number=2, intent_id="pi_2", amount="5.00", status="completed", updated_at=NOW
    )

    desk.run("refund", second, amount="")

    refund = Refund.objects.get()
    assert (refund.payment, str(refund.amount)) == (second, "5.00")


def test_more_money_than_there_was_does_not(desk, paid):
    answer = desk.run("refund", Payment.objects.get(), amount="70.00")

    assert "At most 27.00" in told(answer)[0]
    assert not Refund.objects.exists()


def test_a_failed_job_is_run_again(desk):
    failed = Job.objects.create(task="a", failed_at=NOW, last_error="x", attempts=20, due_at=NOW)
    waiting = Job.objects.create(task="b", attempts=3, due_at=NOW)

    answer = desk.run("run_again", failed, waiting)

    failed.refresh_from_db(), waiting.refresh_from_db()
    assert told(answer) == ["Failed jobs to run again: 1"]
    assert (failed.failed_at, failed.attempts, waiting.attempts) == (None, 0, 3)


def test_a_user_is_locked_out_at_once_and_let_in_again(desk, alice):
    caller = Caller(alice)

    desk.run("deactivate", alice)
    alice.refresh_from_db()
    assert (alice.is_active, Session.objects.get(user=alice).ended_at is None) == (False, False)
    assert caller.get("cart/").status_code == 401

    desk.run("activate", alice)
    alice.refresh_from_db()
    assert alice.is_active


def test_nobody_locks_themselves_out(desk, boss):
    answer = desk.run("deactivate", boss)

    boss.refresh_from_db()
    assert boss.is_active
    assert told(answer)[0].startswith("boss@shopwire.example: ")


def test_a_superuser_takes_people_on_and_lets_them_go(desk, alice):
    Caller(alice)

    desk.run("take_on", alice)
    alice.refresh_from_db()
    assert (alice.is_staff, Session.objects.filter(user=alice, ended_at=None).count()) == (True, 0)

    desk.run("let_go", alice)
    alice.refresh_from_db()
    assert not alice.is_staff


def test_nobody_lets_themselves_go(desk, boss):
    answer = desk.run("let_go", boss)

    boss.refresh_from_db()
    assert boss.is_staff
    assert told(answer) == ["boss@shopwire.example: Only another superuser may change who is staff"]


def test_a_review_is_hidden_and_shown(desk, alice):
    product = factories.product(rating_sum=4, review_count=1)
    review = Review.objects.create(product=product, user=alice, rating=4, title="T", comment="C")

    desk.run("hide", review)
    product.refresh_from_db()
    assert (product.rating_sum, product.review_count) == (0, 0)

    desk.run("show", review)
    product.refresh_from_db()
    assert (product.rating_sum, product.review_count) == (4, 1)
