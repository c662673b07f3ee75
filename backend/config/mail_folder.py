"""EMAIL_URL=file:///folder: every mail in a file of its own, whole or not there at all.

Django names its files by the second and an address in memory, which two workers of one parent share: their
mails of one second ended up in one file, one in the other.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.mail.backends import filebased


class EmailBackend(filebased.EmailBackend):
    """Read like Django's own: `*.log`, a line of dashes after each mail."""

    stream: Any

    def open(self) -> bool:
        """Begin a file that nobody takes for a mail yet."""
        self._file = Path(self.file_path) / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex}.log"
        self.stream = self._file.with_suffix(".part").open("wb")
        return True

    def close(self) -> None:
        """Show what was written."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None
            self._file.with_suffix(".part").rename(self._file)
