"""Pictures in S3, spoken to over HTTP by the unmodified client: moto's server stands in for Amazon."""

import io
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from moto.server import ThreadedMotoServer
from PIL import Image

from backend.config import storage
from tests.caller import Caller

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_S3_REGION_NAME": "us-east-1"}


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).create_bucket(Bucket="shop")
    yield url
    server.stop()


@pytest.fixture
def bucket(settings: Any, s3_url: str) -> str:
    """The environment of a shop whose files are in S3, as settings.py reads it."""
    environ = {**KEYS, "AWS_STORAGE_BUCKET_NAME": "shop", "AWS_S3_ENDPOINT_URL": s3_url}
    for name, value in storage.aws_settings(environ).items():
        setattr(settings, name, value)
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": storage.S3}}
    return s3_url


def fetch(url: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(url) as response:
        return response.read(), response.headers["Content-Type"]


def test_a_file_goes_there_and_back(bucket: str) -> None:
    path = default_storage.save("products/note.txt", ContentFile(b"kept in S3"))

    assert path == "products/note.txt"
    with default_storage.open(path) as kept:
        assert kept.read() == b"kept in S3"
    assert default_storage.size(path) == 10
    default_storage.delete(path)
    assert not default_storage.exists(path)


def test_an_uploaded_picture_is_served_from_the_bucket(bucket: str, as_staff: Caller) -> None:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(content, "PNG")
    upload = SimpleUploadedFile("photo.png", content.getvalue(), content_type="text/html")

    response = as_staff.client.post("/api/v1/staff/images/", {"image": upload}, headers=as_staff.headers)

    assert response.status_code == 201
    url = response.json()["url"]
    assert url.startswith(f"{bucket}/shop/products/")
    assert "X-Amz-Signature=" in url
    assert fetch(url) == (content.getvalue(), "image/png")


def test_addresses_are_plain_where_signing_is_off(bucket: str, settings: Any) -> None:
    for name, value in storage.aws_settings({"AWS_QUERYSTRING_AUTH": "False"}).items():
        setattr(settings, name, value)
    settings.STORAGES = dict(settings.STORAGES)  # rebuilds the storage

    assert default_storage.url("products/a.png") == f"{bucket}/shop/products/a.png"


def test_the_environment_is_typed() -> None:
    parameters = {"CacheControl": "max-age=86400"}
    environ = {
        **KEYS,
        "AWS_QUERYSTRING_AUTH": "False",
        "AWS_S3_FILE_OVERWRITE": "true",
        "AWS_QUERYSTRING_EXPIRE": "600",
        "AWS_S3_OBJECT_PARAMETERS": json.dumps(parameters),
        "AWS_S3_VERIFY": "false",
        "AWS_S3_CUSTOM_DOMAIN": "",
        "HOME": "/root",
    }

    assert storage.aws_settings(environ) == {
        **KEYS,
        "AWS_S3_SIGNATURE_VERSION": "s3v4",
        "AWS_QUERYSTRING_AUTH": False,
        "AWS_S3_FILE_OVERWRITE": True,
        "AWS_QUERYSTRING_EXPIRE": 600,
        "AWS_S3_OBJECT_PARAMETERS": parameters,
        "AWS_S3_VERIFY": False,
    }


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("AWS_QUERYSTRING_AUTH", "perhaps", "true or false"),
        ("AWS_QUERYSTRING_EXPIRE", "an hour", "a whole number"),
        ("AWS_S3_OBJECT_PARAMETERS", "{", "JSON"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(name: str, value: str, wanted: str) -> None:
    with pytest.raises(SystemExit) as stop:
        storage.aws_settings({name: value})

    assert stop.value.code == f"shopwire: setting {name}: {value!r} is not {wanted}"
