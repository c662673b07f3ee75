"""Categories and products in OpenAPI: the shapes that backend/catalog/shapes.py makes."""

from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from api.catalog_examples import DETAIL, LAPTOPS, REVIEW, SUMMARY
from api.examples import example
from api.pagination import Page


class Category(Schema):
    """A node of the tree with all that is under it."""

    id: UUID
    name: str
    slug: str
    description: str
    image: str | None
    children: "list[Category]"


class Categories(Schema):
    model_config = example(
        {
            "results": [
                {
                    **LAPTOPS,
                    "id": "880e8400-e29b-41d4-a716-446655440003",
                    "name": "Electronics",
                    "slug": "electronics",
                    "children": [LAPTOPS],
                }
            ]
        }
    )

    results: list[Category]


class CategoryName(Schema):
    id: UUID
    name: str


class Image(Schema):
    id: UUID
    image: str
    alt_text: str
    is_primary: bool


class DetailImage(Image):
    order: int


class Summary(Schema):
    """A product in a list; `quantity` is what can be bought, all variants together."""

    model_config = example(SUMMARY)

    id: UUID
    name: str
    slug: str
    price: str
    compare_price: str | None
    quantity: int
    is_in_stock: bool
    is_featured: bool
    discount_percentage: int
    category: CategoryName | None
    images: list[Image]
    average_rating: float
    review_count: int


class CategoryCount(Schema):
    slug: str = Field(examples=["laptops"])
    name: str = Field(examples=["Laptops"])
    count: int


class PriceCount(Schema):
    """A range with both ends inside; the last has no end."""

    min: str = Field(examples=["100.00"])
    max: str | None = Field(examples=["249.99"])
    count: int


class StockCount(Schema):
    true: int
    false: int


class Facets(Schema):
    """How many products each choice would leave, under every filter but its own."""

    category: list[CategoryCount]
    price: list[PriceCount]
    in_stock: StockCount


class Products(Page[Summary]):
    """A page of products; `facets` is there when it was asked for."""

    facets: Facets | None = None


class Review(Schema):
    """`user` is a display name; staff and the author see the e-mail."""

    model_config = example(REVIEW)

    id: UUID
    user: str
    rating: int
    title: str
    comment: str
    is_verified_purchase: bool
    created_at: str


class Variant(Schema):
    id: UUID
    name: str
    sku: str
    price: str
    quantity: int
    attributes: dict[str, str]


class Detail(Schema):
    """A product's page; `cost_price` is null for everyone but staff."""

    model_config = example(DETAIL)

    id: UUID
    name: str
    slug: str
    description: str
    price: str
    compare_price: str | None
    cost_price: str | None
    sku: str
    quantity: int
    is_in_stock: bool
    is_featured: bool
    weight: str | None
    dimensions: str | None
    discount_percentage: int
    category: CategoryName | None
    images: list[DetailImage]
    variants: list[Variant]
    reviews: Annotated[list[Review], Field(description="The newest 50; reviews/ lists them all")]
    average_rating: float
    review_count: int
    created_at: str
