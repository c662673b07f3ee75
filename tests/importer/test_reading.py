"""A file becomes rows with lines, or says in one sentence why not."""

from pathlib import Path

import pytest

from backend.catalog.importer import reading
from backend.catalog.importer.problems import Problem, Unreadable

SAMPLES = Path(__file__).parent / "samples"
HEADER = b"Handle,Title,Variant Price\n"


def test_rows_are_grouped_by_handle_and_know_their_line() -> None:
    sheet = reading.read((SAMPLES / "lamps.csv").read_bytes())

    lines = {handle: [row.line for row in rows] for handle, rows in sheet.products.items()}
    assert lines == {"reading-lamp": [2, 4], "garden-light": [5, 6, 7], "paper-shade": [8]}
    assert sheet.unused == ["Vendor"]
    assert sheet.problems == []


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    sheet = reading.read(b'\xef\xbb\xbfHandle,Title\r\nmug,"Mug,\r\nblue"\r\n\r\n,\r\ncup,Cup\r\n')

    rows = [row for rows in sheet.products.values() for row in rows]
    assert [(row.line, row["handle"], row["title"]) for row in rows] == [
        (2, "mug", "Mug,\r\nblue"),
        (6, "cup", "Cup"),
    ]


def test_a_product_without_a_handle_gets_one_from_its_title() -> None:
    sheet = reading.read("Title,Variant Price\nCafé au Lait,3\n".encode())

    assert list(sheet.products) == ["cafe-au-lait"]


def test_a_row_that_is_too_wide_or_nobodys_is_reported() -> None:
    sheet = reading.read(HEADER + b"mug,Mug,5,oops\n,,7\ncup,Cup\n")

    assert sheet.problems == [
        Problem(2, "4 cells under 3 headings (a comma outside quotes?)"),
        Problem(3, "Handle is empty"),
    ]
    assert list(sheet.products) == ["mug", "cup"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"name,price\n", "line 1: there is no column Title, so this is not Shopify's product CSV"),
        (b"Handle;Title\n", "line 1: the columns are separated by semicolons; save the file with commas"),
        (b"Title,Variant SKU,SKU\n", "line 1: two columns mean the same: Variant SKU and SKU"),
        ("Title\n".encode("utf-16"), "the file is UTF-16; save it as UTF-8"),
        (
            HEADER + "mug,Mug,5\ncafe,Café,5\n".encode("cp1252"),
            "line 3: byte 0xE9 is not UTF-8; the file looks like Windows-1252 (Excel's plain CSV):"
            " save it as CSV UTF-8",
        ),
        (HEADER + b'mug,Mug,5\ncup,"Cup,5\n', "line 3: broken CSV, unexpected end of data"),
        (HEADER + b'mug,"Mug"x,5\n', "line 2: broken CSV, ',' expected after '\"'"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        reading.read(content)

    assert str(error.value) == reason
