"""What guests' answers are kept by: two requests share one only where they ask for the same."""

import pytest

from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db


def ask(as_guest, path, query="", **environ):
    """As it comes over the wire: the path decoded, the query as it is."""
    return as_guest.client.generic("GET", path, QUERY_STRING=query, **environ)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("/api/v1/products/?a=1/", "/api/v1/products/%3Fa=1/"),
        ("/api/v1/products/", "/api/v1/products/./"),
        ("/api/v1/products/?/", "/api/v1/products/%0A/"),
    ],
)
def test_what_only_looks_alike_is_another_address(as_guest, kept, asked):
    create()
    as_guest.get(kept)

    assert as_guest.get(asked).status_code == 404


@pytest.mark.not_over_http("HTTP has no such address; what becomes of one is each server's own")
def test_bytes_that_are_not_quoted_are_other_words(as_guest):
    create(name="Lämp")

    raw = ask(as_guest, "/api/v1/products/", query="search=l\xc3\xa4mp")
    quoted = ask(as_guest, "/api/v1/products/", query="search=l%C3%83%C2%A4mp")

    assert (raw.json()["count"], quoted.json()["count"]) == (1, 0)


@pytest.mark.about_the_cache
@pytest.mark.parametrize("path", ["products/categories/", "products/lamp/"])
def test_a_query_that_nobody_heeds_makes_no_other_answer(as_guest, path, django_assert_num_queries):
    create()
    as_guest.get(path)

    with django_assert_num_queries(0):
        assert as_guest.get(f"{path}?utm_source=mail").status_code == 200
