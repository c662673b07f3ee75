"""The product list's filters combine, its facets count what each choice would leave; in few queries."""

import pytest

pytestmark = pytest.mark.django_db


def listed(caller, query=""):
    response = caller.get(f"products/?{query}")
    assert response.status_code == 200
    return [product["slug"] for product in response.json()["results"]]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", "abcd"),
        ("category=home", "abc"),
        ("category=lights", "bc"),
        ("category=desk-lights", "c"),
        ("category=unknown", ""),
        ("category=", "abcd"),
        ("min_price=24.99", "bcd"),
        ("max_price=24.99", "ab"),
        ("min_price=24.99&max_price=25", "bc"),
        ("min_price=30&max_price=20", ""),
        ("in_stock=true", "bcd"),
        ("in_stock=false", "a"),
        ("category=home&in_stock=true&min_price=25&search=c", "c"),
        ("category=home&in_stock=false&search=b", ""),
        ("ordering=price", "abcd"),
        ("ordering=-price", "dcba"),
        ("ordering=created_at", "dcba"),
        ("ordering=-created_at", "abcd"),
        ("ordering=name", "abcd"),
        ("search=lights&ordering=-price", "cb"),
    ],
)
@pytest.mark.usefixtures("shelf")
def test_filters_combine(as_guest, query, slugs):
    assert listed(as_guest, query) == list(slugs)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ordering=rating", "ordering"),
        ("ordering=-name", "ordering"),
        ("page_size=101", "page_size"),
        ("page_size=0", "page_size"),
        ("page=0", "page"),
        ("page=two", "page"),
        ("min_price=-1", "min_price"),
        ("max_price=-0.01", "max_price"),
        ("min_price=cheap", "min_price"),
        ("min_price=NaN", "min_price"),
        ("max_price=Infinity", "max_price"),
        ("max_price=99999999999999", "max_price"),
        ("in_stock=maybe", "in_stock"),
        ("search=" + "x" * 501, "search"),
        ("search=a%00b", "search"),
        ("category=%00", "category"),
    ],
)
def test_filters_that_make_no_sense_are_refused(as_guest, query, field):
    response = as_guest.get(f"products/?{query}")

    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    assert list(response.json()["details"]) == [field]


@pytest.mark.usefixtures("shelf")
def test_facets_count_what_each_choice_would_leave(as_guest):
    assert as_guest.get("products/?facets=true").json()["facets"] == {
        "category": [
            {"slug": "home", "name": "Home", "count": 3},
            {"slug": "lights", "name": "Lights", "count": 2},
            {"slug": "desk-lights", "name": "Desk lights", "count": 1},
            {"slug": "other", "name": "Other", "count": 1},
        ],
        "price": [
            {"min": "0.00", "max": "24.99", "count": 2},
            {"min": "25.00", "max": "49.99", "count": 1},
            {"min": "1000.00", "max": None, "count": 1},
        ],
        "in_stock": {"true": 3, "false": 1},
    }


@pytest.mark.usefixtures("shelf")
def test_a_facet_heeds_every_filter_but_its_own(as_guest):
    answer = as_guest.get("products/?facets=true&category=lights&in_stock=true&max_price=100").json()

    assert answer["count"] == 2
    assert answer["facets"] == {
        "category": [
            {"slug": "home", "name": "Home", "count": 2},
            {"slug": "lights", "name": "Lights", "count": 2},
            {"slug": "desk-lights", "name": "Desk lights", "count": 1},
        ],
        "price": [
            {"min": "0.00", "max": "24.99", "count": 1},
            {"min": "25.00", "max": "49.99", "count": 1},
        ],
        "in_stock": {"true": 2, "false": 0},
    }


@pytest.mark.usefixtures("shelf")
def test_each_facet_keeps_its_promise(as_guest):
    facets = as_guest.get("products/?facets=true&search=lights").json()["facets"]

    for choice in facets["category"]:
        assert len(listed(as_guest, f"search=lights&category={choice['slug']}")) == choice["count"]
    for choice in facets["price"]:
        upper = f"&max_price={choice['max']}" if choice["max"] else ""
        query = f"search=lights&min_price={choice['min']}{upper}"
        assert len(listed(as_guest, query)) == choice["count"]


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 1), ("search=lights", 2), ("facets=true&search=lights&category=home&in_stock=true&min_price=1", 2)],
)
@pytest.mark.usefixtures("shelf")
def test_the_number_of_queries_is_fixed(as_guest, django_assert_num_queries, query, queries):
    listed(as_guest, "facets=true")  # the tree of categories is remembered

    with django_assert_num_queries(queries):
        listed(as_guest, query)
