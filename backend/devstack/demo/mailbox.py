"""The folder that `make run` lets the shop's mail fall into, read as a customer reads mail."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from backend.devstack.demo.screen import Failed

_SECONDS = 20.0
_PAUSE = 0.1
_SEPARATOR = b"-" * 79


@dataclass(frozen=True)
class Mail:
    """One mail; `text` is its plain part."""

    to: str
    subject: str
    text: str


class Mailbox:
    """Mails that were written after this object was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # By size: Django appends to a file when the same process mails twice in a second.
        self._known = {file: file.stat().st_size for file in _files(folder)}

    def mails(self) -> list[Mail]:
        """Oldest first."""
        files = _files(self._folder)
        return [mail for file in files for mail in _read(file, skip=self._known.get(file, 0))]

    def wait_for(self, *, to: str, about: Sequence[str]) -> Mail:
        """The mail to an address whose subject holds each of the words. Raises Failed when none comes."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            for mail in self.mails():
                subject = mail.subject.lower()
                if mail.to == to and all(words.lower() in subject for words in about):
                    return mail
            time.sleep(_PAUSE)
        raise Failed(f"no mail about {' '.join(about)!r} to {to} in {self._folder}")


def token_in(mail: Mail) -> str:
    """What stands behind `?token=` in the mail's link. Raises Failed."""
    found = re.search(r"[?&]token=([^\s&]+)", mail.text)
    if found is None:
        raise Failed(f"there is no link with a token in the mail {mail.subject!r}")
    return found[1]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"))


def _read(file: Path, *, skip: int) -> Iterator[Mail]:
    """The mails of a file that are written to their end; Django closes each with a line of dashes."""
    *finished, _ = file.read_bytes()[skip:].split(_SEPARATOR)
    for raw in finished:
        message = message_from_bytes(raw.strip(), policy=policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        yield Mail(to=str(message["To"]), subject=str(message["Subject"]), text=text)
