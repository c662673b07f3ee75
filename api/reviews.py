"""Reviews of a product by those who bought it."""

import json
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import StrictInt, StringConstraints

from api import auth, fields, public_answers
from api.catalog_examples import REVIEW
from api.catalog_schemas import Review
from api.examples import example
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.catalog import cache
from backend.catalog import queries as catalog
from backend.reviews import actions, queries, shapes

router = Router(tags=["reviews"])


class ReviewIn(Schema):
    model_config = example({key: REVIEW[key] for key in ("rating", "title", "comment")})

    rating: Annotated[StrictInt, Field(ge=1, le=5)]
    title: fields.Line200
    comment: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=10_000)
    ]


class OwnReview(Schema):
    """Your review; staff may hide it, which `is_approved` tells."""

    model_config = example({**REVIEW, "user": "john@example.com", "is_approved": True})

    id: UUID
    user: str
    rating: int
    title: str
    comment: str
    is_verified_purchase: bool
    is_approved: bool
    created_at: str


@router.get(
    "/{slug}/reviews/",
    auth=auth.anyone,
    response=responses({200: Page[Review]}, also=(401, 404)),
    summary="A product's reviews, newest first",
)
def reviews(request: auth.PublicRequest, slug: str, query: Query[PageQuery]) -> HttpResponse:
    return public_answers.answer(
        request,
        lambda: json.dumps(_page(request, slug, query)),
        seconds=cache.PRODUCTS_SECONDS,
        heeds_query=True,
        heeds_caller=True,
    )


@router.post(
    "/{slug}/reviews/",
    auth=auth.signed_in,
    response=responses({201: OwnReview}, also=(401, 403, 404, 409)),
    summary="Review what you bought",
)
def add_review(request: auth.Request, slug: str, payload: ReviewIn) -> Status[dict[str, Any]]:
    review = actions.add_review(user=request.auth, slug=slug, now=timezone.now(), **payload.dict())
    return Status(201, shapes.own_review_json(review))


def _page(request: auth.PublicRequest, slug: str, query: PageQuery) -> dict[str, Any]:
    product = catalog.on_sale(slug=slug)
    shape = partial(shapes.review_json, viewer=request.auth)
    return page_of(request=request, rows=queries.of_product(product.pk), query=query, shape=shape)
