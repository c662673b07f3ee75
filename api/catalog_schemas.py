"""Categories and products in OpenAPI: the shapes that backend/catalog/shapes.py makes."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from api.examples import example
from api.pagination import Page

IMAGE: dict[str, Any] = {
    "id": "bb0e8400-e29b-41d4-a716-446655440006",
    "image": "https://bucket.s3.amazonaws.com/macbook1.jpg",
    "alt_text": "Front view",
    "is_primary": True,
}
SUMMARY: dict[str, Any] = {
    "id": "aa0e8400-e29b-41d4-a716-446655440005",
    "name": 'MacBook Pro 16"',
    "slug": "macbook-pro-16",
    "price": "2499.99",
    "compare_price": "2999.99",
    "quantity": 15,
    "is_in_stock": True,
    "is_featured": True,
    "discount_percentage": 17,
    "category": {"id": "880e8400-e29b-41d4-a716-446655440003", "name": "Electronics"},
    "images": [IMAGE],
    "average_rating": 4.8,
    "review_count": 24,
}
REVIEW: dict[str, Any] = {
    "id": "dd0e8400-e29b-41d4-a716-446655440008",
    "user": "John D.",
    "rating": 5,
    "title": "Excellent laptop!",
    "comment": "Very satisfied with the purchase...",
    "is_verified_purchase": True,
    "created_at": "2024-12-01T10:30:00.000000Z",
}
VARIANT: dict[str, Any] = {
    "id": "cc0e8400-e29b-41d4-a716-446655440007",
    "name": "16GB RAM - 512GB SSD",
    "sku": "MBPRO-16-512",
    "price": "2499.99",
    "quantity": 10,
    "attributes": {"ram": "16GB", "storage": "512GB"},
}
DETAIL: dict[str, Any] = {
    **{key: SUMMARY[key] for key in ("id", "name", "slug")},
    "description": "Powerful laptop with M2 Pro chip...",
    "price": "2499.99",
    "compare_price": "2999.99",
    "cost_price": None,
    "sku": "MBPRO-16-2024",
    **{key: SUMMARY[key] for key in ("quantity", "is_in_stock", "is_featured")},
    "weight": "2.1",
    "dimensions": "35 x 24 x 1.6 cm",
    **{key: SUMMARY[key] for key in ("discount_percentage", "category")},
    "images": [{**IMAGE, "order": 1}],
    "variants": [VARIANT],
    "reviews": [REVIEW],
    "average_rating": 4.8,
    "review_count": 24,
    "created_at": "2024-10-15T08:00:00.000000Z",
}
LAPTOPS: dict[str, Any] = {
    "id": "990e8400-e29b-41d4-a716-446655440004",
    "name": "Laptops",
    "slug": "laptops",
    "description": "Computing devices",
    "image": None,
    "children": [],
}


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
