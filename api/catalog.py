"""The catalogue over REST: categories, products, search."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from django.http import HttpResponse, JsonResponse
from ninja import Field, Query, Router

from api import auth, links
from api.catalog_schemas import Categories, Detail, Products
from api.pagination import PageQuery, page_of
from api.responses import responses
from backend.catalog import cache, listing, queries, shapes
from backend.catalog.filters import Ordering, ProductFilter
from backend.reviews import queries as reviews
from backend.reviews import shapes as review_shapes

router = Router(tags=["products"])
DEAREST = Decimal("9999999999.99")
Price = Annotated[
    Decimal,
    Field(ge=0, le=DEAREST, max_digits=12, decimal_places=2, examples=["100.00"]),
]


class ProductsQuery(PageQuery):
    """Filters combine. `search` ranks by relevance unless `ordering` says otherwise."""

    category: Annotated[str | None, Field(max_length=120, description="A slug; covers what is under it")] = (
        None
    )
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: Annotated[bool | None, Field(description="false: sold out")] = None
    search: Annotated[str, Field(max_length=500, description="Words, beginnings, one typo in a long one")] = (
        ""
    )
    ordering: Ordering | None = None
    facets: Annotated[bool, Field(description="Also count what each further filter would leave")] = False

    def asked(self) -> ProductFilter:
        """The filters without page and facets."""
        return ProductFilter(
            category=self.category or None,
            min_price=self.min_price,
            max_price=self.max_price,
            in_stock=self.in_stock,
            search=self.search,
            ordering=self.ordering,
        )


@router.get(
    "/categories/",
    auth=auth.anyone,
    response=responses({200: Categories}, also=(401,)),
    summary="The category tree",
)
def categories(request: auth.PublicRequest) -> HttpResponse:
    return _answer(
        request,
        lambda: shapes.categories_json(queries.category_tree(), link=links.images(request)),
        address=request.build_absolute_uri(request.path),
        seconds=cache.CATEGORIES_SECONDS,
    )


@router.get(
    "/",
    auth=auth.anyone,
    response=responses({200: Products}, also=(401, 404)),
    summary="Browse and search products",
)
def products(request: auth.PublicRequest, query: Query[ProductsQuery]) -> HttpResponse:
    return _answer(
        request,
        lambda: _products(request, query),
        address=request.build_absolute_uri(),
        seconds=cache.PRODUCTS_SECONDS,
    )


@router.get(
    "/{slug}/",
    auth=auth.anyone,
    response=responses({200: Detail}, also=(401, 404)),
    summary="One product",
)
def product(request: auth.PublicRequest, slug: str) -> HttpResponse:
    """Staff also see products that were taken off sale."""
    return _answer(
        request,
        lambda: detail(request, slug=slug),
        address=request.build_absolute_uri(request.path),
        seconds=cache.PRODUCTS_SECONDS,
    )


def detail(
    request: auth.PublicRequest | auth.Request, *, slug: str, is_just_written: bool = False
) -> dict[str, Any]:
    """The product's page as the caller may see it. Raises Missing."""
    if is_just_written:
        product = queries.written(slug=slug)
    else:
        product = queries.shown(slug=slug, sees_inactive=request.auth.is_staff)
    return shapes.detail_json(
        product,
        reviews=[
            review_shapes.review_json(review, viewer=request.auth) for review in reviews.newest(product.pk)
        ],
        sees_cost=request.auth.is_staff,
        link=links.images(request),
    )


def _products(request: auth.PublicRequest, query: ProductsQuery) -> dict[str, Any]:
    found = listing.find(asked=query.asked(), with_facets=query.facets)
    shape = partial(shapes.summary_json, link=links.images(request))
    page = page_of(request=request, rows=found.rows, query=query, shape=shape)
    return page if found.facets is None else {**page, "facets": found.facets}


def _answer(
    request: auth.PublicRequest, compute: Callable[[], dict[str, Any]], *, address: str, seconds: int
) -> HttpResponse:
    """Guests share what is cached, others get it fresh. No schema is run over it, for speed: tests are."""
    if not request.auth.is_anonymous:
        return JsonResponse(compute())
    text = cache.answer(address=address, seconds=seconds, compute=compute)
    return HttpResponse(text, content_type="application/json")
