"""Where a product hangs in the tree.

`Type` is the top category and the first tag that says something else hangs under it; without a type the first
tag is the top. Where a product has neither, Shopify's own breadcrumb (`Product Category`) is taken as it is.
Further tags are not used: a product hangs in one place.
"""

from backend.catalog.importer.problems import BadRow
from backend.catalog.importer.reading import Row

LONGEST = 100


def path_of(row: Row) -> tuple[str, ...]:
    """The names from the top down, none where the row says nothing. Raises BadRow for one too long."""
    path = _own_words(row) or tuple(filter(None, (name.strip() for name in row["category"].split(">"))))
    if any(len(name) > LONGEST for name in path):
        raise BadRow(f"a category's name is longer than {LONGEST} characters")
    return path


def _own_words(row: Row) -> tuple[str, ...]:
    top = row["type"]
    tags = [tag.strip() for tag in row["tags"].split(",")]
    child = next((tag for tag in tags if tag and tag.casefold() != top.casefold()), "")
    return tuple(filter(None, (top, child)))
