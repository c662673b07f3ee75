"""One shop for the whole folder, with both of Shopify's example files imported into it."""

import pytest

from tests.flows import stack

FILES = ("shopify-apparel.csv", "shopify-home-and-garden.csv")


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    with stack.running(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="session")
def imports(shop):
    """What the importer said, file by file."""
    return {
        name: shop.python("manage.py", "import_products", str(stack.ROOT / "fixtures" / "csv" / name))
        for name in FILES
    }
