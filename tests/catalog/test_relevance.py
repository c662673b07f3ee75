"""What must come first, on the products of Shopify's own sample files."""

import itertools
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db
FILES = ["shopify-apparel.csv", "shopify-home-and-garden.csv"]
# What is typed, and the products that must come first: a set of them where they are alike. None: none at all.
FIRST = {
    "jacket": [
        {
            "classic-leather-jacket",
            "navy-sport-jacket",
            "dark-winter-jacket",
            "zipped-jacket",
            "olive-green-jacket",
        }
    ],
    "leather jacket": [{"classic-leather-jacket"}, {"navy-sport-jacket", "dark-winter-jacket"}],
    "lether jacket": [{"classic-leather-jacket"}],
    "black leather": [{"black-leather-bag"}, {"black-bean-bag"}],
    "sofa": [{"cream-sofa", "grey-sofa", "yellow-sofa"}],
    "yellow": [{"yellow-sofa", "yellow-watering-can", "yellow-wool-jumper"}],
    "pot": [{"white-ceramic-pot", "clay-plant-pot", "biodegradable-cardboard-pots"}],
    "plant pot": [{"clay-plant-pot"}],
    "wood": [
        {"wooden-fence", "wooden-outdoor-slats", "wooden-outdoor-table"},
        {"bedside-table", "gardening-hand-trowel", "yellow-sofa", "antique-drawers", "cream-sofa"},
    ],
    "wooden table": [{"wooden-outdoor-table"}, {"bedside-table"}],
    "tops": [
        {"led-high-tops", "classic-varsity-top", "dark-denim-top", "floral-white-top", "silk-summer-top"}
        | {"longsleeve-cotton-top", "striped-skirt-and-top"}
    ],
    "silk": [{"blue-silk-tuxedo", "silk-summer-top", "striped-silk-blouse"}],
    "shrit": [],
    "blosue": [{"striped-silk-blouse"}],
    "tshirt": [{"red-sports-tee"}],
    "red sleeves": [{"red-sports-tee", "chequered-red-shirt"}],
    "long sleeve": [
        {"longsleeve-cotton-top"},
        {"navy-sport-jacket", "white-cotton-shirt", "chequered-red-shirt", "ocean-blue-shirt"}
        | {"dark-denim-top"},
    ],
    "beanbag": [{"black-bean-bag"}],
    "bag": [{"black-leather-bag", "black-bean-bag"}],
    "candel": [{"vanilla-candle"}],
    "leathr": [{"black-leather-bag", "classic-leather-jacket"}, {"black-bean-bag"}],
    "gardening": [
        {"gardening-hand-trowel"},
        {"wooden-fence", "biodegradable-cardboard-pots", "wooden-outdoor-table"},
    ],
}


@pytest.fixture
def found(as_guest):
    """The slugs that a search answers, page by page."""
    for name in FILES:
        call_command("import_products", str(Path("fixtures/csv") / name), verbosity=0)

    def search(text):
        slugs = []
        query = {"search": text, "page_size": 4, "page": 1}
        while query["page"]:
            answer = as_guest.client.get("/api/v1/products/", query).json()
            slugs += [product["slug"] for product in answer["results"]]
            query["page"] = answer["next"] and query["page"] + 1
        assert len(slugs) == answer["count"] == len(set(slugs))
        return slugs

    return search


def test_what_must_come_first_does(found):
    wrong = {}
    for text, groups in FIRST.items():
        slugs = found(text)
        ends = [0, *itertools.accumulate(map(len, groups))]
        first = [set(slugs[start:end]) for start, end in itertools.pairwise(ends)]
        if first != groups or bool(slugs) != bool(groups):
            wrong[text] = slugs

    assert wrong == {}


def test_the_order_is_the_same_each_time(found):
    assert found("black top") == found("black top") != []
