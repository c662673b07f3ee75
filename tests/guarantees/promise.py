"""A promise of the shop, what keeps it, and how to take that out to see its tests fail."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Text that stands once in a file, and what stands there instead while the tests are to fail."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Break:
    """One mechanism taken out: by the edits, told in words, and the tests that fail for want of it."""

    out: str
    edits: Sequence[Edit]
    tests: Sequence[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Promise:
    """What holds, always; `why_not` says why nothing is taken out for it, and then `tests` cover it."""

    key: str
    says: str
    kept_by: str
    breaks: Sequence[Break] = ()
    why_not: str = ""
    tests: Sequence[str] = ()
