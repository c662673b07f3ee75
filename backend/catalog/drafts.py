"""A product as somebody wants it: what the API, the importer and the demo shop hand to actions."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class VariantDraft:
    """One variant; `quantity` is its opening stock and counts only when its SKU is new."""

    name: str
    sku: str
    price: Decimal | None = None
    quantity: int = 0
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImageDraft:
    """One picture: a path in the storage, or a URL."""

    image: str
    alt_text: str = ""
    is_primary: bool = False
    order: int = 1


@dataclass(frozen=True, kw_only=True)
class ProductDraft:
    """The whole product; `quantity` is its opening stock, counted only on creation without variants."""

    name: str
    sku: str
    price: Decimal
    slug: str = ""
    description: str = ""
    compare_price: Decimal | None = None
    cost_price: Decimal | None = None
    category: str | None = None
    quantity: int = 0
    weight: str = ""
    dimensions: str = ""
    is_active: bool = True
    is_featured: bool = False
    track_inventory: bool = True
    low_stock_threshold: int | None = None
    variants: tuple[VariantDraft, ...] = ()
    images: tuple[ImageDraft, ...] = ()
