"""Categories and products as the docs show them."""

from typing import Any

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
