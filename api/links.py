"""Addresses of images: absolute, so that they work in any app; made here and nowhere else."""

import re
from urllib.parse import unquote

from django.core.files.storage import default_storage
from django.http import HttpRequest

from backend.catalog import shapes

_ANY = "any/name"
_FOREVER = 10**9
_MARKED = re.compile(f'{shapes.IMAGES}([^"]*)')


def life_seconds() -> int:
    """How long a text with addresses may be kept, and then as long again: signed ones are good for a time."""
    return int(getattr(default_storage, "querystring_expire", _FOREVER)) // 3


def with_addresses(text: str, *, request: HttpRequest) -> str:
    """The JSON with an address for each path in the storage that shapes.py has marked."""
    address = default_storage.url(_ANY)
    if address.endswith(_ANY):
        return text.replace(shapes.IMAGES, request.build_absolute_uri(address.removesuffix(_ANY)))
    # An address that is signed (S3 without a public domain) is made for each file.
    return _MARKED.sub(lambda found: default_storage.url(unquote(found[1])), text)
