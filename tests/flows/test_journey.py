"""A buyer's whole journey on an imported product, through the real processes, seen on every socket."""

import re
from itertools import groupby

import pytest

from tests.flows.traveller import Traveller

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def diary(shop, imports):
    return Traveller(shop).travel()


def test_both_files_are_imported_whole(imports):
    said = {name: (done.returncode, done.stdout.strip()) for name, done in imports.items()}

    assert said == {
        "shopify-apparel.csv": (0, "20 new, 0 changed, 0 unchanged"),
        "shopify-home-and-garden.csv": (0, "20 new, 0 changed, 0 unchanged"),
    }


def test_importing_again_changes_nothing(shop, imports):
    again = [shop.python(*done.args[1:]).stdout.strip() for done in imports.values()]

    assert again == ["0 new, 0 changed, 20 unchanged"] * 2


def test_the_account_is_verified_by_the_mail_and_kept_in_lower_case(diary):
    assert diary.answers["register"]["user"]["email"] == diary.email
    assert diary.answers["login"]["is_verified"] is True


def test_the_imported_product_is_found_wished_for_and_bought(diary):
    assert diary.answers["search"]["results"][0]["slug"] == "clay-plant-pot"
    assert [row["product"]["slug"] for row in diary.answers["wishlist"]["results"]] == ["clay-plant-pot"]
    assert diary.answers["cart"]["subtotal"] == "31.98"
    assert diary.answers["order"]["total_amount"] == "40.17"  # 31.98, 3.19 tax, 5.00 shipping


def test_the_order_tells_its_history(diary):
    order = diary.answers["order"]

    assert [step["status"] for step in order["status_history"]] == [
        "pending",
        "processing",
        "shipped",
        "delivered",
    ]
    assert order["payment"] == {"status": "completed", "amount": "40.17", "refunded_amount": "0.00"}
    assert order["tracking_number"] == f"1Z-{order['order_number']}"


def test_the_cart_socket_shows_every_change_once(diary):
    assert diary.events("cart") == ["snapshot", "cart.item_added", "cart.item_updated", "cart.checked_out"]
    assert diary.versions("cart") == [1, 2, 3, 4]
    assert [frame["data"]["total_items"] for frame in diary.frames["cart"]] == [0, 1, 2, 0]


def test_the_order_socket_shows_every_step_once(diary):
    steps = diary.events("order")

    assert [step for step in steps if step != "order.payment"] == [
        "snapshot",
        "order.processing",
        "order.shipped",
        "order.delivered",
    ]
    assert diary.versions("order") == list(range(1, len(steps) + 1))
    assert diary.frames["order"][-1]["data"] == diary.answers["order"]


def test_the_orders_socket_shows_every_move_once(diary):
    assert diary.events("orders") == [
        "snapshot",
        "order.created",
        "order.processing",
        "order.shipped",
        "order.delivered",
    ]
    assert diary.versions("orders") == [0, 1, 2, 3, 4]


def test_the_stock_socket_shows_the_pallet_and_the_sale(diary):
    told = [frame["data"] for frame in diary.frames["stock"]]

    # The sale turns held units into sold ones: a version more, and as many left as before.
    assert [quantity for quantity, _ in groupby(data["quantity"] for data in told)] == [3, 12, 10]
    assert told[-1] == {
        "sku": diary.sku,
        "product": "clay-plant-pot",
        "quantity": 10,
        "is_in_stock": True,
    }
    assert diary.versions("stock") == sorted(set(diary.versions("stock")))


def test_the_staff_socket_shows_the_order_and_the_low_stock(diary):
    first, *later = diary.versions("staff")

    assert sorted(diary.events("staff")) == [
        "alert.acknowledged",
        "order.created",
        "snapshot",
        "stock.low",
    ]
    assert later == [first + 1, first + 2, first + 3]


def test_every_frame_names_its_topic_and_moment(diary):
    order = diary.answers["order"]["id"]
    topics = {name: {frame["topic"] for frame in frames} for name, frames in diary.frames.items()}
    moments = [frame["at"] for frames in diary.frames.values() for frame in frames if "at" in frame]

    assert topics["order"] == {f"order:{order}"}
    assert topics["stock"] == {f"stock:{diary.sku}"}
    assert topics["staff"] == {"staff:alerts"}
    assert topics["orders"] == {f"orders:{diary.answers['register']['user']['id']}"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", moment) for moment in moments)


def test_each_mail_comes_once(diary):
    number = diary.answers["order"]["order_number"]

    assert sorted((mail.to, mail.subject) for mail in diary.mails) == sorted(
        [
            (diary.email, "Confirm your e-mail address"),
            (diary.email, f"Order {number}: thank you, it is paid"),
            (diary.email, f"Order {number} is on its way"),
            (diary.email, f"Order {number} has been delivered"),
            ("staff@shopwire.example", f"Low stock: {diary.sku}"),
        ]
    )


def test_the_mails_say_what_was_bought_and_where_it_goes(diary):
    paid = next(mail for mail in diary.mails if "paid" in mail.subject)

    assert "2 x Clay Plant Pot, Large: 31.98 USD" in paid.text
    assert "123 Main St" in paid.text


def test_the_review_counts_as_a_verified_purchase(diary):
    review = diary.answers["review"]

    assert (review["rating"], review["is_verified_purchase"]) == (4, True)
    assert (diary.answers["product"]["average_rating"], diary.answers["product"]["review_count"]) == (4.0, 1)


def test_the_ledger_names_the_opening_the_pallet_the_hold_and_the_sale(diary):
    rows = diary.answers["ledger"]["results"]
    order = diary.answers["order"]["id"]

    assert [(row["delta_on_hand"], row["delta_held"], row["order"]) for row in reversed(rows)] == [
        (3, 0, None),
        (9, 0, None),
        (0, 2, order),
        (-2, -2, order),
    ]
