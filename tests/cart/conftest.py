"""Something to put into carts."""

import pytest

from tests import factories


@pytest.fixture
def mug():
    return factories.product(sku="MUG", name="Mug", slug="mug", price="4.50", quantity=5)
