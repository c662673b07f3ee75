"""Rows become drafts, or every bad row is named."""

from decimal import Decimal
from pathlib import Path

import pytest

from backend.catalog.drafts import ImageDraft, ProductDraft, VariantDraft
from backend.catalog.importer import html, plans, reading, skus

SAMPLES = Path(__file__).parent / "samples"


def drafts(name: str) -> dict[str, plans.Plan]:
    good, problems = plans.plans_of(reading.read((SAMPLES / name).read_bytes()))
    assert problems == []
    return {plan.draft.slug: plan for plan in good}


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in plans.plans_of(reading.read(text.encode()))[1]]


def test_a_product_without_options() -> None:
    plan = drafts("lamps.csv")["reading-lamp"]

    assert plan.category == ("Indoor", "Lamps")
    assert plan.draft == ProductDraft(
        name="Reading Lamp",
        slug="reading-lamp",
        sku="LAMP-1",
        description="<p>Bends to the <b>page</b>.</p>\n<p>Two joints.</p>",
        price=Decimal("39.90"),
        compare_price=Decimal("49.00"),
        cost_price=Decimal("18.25"),
        quantity=12,
        weight="1.25",
        images=(
            ImageDraft(
                image="https://img.example/lamp-front.jpg", alt_text="Front", is_primary=True, order=1
            ),
            ImageDraft(image="https://img.example/lamp-back.jpg", alt_text="Back", order=2),
        ),
    )


def test_a_product_with_options_is_its_variants() -> None:
    plan = drafts("lamps.csv")["garden-light"]

    assert plan.category == ("Outdoor", "Lamps")
    assert plan.draft.sku == "GARDEN-LIGHT"
    assert (plan.draft.price, plan.draft.compare_price) == (Decimal("12.00"), Decimal("18.00"))
    assert plan.draft.variants == (
        VariantDraft(
            name="Small / Red",
            sku="GARDEN-LIGHT.SMALL.RED",
            price=Decimal("15.00"),
            quantity=5,
            attributes={"Size": "Small", "Color": "Red"},
        ),
        VariantDraft(
            name="Small / ½ Gold",
            sku="GARDEN-LIGHT.SMALL.12-GOLD-D831B1",
            price=Decimal("15.50"),
            attributes={"Size": "Small", "Color": "½ Gold"},
        ),
        VariantDraft(
            name="Extra Large / Red",
            sku="GL-XL",
            price=Decimal("12.00"),
            quantity=2,
            attributes={"Size": "Extra Large", "Color": "Red"},
        ),
    )
    assert [(image.image, image.alt_text) for image in plan.draft.images] == [
        ("https://img.example/garden.jpg", ""),
        ("https://img.example/garden-red.jpg", "Small / Red"),
    ]


def test_hidden_uncounted_and_undiscounted() -> None:
    plan = drafts("lamps.csv")["paper-shade"]

    assert plan.category == ("Lamps",)
    assert plan.draft.sku == "PAPER-SHADE"
    assert not plan.draft.is_active
    assert not plan.draft.track_inventory
    assert plan.draft.compare_price is None


def test_the_columns_present_names_are_known() -> None:
    found = drafts("lamps-new-names.csv")

    desk, wall = found["desk-clock"], found["wall-clock"]
    assert desk.category == ("Home", "Decor", "Clocks")
    assert (desk.draft.sku, desk.draft.price, desk.draft.quantity) == ("CLOCK-1", Decimal("24.50"), 3)
    assert (desk.draft.weight, desk.draft.description) == ("0.41", "Ticks softly.")
    assert (desk.draft.is_active, desk.draft.track_inventory) == (True, True)
    assert (wall.draft.is_active, wall.draft.track_inventory) == (False, False)
    assert wall.category == ()


def test_every_bad_row_is_named_and_its_product_left_out() -> None:
    good, problems = plans.plans_of(reading.read((SAMPLES / "broken.csv").read_bytes()))

    assert [plan.draft.slug for plan in good] == ["good"]
    assert [str(problem) for problem in problems] == [
        "line 3: Price -5.00 is negative",
        "line 4: Price 'cheap' is not a number",
        "line 5: Price 99999999999.00 is too large",
        "line 6: Price 0.005 has a fraction of a cent",
        "line 7: Title is empty",
        "line 8: Price is empty",
        "line 9: Inventory quantity -1 is negative",
        "line 11: the same options as on line 10",
        "line 12: Inventory quantity 'lots' is not a whole number",
        "line 13: gift cards can't be sold here",
        "line 14: SKU GOOD is also on line 2",
        "line 15: Handle 'sizes' is another product's (line 10)",
        "line 16: 12 cells under 11 headings (a comma outside quotes?)",
        "line 17: Handle is empty",
        "line 18: Image Src 'file:///etc/passwd' is not a web address",
        "line 19: Handle 'Bad.Handle' may hold only a-z, 0-9 and -",
    ]


def test_an_sku_belongs_to_the_first_that_has_it() -> None:
    header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"

    assert problems_of(f"{header}a,A,,,ONE,5\nb,B,,,ONE,5\n") == ["line 3: SKU ONE is also on line 2"]
    assert problems_of(f"{header}a,A,Size,S,ONE,5\na,,,M,ONE,5\n") == ["line 3: SKU ONE is also on line 2"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Title", "x" * 256, "Title is longer than 255 characters"),
        ("Variant SKU", "x" * 101, "SKU is longer than 100 characters"),
        ("Variant SKU", "A/1", "SKU 'A/1' may not hold any of , / ? # % \\"),
        ("Variant Price", "NaN", "Price 'NaN' is not a number"),
        ("Variant Price", "1,299.00", "Price '1,299.00' is not a number"),
        ("Variant Price", "1e3", "Price '1e3' is not a number"),
        ("Variant Price", "٣", "Price '٣' is not a number"),
        ("Cost per item", "-1", "Cost per item -1 is negative"),
        ("Variant Inventory Qty", "9" * 30, f"Inventory quantity {'9' * 30} is too large"),
        ("Variant Inventory Policy", "maybe", "Inventory policy 'maybe' is neither deny nor continue"),
        ("Published", "soon", "Published 'soon' is neither true nor false"),
        ("Status", "sold", "Status 'sold' is none of active, draft, archived, unlisted"),
        ("Body (HTML)", "nul\x00", "a cell holds a NUL character"),
        ("Type", "x" * 101, "a category's name is longer than 100 characters"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(column: str, value: str, reason: str) -> None:
    cells = {"Handle": "mug", "Title": "Mug", "Variant Price": "5", column: value}
    header, row = ",".join(cells), ",".join(f'"{cell}"' for cell in cells.values())

    assert problems_of(f"{header}\n{row}\n") == [f"line 2: {reason}"]


def test_derived_skus_never_meet() -> None:
    assert skus.derived(handle="mug") == "MUG"
    assert skus.derived(handle="mug", options=["X-Large", "12 oz"]) == "MUG.X-LARGE.12-OZ"
    assert skus.derived(handle="mug-small") != skus.derived(handle="mug", options=["small"])
    lenses = {skus.derived(handle="lens", options=[power]) for power in ("+1.00", "-1.00", "1.00", "1 00")}
    assert len(lenses) == 4
    long = [skus.derived(handle="x" * 254 + end) for end in "ab"]
    assert long[0] != long[1]
    assert [len(sku) for sku in long] == [100, 100]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>Plain</p>", "<p>Plain</p>"),
        ("<style>p{}</style><h2 style='x'>Big</h2>", "<h2>Big</h2>"),
        ("<img src=x onerror=alert(1)>Seen", "Seen"),
        ("<iframe src='//evil.example'></iframe>Safe", "Safe"),
        ("<a href='javascript:alert(1)'>go</a>", '<a rel="noopener noreferrer">go</a>'),
        (
            "<a href='https://shop.example' target=_top>go</a>",
            '<a href="https://shop.example" rel="noopener noreferrer">go</a>',
        ),
        ("Salt & <pepper", "Salt &amp; "),
    ],
)
def test_html_keeps_its_shape_and_loses_its_teeth(dirty: str, clean: str) -> None:
    assert html.clean(dirty) == clean.strip()
