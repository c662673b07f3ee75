"""Pictures for products, uploaded by staff."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status

from api import auth
from api.responses import responses
from backend.catalog import pictures
from backend.core.errors import Invalid

router = Router(tags=["staff"])


class Picture(Schema):
    """A stored picture: `image` goes into a product's `images`, `url` shows it."""

    image: str
    url: str

    model_config = {
        "json_schema_extra": {
            "example": {
                "image": "products/0f6e7c0e6d5b4e0f9f5b8a3f4c1d2e3f.png",
                "url": "https://shop.example/media/products/0f6e7c0e6d5b4e0f9f5b8a3f4c1d2e3f.png",
            }
        }
    }


@router.post(
    "/",
    auth=auth.staff,
    summary="Upload a picture",
    response=responses(ok={201: Picture}, also=(401, 403)),
)
def upload_picture(request: HttpRequest, image: File[UploadedFile]) -> Status[dict[str, Any]]:
    """A PNG, JPEG, WebP or GIF of up to 10 MiB and 25 million pixels, as `multipart/form-data`."""
    if (image.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise Invalid("The picture is larger than 10 MiB", code="payload_too_large")
    path = pictures.keep(image)
    return Status(201, {"image": path, "url": request.build_absolute_uri(default_storage.url(path))})
