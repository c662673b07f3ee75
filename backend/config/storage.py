"""The `AWS_*` variables as django-storages wants them: it reads settings, where "False" would be true."""

import json
from collections.abc import Mapping
from typing import Any

from backend.config import env

BUCKET = "AWS_STORAGE_BUCKET_NAME"
S3 = "storages.backends.s3.S3Storage"
FLAGS = {
    "AWS_QUERYSTRING_AUTH",
    "AWS_S3_FILE_OVERWRITE",
    "AWS_IS_GZIPPED",
    "AWS_S3_USE_SSL",
    "AWS_S3_USE_THREADS",
}
NUMBERS = {"AWS_QUERYSTRING_EXPIRE", "AWS_S3_MAX_MEMORY_SIZE"}
OBJECTS = {"AWS_S3_OBJECT_PARAMETERS", "AWS_S3_PROXIES"}
DEFAULTS = {"AWS_S3_SIGNATURE_VERSION": "s3v4"}  # the older one, boto's default, is refused by many stores
WORDS = {"true": True, "1": True, "false": False, "0": False}


def aws_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Every `AWS_*` variable that is not empty, typed. Stops the process with one line for a wrong value."""
    given = {name: value for name, value in environ.items() if name.startswith("AWS_") and value}
    return {**DEFAULTS, **{name: _typed(name, value) for name, value in given.items()}}


def _typed(name: str, value: str) -> Any:
    try:
        if name in FLAGS:
            return WORDS[value.lower()]
        if name in NUMBERS:
            return int(value)
        if name in OBJECTS:
            return json.loads(value)
    except (KeyError, ValueError):
        env.stop(f"setting {name}: {value!r} is not {_wanted(name)}")
    # A path to certificates, or `false` for a test server's own.
    return WORDS.get(value.lower(), value) if name == "AWS_S3_VERIFY" else value


def _wanted(name: str) -> str:
    return "true or false" if name in FLAGS else "a whole number" if name in NUMBERS else "JSON"
