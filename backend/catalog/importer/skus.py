"""SKUs for rows that bring none: made of the handle and the options alone, so that they never move.

A handle holds no dot, so `HANDLE.OPTION.OPTION` can't be another product's `HANDLE`.
"""

import hashlib
import re
from collections.abc import Sequence

from django.utils.text import slugify

LONGEST = 100
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*")


def derived(*, handle: str, options: Sequence[str] = ()) -> str:
    """The SKU of a product, or of one of its variants."""
    sku = ".".join([handle.upper(), *map(_word, options)])
    return sku if len(sku) <= LONGEST else f"{sku[: LONGEST - 9]}-{_digest(sku, 8)}"


def _word(option: str) -> str:
    """`Extra Large` as EXTRA-LARGE. What letters and digits can't tell apart (+1, -1, ½) gets a digest."""
    if _PLAIN.fullmatch(option):
        return option.replace(" ", "-").upper()
    return "-".join(filter(None, [slugify(option).upper(), _digest(option, 6)]))


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length].upper()
