"""The catalogue over REST: categories, products, search."""

from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse
from ninja import Field, Query, Router

from api import auth, public_answers
from api.catalog_schemas import Categories, Detail, Products
from api.pagination import PageQuery, envelope_text
from api.responses import responses
from backend.catalog import cache, forest, listing, queries, shapes
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
    return public_answers.answer(
        request,
        lambda: forest.current().text,
        seconds=cache.CATEGORIES_SECONDS,
    )


@router.get(
    "/",
    auth=auth.anyone,
    response=responses({200: Products}, also=(401, 404)),
    summary="Browse and search products",
)
def products(request: auth.PublicRequest, query: Query[ProductsQuery]) -> HttpResponse:
    return public_answers.answer(
        request,
        lambda: _products(request, query),
        seconds=cache.PRODUCTS_SECONDS,
        heeds_query=True,
    )


@router.get(
    "/{slug}/",
    auth=auth.anyone,
    response=responses({200: Detail}, also=(401, 404)),
    summary="One product",
)
def product(request: auth.PublicRequest, slug: str) -> HttpResponse:
    """Staff also see products that were taken off sale."""
    return public_answers.answer(
        request,
        lambda: _detail(request, queries.shown(slug=slug, sees_inactive=request.auth.is_staff)),
        seconds=cache.PRODUCTS_SECONDS,
        heeds_caller=True,  # who sees the e-mail of their own review
    )


def just_written(request: auth.Request, *, slug: str, status: int = 200) -> HttpResponse:
    """The product's page for the one who wrote it."""
    return public_answers.private(request, _detail(request, queries.written(slug=slug)), status=status)


def _detail(request: auth.PublicRequest | auth.Request, page: queries.ProductPage) -> str:
    newest = reviews.newest(page.product_id) if page.review_count else []
    return shapes.finished_detail(
        page.text,
        units=page.units,
        is_tracked=page.is_tracked,
        cost_price=page.cost_price if request.auth.is_staff else None,
        reviews=[review_shapes.review_json(review, viewer=request.auth) for review in newest],
    )


def _products(request: auth.PublicRequest, query: ProductsQuery) -> str:
    start = (query.page - 1) * query.page_size
    found = listing.find(asked=query.asked(), start=start, size=query.page_size, with_facets=query.facets)
    more = {} if found.facets is None else {"facets": found.facets}
    return envelope_text(request=request, query=query, count=found.count, results=found.items, **more)
