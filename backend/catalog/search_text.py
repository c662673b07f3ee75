"""What a product is found by, in `Product.search` and `SearchWord`: written by actions, not by triggers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Cast
from django.utils.html import strip_tags

from backend.catalog import tree, typos, words
from backend.catalog.models import Category, Product, SearchWord

MOST_WORDS = 5_000  # of one product
MOST_PLACES = 200  # of one word; PostgreSQL keeps 255
LAST_PLACE = 16_000  # PostgreSQL counts to 16383

type Weighted = list[tuple[str, str]]  # a word and its weight, A to D


def refresh(product_ids: Iterable[UUID]) -> None:
    """Write the search text of these products anew, from what the tables say now. Locks them, in order."""
    forest = tree.Tree(Category.objects.all())
    locked = Product.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(product_ids))
    products = locked.prefetch_related("variants").order_by("pk")
    texts = {product.pk: _weighted(product, forest)[:MOST_WORDS] for product in products}
    stems = _stems({word for weighted in texts.values() for word, _ in weighted})
    for product_id, weighted in texts.items():
        vector = Cast(Value(_vector(weighted, stems)), SearchVectorField())
        Product.objects.filter(pk=product_id).update(search=vector)
    _remember({*stems, *stems.values()})


def _weighted(product: Product, forest: tree.Tree) -> Weighted:
    variants = [variant for variant in product.variants.all() if variant.is_active]
    titles = [product.name, product.sku, *(variant.sku for variant in variants)]
    kinds = [category.name for category in forest.path(product.category_id)]
    kinds += [variant.name for variant in variants]
    kinds += [str(value) for variant in variants for value in variant.attributes.values()]
    fields = [("A", titles), ("B", kinds), ("C", [strip_tags(product.description)])]
    return [
        (word, weight) for weight, texts in fields for text in texts for word in words.with_compounds(text)
    ]


def _stems(known: Iterable[str]) -> dict[str, str]:
    """Each word's English stem; a stop word and a word of another language stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, coalesce((ts_lexize('english_stem', word))[1], word) FROM unnest(%s::text[]) word",
            [sorted(known)],
        )
        return dict(cursor.fetchall())


def _vector(weighted: Sequence[tuple[str, str]], stems: dict[str, str]) -> str:
    """A tsvector in PostgreSQL's notation. Words are letters and digits, so that nothing needs escaping."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, (word, weight) in enumerate(weighted, 1):
        for lexeme in {word, stems[word]}:
            places[lexeme].append(f"{min(place, LAST_PLACE)}{weight}")
    return " ".join(f"'{lexeme}':{','.join(at[:MOST_PLACES])}" for lexeme, at in sorted(places.items()))


def _remember(known: Iterable[str]) -> None:
    """Keep the words that a typo may be in. In their order, so that two writers can't wait for each other."""
    fresh = sorted({word for word in known if len(word) >= typos.SHORTEST and word.isalpha()})
    old = set(SearchWord.objects.filter(word__in=fresh).values_list("word", flat=True))
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in fresh if word not in old], ignore_conflicts=True
    )
