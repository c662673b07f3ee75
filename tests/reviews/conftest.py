"""A product to be bought and reviewed."""

import pytest

from tests import factories


@pytest.fixture
def lamp():
    return factories.product(sku="LAMP")
