"""manage.py import_products, whole: files in, products and stock out, and everything said about it."""

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from backend.catalog.models import Category, Product, ProductImage, Variant
from backend.inventory.models import LedgerEntry, Stock
from backend.outbox.models import Event
from backend.shelf.models import Ladder, Place
from tests import locks

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"
TABLES = (Category, Product, Variant, ProductImage, Stock, LedgerEntry, Event, Place, Ladder)


def run(file: Path, *options: str) -> tuple[str, list[str], str]:
    """What it printed, what it complained of, and the sentence it failed with."""
    out, err, failure = StringIO(), StringIO(), ""  # a CommandError is exit code 1
    try:
        call_command("import_products", str(file), *options, stdout=out, stderr=err)
    except CommandError as error:
        failure = str(error)
    return out.getvalue().strip(), err.getvalue().splitlines(), failure


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the shop, to the last column."""
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def edited(tmp_path: Path, old: str, new: str) -> Path:
    file = tmp_path / "edited.csv"
    text = (SAMPLES / "lamps.csv").read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


def test_a_file_becomes_products_with_stock() -> None:
    said, complaints, failure = run(SAMPLES / "lamps.csv")

    assert (said, failure) == ("3 new, 0 changed, 0 unchanged", "")
    assert complaints == ["lamps.csv: not used: Vendor"]
    lamp = Product.objects.get(slug="reading-lamp")
    assert (lamp.category.name, lamp.category.parent.name) == ("Lamps", "Indoor")
    assert [image.alt_text for image in lamp.images.all()] == ["Front", "Back"]
    assert list(Stock.objects.order_by("sku").values_list("sku", "product", "variant", "on_hand")) == [
        ("GARDEN-LIGHT.SMALL.12-GOLD-D831B1", "garden-light", "Small / ½ Gold", 0),
        ("GARDEN-LIGHT.SMALL.RED", "garden-light", "Small / Red", 5),
        ("GL-XL", "garden-light", "Extra Large / Red", 2),
        ("LAMP-1", "reading-lamp", None, 12),
        ("PAPER-SHADE", "paper-shade", None, 0),
    ]


def test_a_second_run_changes_nothing_at_all() -> None:
    run(SAMPLES / "lamps.csv")
    before = rows()

    said, _, failure = run(SAMPLES / "lamps.csv")

    assert (said, failure) == ("0 new, 0 changed, 3 unchanged", "")
    assert rows() == before


def test_another_price_changes_one_product_and_no_stock(tmp_path: Path) -> None:
    run(SAMPLES / "lamps.csv")
    Stock.objects.filter(sku="LAMP-1").update(on_hand=7)
    stock = list(Stock.objects.values())

    said, _, _ = run(edited(tmp_path, "12,deny,39.9,49", "90,deny,35,49"))

    assert said == "0 new, 1 changed, 2 unchanged"
    assert Product.objects.get(slug="reading-lamp").price == Decimal("35.00")
    assert list(Stock.objects.values()) == stock


def test_a_new_variant_opens_its_stock(tmp_path: Path) -> None:
    run(SAMPLES / "lamps.csv")

    said, _, _ = run(edited(tmp_path, "GL-XL", "GL-XXL"))

    assert said == "0 new, 1 changed, 2 unchanged"
    assert Stock.objects.get(sku="GL-XXL").on_hand == 2
    assert not Variant.objects.get(sku="GL-XL").is_active


def test_what_the_file_does_not_say_stays(tmp_path: Path) -> None:
    run(SAMPLES / "lamps.csv")
    Product.objects.filter(slug="reading-lamp").update(is_featured=True, low_stock_threshold=4)
    before = Product.objects.filter(slug="reading-lamp").values().get()
    file = tmp_path / "names.csv"
    file.write_text("Handle,Title,Variant Price\nreading-lamp,Reading Light,39.90\n")

    said, _, _ = run(file)

    assert said == "0 new, 1 changed, 0 unchanged"
    after = Product.objects.filter(slug="reading-lamp").values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"name", "updated_at"}
    assert ProductImage.objects.filter(product__slug="reading-lamp").count() == 2


def test_a_file_without_options_takes_no_variant_away(tmp_path: Path) -> None:
    run(SAMPLES / "lamps.csv")
    before = rows()
    file = tmp_path / "names.csv"
    file.write_text("Handle,Title,Variant Price\ngarden-light,Garden Light,12.00\n")

    _, complaints, failure = run(file)

    assert complaints == ["names.csv: line 2: the product has variants and the file has no option columns"]
    assert failure == "1 of 1 products not loaded; bad rows: 1"
    assert rows() == before


def test_bad_rows_are_reported_and_the_rest_is_loaded() -> None:
    said, complaints, failure = run(SAMPLES / "broken.csv")

    assert said == "1 new, 0 changed, 0 unchanged"
    assert complaints[0] == "broken.csv: line 3: Price -5.00 is negative"
    assert len(complaints) == 16
    assert failure == "13 of 14 products not loaded; bad rows: 16"
    assert list(Product.objects.values_list("slug", flat=True)) == ["good"]


def test_strict_loads_nothing_for_one_bad_row() -> None:
    before = rows()

    said, _, failure = run(SAMPLES / "broken.csv", "--strict")

    assert said == "0 new, 0 changed, 0 unchanged"
    assert failure == "14 of 14 products not loaded; bad rows: 16"
    assert rows() == before


@pytest.mark.usefixtures("any_lock_order")
def test_strict_loads_nothing_when_the_shop_refuses_one() -> None:
    run(SAMPLES / "lamps-new-names.csv")
    before = rows()

    said, complaints, failure = run(SAMPLES / "clash.csv", "--strict")

    assert said == "0 new, 0 changed, 0 unchanged"
    assert [line[:19] for line in complaints] == ["clash.csv: line 3: "]
    assert "taken" in complaints[0]
    assert failure == "2 of 2 products not loaded; bad rows: 1"
    assert rows() == before


def test_a_product_that_the_shop_refuses_leaves_nothing_behind() -> None:
    run(SAMPLES / "lamps-new-names.csv")

    said, complaints, failure = run(SAMPLES / "clash.csv")

    assert said == "1 new, 0 changed, 0 unchanged"
    assert [line[:19] for line in complaints] == ["clash.csv: line 3: "]
    assert "taken" in complaints[0]
    assert failure == "1 of 2 products not loaded; bad rows: 1"
    assert not Product.objects.filter(slug="copied-clock").exists()
    assert not Category.objects.filter(name="Copies").exists()


@pytest.mark.usefixtures("any_lock_order")
def test_strict_takes_the_places_of_all_its_products_last() -> None:
    with locks.watched() as seen:
        run(SAMPLES / "lamps.csv", "--strict")

    (story,) = locks.stories(seen)
    assert (story.index("place"), Place.objects.count()) == (len(story) - 1, 3)


@pytest.mark.usefixtures("any_lock_order")
def test_a_dry_run_says_what_would_happen_and_writes_nothing() -> None:
    before = rows()

    said, _, _ = run(SAMPLES / "lamps.csv", "--dry-run")

    assert said == "3 new, 0 changed, 0 unchanged (nothing was written)"
    assert rows() == before


def test_a_file_that_is_not_there() -> None:
    assert run(SAMPLES / "none.csv")[2] == f"{SAMPLES / 'none.csv'}: No such file or directory"
