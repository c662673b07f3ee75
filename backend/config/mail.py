"""EMAIL_URL as Django's MAILERS."""

from typing import Any
from urllib.parse import unquote, urlsplit


def mailer(url: str) -> dict[str, Any]:
    """Django's mailer for `smtp://`, `smtps://`, `console://` or `file:///folder`; ValueError for others."""
    parts = urlsplit(url)
    backend = "django.core.mail.backends"
    if parts.scheme == "console":
        return {"BACKEND": f"{backend}.console.EmailBackend"}
    if parts.scheme == "file":
        return {
            "BACKEND": "backend.config.mail_folder.EmailBackend",
            "OPTIONS": {"file_path": unquote(parts.path)},
        }
    if parts.scheme not in ("smtp", "smtps"):
        raise ValueError("EMAIL_URL must start with smtp://, smtps://, console:// or file:///")
    options = {
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.port == 587,
        "timeout": 10,
    }
    return {"BACKEND": f"{backend}.smtp.EmailBackend", "OPTIONS": options}
