"""Where products stand in lists. Knows sort keys, words and counts; products and categories are labels.

The catalogue and the inventory both write here, each what it knows, and neither has to know the other's
tables.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

NO_CATEGORY = uuid.UUID(int=0)
_ON_SALE = Q(is_active=True)


class Place(models.Model):
    """What lists filter and sort a product by, in one narrow row. There is one for each, on sale or not."""

    product_id = models.UUIDField(primary_key=True)
    slug = models.TextField(help_text="As its stock is labelled")
    category_id = models.UUIDField(default=NO_CATEGORY)
    cents = models.BigIntegerField(help_text="The price, in hundredths")
    created_at = models.DateTimeField()
    name = models.TextField(help_text="In lower case")
    is_active = models.BooleanField()
    is_tracked = models.BooleanField()
    is_buyable = models.BooleanField(help_text="Units are left, or they are not counted")
    words = SearchVectorField(help_text="See catalog/search_text.py")
    words_version = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="Of the search_text.py that made them; the first told none"
    )

    class Meta:
        # Each order has an index that answers a page by itself. Backwards it is the opposite order, ids of
        # equals too. `is_active` is their condition, not a column.
        indexes = [
            models.Index(
                fields=["cents", "product_id"],
                include=["category_id", "is_buyable", "created_at", "name"],
                condition=_ON_SALE,
                name="place_by_cents",
            ),
            models.Index(
                fields=["-created_at", "product_id"],
                include=["category_id", "cents", "is_buyable"],
                condition=_ON_SALE,
                name="place_by_age",
            ),
            models.Index(
                fields=["name", "product_id"],
                include=["category_id", "cents", "is_buyable"],
                condition=_ON_SALE,
                name="place_by_name",
            ),
            models.Index(
                fields=["category_id", "cents", "product_id"],
                include=["created_at", "is_buyable", "name"],
                condition=_ON_SALE,
                name="place_in_category",
            ),
            models.Index(
                fields=["category_id", "cents"],
                condition=_ON_SALE & Q(is_buyable=False),
                name="place_sold_out",
            ),
            GinIndex(fields=["words"], name="place_words", fastupdate=False),
        ]
        constraints = [models.UniqueConstraint(fields=["slug"], name="place_once_per_slug")]

    def __str__(self) -> str:
        return self.slug


class Ladder(models.Model):
    """The prices of a category's products on sale, sorted: how many lie in a range is two binary searches."""

    category_id = models.UUIDField(primary_key=True)
    buyable = ArrayField(models.BigIntegerField(), default=list)
    sold_out = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return str(self.category_id)


class Block(models.Model):
    """How many places on sale came before this one, in one order, when they were counted: see blocks.py.

    Every 500th has a block, so that a position is found without walking all the way to it.
    """

    pk = models.CompositePrimaryKey("ordering", "number")
    ordering = models.TextField(help_text="The column of a place that it goes by")
    number = models.IntegerField()
    product_id = models.UUIDField()
    cents = models.BigIntegerField()
    created_at = models.DateTimeField()
    name = models.TextField()
    buyable = models.BigIntegerField()
    sold_out = models.BigIntegerField()
    has_shares = models.BooleanField(
        default=False, db_default=False, help_text="Counted with the shares; a version before made none"
    )
    has_tallies = models.BooleanField(
        default=False, db_default=False, help_text="And with the tallies; the version before made none"
    )

    def __str__(self) -> str:
        return f"{self.ordering} {self.number}"


class Share(models.Model):
    """In which blocks a category's places were when these were counted: their numbers, sorted like a ladder.

    A block begins with its place. What comes before the first is in number 0.
    """

    pk = models.CompositePrimaryKey("ordering", "category_id")
    ordering = models.TextField(help_text="As of the blocks")
    category_id = models.UUIDField()
    buyable = ArrayField(models.IntegerField())
    sold_out = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return f"{self.ordering} {self.category_id}"


class Tally(models.Model):
    """How many of a branch's places that cost less came before every so-manieth block, and at last of all."""

    pk = models.CompositePrimaryKey("ordering", "branch", "cents")
    ordering = models.TextField(help_text="As of the blocks")
    branch = models.TextField(help_text="As its categories are called together; the whole shop has no name")
    cents = models.BigIntegerField(help_text="Less than this")
    blocks = models.IntegerField(help_text="From one number to the next")
    buyable = ArrayField(models.IntegerField())
    sold_out = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return f"{self.ordering} {self.branch} below {self.cents}"


class Shift(models.Model):
    """A place that was taken or left since the blocks were counted, and on which side."""

    product_id = models.UUIDField()
    category_id = models.UUIDField(null=True, help_text="The version before told none")
    cents = models.BigIntegerField()
    created_at = models.DateTimeField()
    name = models.TextField()
    buyable = models.SmallIntegerField()
    sold_out = models.SmallIntegerField()

    def __str__(self) -> str:
        return str(self.product_id)
