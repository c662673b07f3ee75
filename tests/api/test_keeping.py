"""Who may keep an answer, and how long it says it is."""

import pytest

from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["cart/", "orders/", "auth/me/", "products/wishlist/me/", "nowhere/"])
def test_what_is_for_one_caller_is_kept_nowhere(as_alice, path):
    assert as_alice.get(path).headers["Cache-Control"] == "no-store"


def test_an_answer_without_a_body_tells_no_length(as_staff):
    create()

    answer = as_staff.delete("products/lamp/")

    assert (answer.status_code, "Content-Length" in answer.headers) == (204, False)
