"""A file of Shopify's product CSV as rows that know their line, grouped by product."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.text import slugify

from backend.catalog.importer.columns import fields_of
from backend.catalog.importer.problems import Problem, Unreadable

LARGEST_CELL = 1_000_000


@dataclass(frozen=True)
class Row:
    """One record; an absent column reads as empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass
class Sheet:
    """The whole file: rows by handle in the file's order, what it says nothing about, what can't be used."""

    fields: frozenset[str]
    unused: list[str]
    products: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(content: bytes) -> Sheet:
    """The file's rows. Raises Unreadable when it isn't UTF-8, CSV, or Shopify's."""
    records = _records(_text(content))
    header_line, header = next(records, (0, []))
    if not header_line:
        raise Unreadable("the file is empty")
    fields = fields_of(header)
    sheet = Sheet(fields=frozenset(fields.values()), unused=[])
    used_columns: set[int] = set()
    for line, cells in records:
        used_columns |= {number for number, cell in enumerate(cells) if cell.strip()}
        _sort_in(sheet, line, cells, fields, width=len(header))
    sheet.unused = [name for n, name in enumerate(header) if n not in fields and n in used_columns]
    return sheet


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("the file is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise Unreadable(
            f"line {line}: byte 0x{byte:02X} is not UTF-8; the file looks like Windows-1252"
            " (Excel's plain CSV): save it as CSV UTF-8"
        ) from None


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it starts on (quoted cells may hold line breaks)."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {start}: broken CSV, {error}") from None


def _sort_in(sheet: Sheet, line: int, cells: list[str], fields: Mapping[int, str], *, width: int) -> None:
    """Put the record under its product, or among the problems."""
    row = Row(line, {name: cells[n].strip() for n, name in fields.items() if n < len(cells)})
    handle = row["handle"].lower() or slugify(row["title"])
    if any(cell.strip() for cell in cells[width:]):
        reason = f"{len(cells)} cells under {width} headings (a comma outside quotes?)"
        sheet.problems.append(Problem(line, reason))
    elif not handle:
        sheet.problems.append(Problem(line, "Handle is empty"))
    # A broken row stays with its product, which must not be loaded without it.
    if handle:
        sheet.products.setdefault(handle, []).append(row)
