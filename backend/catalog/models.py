"""What the shop shows: categories, products, variants, images, and what people wish for."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from backend.core.models import Row


class Category(Row):
    """A node of the category tree."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    image = models.CharField(max_length=500, blank=True, help_text="A path in the storage, or a URL")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="category_once_per_parent", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class Product(Row):
    """A thing on sale. Without variants it is sold under its own SKU, else under theirs."""

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    sku = models.CharField(max_length=100, unique=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    compare_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cost_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    weight = models.CharField(max_length=50, blank=True)
    dimensions = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_featured = models.BooleanField(default=False)
    track_inventory = models.BooleanField(default=True)
    low_stock_threshold = models.PositiveIntegerField(null=True, blank=True)
    rating_sum = models.PositiveIntegerField(default=0)
    review_count = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=Decimal(0)), name="product_price_positive")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def quantity(self) -> int:
        """Units that may be sold, all variants together. KeyError where queries.py has not counted them."""
        return int(vars(self)["units"])

    @property
    def is_in_stock(self) -> bool:
        """Whether it can be bought; what is not counted always can."""
        return not self.track_inventory or self.quantity > 0


class Variant(Row):
    """One choice of a product, with its own SKU and maybe its own price."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=100, unique=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    attributes = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class SkuClaim(models.Model):
    """An SKU in use, by a product or one of its variants: no other product may ever use it."""

    sku = models.CharField(max_length=100, primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.sku


class SearchWord(models.Model):
    """A word that some product is found by: what a beginning or a typo may mean (search_text.remembered)."""

    word = models.CharField(max_length=64, primary_key=True)

    class Meta:
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_parts", fastupdate=False)]

    def __str__(self) -> str:
        return self.word


class ProductImage(Row):
    """A picture: a path in our storage, or a URL elsewhere."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    image = models.CharField(max_length=500)
    alt_text = models.CharField(max_length=255, blank=True)
    is_primary = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "created_at"]

    def __str__(self) -> str:
        return self.image


class Representation(models.Model):
    """A product's JSON, written by representations.py when the product changes: all but what lives elsewhere.

    Where something is read live (units, reviews, the cost price) a mark stands, see shapes.py.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True)
    shape = models.PositiveSmallIntegerField(help_text="The version of shapes.py that wrote it")
    summary = models.TextField(help_text="As lists show it")
    detail = models.TextField(help_text="As its page shows it")

    def __str__(self) -> str:
        return str(self.product_id)


class Wish(models.Model):
    """A product on somebody's wishlist."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at"]
        constraints = [models.UniqueConstraint(fields=["user", "product"], name="wish_once")]

    def __str__(self) -> str:
        return f"{self.user_id} wishes {self.product_id}"
