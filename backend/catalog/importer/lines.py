"""One row's cells as values, each checked."""

import re
from dataclasses import dataclass
from decimal import Decimal

from backend.catalog.importer.problems import BadRow
from backend.catalog.importer.reading import Row

LARGEST_PRICE = Decimal("9999999999.99")
LARGEST_COUNT = 1_000_000_000
LONGEST_NAME = 255
OPTIONS = ("option1", "option2", "option3")
STATUSES = {"": True, "active": True, "draft": False, "archived": False, "unlisted": False}
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# Shopify's words for what happens when none is left, and the plain flags of newer files.
POLICIES = {"": False, "deny": False, "continue": True, "false": False, "true": True}


@dataclass(frozen=True)
class Line:
    """A row whose every cell made sense. `is_variant` rows are sold, the others only bring pictures."""

    row: Row
    is_variant: bool
    is_active: bool
    is_tracked: bool
    options: tuple[str, ...]
    sku: str
    price: Decimal | None
    compare_price: Decimal | None
    cost_price: Decimal | None
    quantity: int
    grams: int
    image_position: int | None

    @property
    def number(self) -> int:
        """Where it stands in the file."""
        return self.row.line


def line_of(row: Row) -> Line:
    """The row's values. Raises BadRow with the first cell that makes none."""
    _check_text(row)
    if _flag(row, "gift_card", "Gift Card", empty=False):
        raise BadRow("gift cards can't be sold here")
    return Line(
        row=row,
        is_variant=any(row[name] for name in (*OPTIONS, "sku", "price")),
        is_active=_flag(row, "published", "Published", empty=True) and _status(row),
        is_tracked=_is_tracked(row),
        options=tuple(row[name] for name in OPTIONS),
        sku=row["sku"],
        price=_money(row, "price", "Price"),
        compare_price=_money(row, "compare_price", "Compare-at price"),
        cost_price=_money(row, "cost", "Cost per item"),
        quantity=_count(row, "quantity", "Inventory quantity") or 0,
        grams=_count(row, "grams", "Weight in grams") or 0,
        image_position=_count(row, "image_position", "Image Position"),
    )


def _check_text(row: Row) -> None:
    limits = {"handle": 255, "title": 255, "sku": 100, "image": 500, "variant_image": 500, "image_alt": 255}
    if any("\x00" in cell for cell in row.cells.values()):
        raise BadRow("a cell holds a NUL character")
    for name, limit in limits.items():
        if len(row[name]) > limit:
            raise BadRow(f"{_heading(name)} is longer than {limit} characters")
    if re.search(r"[^-a-z0-9_]", row["handle"].lower()):
        raise BadRow(f"Handle {row['handle']!r} may hold only a-z, 0-9 and -")
    if re.search(r"[,/?#%\\]", row["sku"]) or not row["sku"].isprintable():
        raise BadRow(f"SKU {row['sku']!r} may not hold any of , / ? # % \\")
    if len(" / ".join(row[name] for name in OPTIONS)) > LONGEST_NAME:
        raise BadRow(f"the options together are longer than {LONGEST_NAME} characters")
    for name in ("image", "variant_image"):
        if row[name] and not re.match(r"https?://[^\s/]+/\S+$", row[name]):
            raise BadRow(f"{_heading(name)} {row[name]!r} is not a web address")


def _heading(name: str) -> str:
    return {"sku": "SKU", "image": "Image Src", "image_alt": "Image Alt Text"}.get(
        name, name.replace("_", " ").title()
    )


def _money(row: Row, name: str, heading: str) -> Decimal | None:
    text = row[name]
    if not text:
        return None
    if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text):
        raise BadRow(f"{heading} {text} is negative")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise BadRow(f"{heading} {text!r} is not a number")
    amount = Decimal(text)
    if amount > LARGEST_PRICE:
        raise BadRow(f"{heading} {text} is too large")
    if amount != round(amount, 2):
        raise BadRow(f"{heading} {text} has a fraction of a cent")
    return round(amount, 2)


def _count(row: Row, name: str, heading: str) -> int | None:
    """A whole number; Shopify's exports write weights as 500 or 500.0."""
    text = row[name]
    if not text:
        return None
    if re.fullmatch(r"-[0-9]+(\.0+)?", text):
        raise BadRow(f"{heading} {text} is negative")
    if not re.fullmatch(r"[0-9]+(\.0+)?", text):
        raise BadRow(f"{heading} {text!r} is not a whole number")
    count = int(text.partition(".")[0])
    if count > LARGEST_COUNT:
        raise BadRow(f"{heading} {text} is too large")
    return count


def _flag(row: Row, name: str, heading: str, *, empty: bool) -> bool:
    text = row[name].lower()
    if text and text not in FLAGS:
        raise BadRow(f"{heading} {row[name]!r} is neither true nor false")
    return FLAGS.get(text, empty)


def _status(row: Row) -> bool:
    if row["status"].lower() not in STATUSES:
        raise BadRow(f"Status {row['status']!r} is none of active, draft, archived, unlisted")
    return STATUSES[row["status"].lower()]


def _is_tracked(row: Row) -> bool:
    """Counted where a quantity or a tracker is named, unless it sells on with none left (a backorder)."""
    if row["policy"].lower() not in POLICIES:
        raise BadRow(f"Inventory policy {row['policy']!r} is neither deny nor continue")
    return bool(row["quantity"] or row["tracker"]) and not POLICIES[row["policy"].lower()]
