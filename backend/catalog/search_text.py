"""What a product is found by: the words of its place on the shelf, and those that others may mean.

A word stands in the vector as it is. If it is of the name or an SKU, it stands there as `=word` too, and as
`~word` if it is of those, of a category or of a variant: so the index alone can tell where a word was found.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.utils.html import strip_tags

from backend.catalog import words
from backend.catalog.models import Product, SearchWord
from backend.catalog.tree import Tree

VERSION = 1  # of the words: one more whenever they come out otherwise, or a shop keeps those of old
MOST_BYTES = 150_000  # of one product's words; six times that fits into a tsvector
NAME, KIND = "=", "~"
SHORTEST_BEGINNING = 3
_LETTERS = re.compile("[^0-9]+")
_GOES_ON = "*"


def vectors(products: Iterable[Product], *, forest: Tree) -> dict[UUID, str]:
    """Each product's tsvector in PostgreSQL's notation; variants on sale are prefetched. Remembers words."""
    texts = {product.pk: _tagged(product, forest) for product in products}
    stems = _stems({word for tagged in texts.values() for word in tagged})
    _remember({*stems, *stems.values()})
    return {product_id: _vector(tagged, stems) for product_id, tagged in texts.items()}


def _tagged(product: Product, forest: Tree) -> dict[str, str]:
    """Each word with the tags of where it stands."""
    variants = product.variants.all()
    titles = [product.name, product.sku, *(variant.sku for variant in variants)]
    kinds = [category.name for category in forest.path(product.category_id)]
    kinds += [variant.name for variant in variants]
    kinds += [str(value) for variant in variants for value in variant.attributes.values()]
    fields = [(NAME + KIND, titles), (KIND, kinds), ("", [strip_tags(product.description)])]
    tagged: dict[str, str] = {}
    size = 0
    for tags, texts in fields:
        for word in words.with_compounds("\n".join(texts)):
            if word not in tagged and (size := size + len(word.encode())) < MOST_BYTES:
                tagged[word] = tags
    return tagged


def _stems(known: Iterable[str]) -> dict[str, str]:
    """Each word's English stem; a stop word and a word of another language stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, coalesce((ts_lexize('english_stem', word))[1], word) FROM unnest(%s::text[]) word",
            [sorted(known)],
        )
        return dict(cursor.fetchall())


def _vector(tagged: dict[str, str], stems: dict[str, str]) -> str:
    """Words are letters and digits, so that nothing needs escaping."""
    return " ".join(
        f"'{tag}{lexeme}'"
        for word, tags in tagged.items()
        for lexeme in {word, stems[word]}
        for tag in ("", *tags)
    )


def remembered(word: str) -> str | None:
    """As what it is kept for those who begin or mistype it: itself, or up to a digit in it, with an asterisk.

    So all that begin with some letters can be named, but where a digit follows, as in SKUs.
    """
    letters = _LETTERS.match(word)
    if letters is None or len(letters[0]) < SHORTEST_BEGINNING:
        return None
    return word if letters[0] == word else letters[0] + _GOES_ON


def goes_on(known: str) -> bool:
    """Whether this stands for words that go on with a digit."""
    return known.endswith(_GOES_ON)


def _remember(known: Iterable[str]) -> None:
    """Keep what somebody may begin or mistype. In order, so that two writers can't wait for each other."""
    fresh = sorted({kept for word in known if (kept := remembered(word))})
    old = set(SearchWord.objects.filter(word__in=fresh).values_list("word", flat=True))
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in fresh if word not in old], ignore_conflicts=True
    )
