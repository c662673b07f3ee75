"""What guests get may be kept and asked about again; what is for one caller is never kept."""

import pytest

from tests.catalog.drafting import create, update

pytestmark = pytest.mark.django_db
PATHS = ["products/", "products/?search=lamp&facets=true", "products/lamp/", "products/categories/"]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_says_how_it_may_be_kept(as_guest, path):
    create()

    headers = as_guest.get(path).headers

    assert headers["Cache-Control"] == "public, no-cache"
    assert {"authorization", "origin"} <= {word.lower() for word in headers["Vary"].split(", ")}
    assert len(headers["ETag"]) == 34


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_gets_304(as_guest, path, form):
    create()
    whole = as_guest.get(path)

    answer = as_guest.get(path, If_None_Match=form.format(whole.headers["ETag"]))

    assert (answer.status_code, answer.content) == (304, b"")
    assert {name: answer.headers[name] for name in ("ETag", "Cache-Control", "Vary")} == {
        name: whole.headers[name] for name in ("ETag", "Cache-Control", "Vary")
    }
    assert not {"Content-Type", "Content-Length"} & set(answer.headers)  # it would be that of the whole one


def test_who_has_an_older_one_gets_the_new_one(as_guest, settle):
    create()
    old = as_guest.get("products/lamp/")
    update("lamp", name="Light")
    settle()

    new = as_guest.get("products/lamp/", If_None_Match=old.headers["ETag"])

    assert (new.status_code, new.json()["name"]) == (200, "Light")
    assert new.headers["ETag"] != old.headers["ETag"]


@pytest.mark.parametrize("tag", ["nonsense", '"other"', ""])
def test_another_tag_is_no_match(as_guest, tag):
    create()

    assert as_guest.get("products/lamp/", If_None_Match=tag).status_code == 200


def test_what_is_not_there_is_kept_by_nobody(as_guest):
    answer = as_guest.get("products/lamp/", If_None_Match="*")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("path", PATHS)
def test_what_is_for_one_caller_is_kept_by_nobody(as_guest, as_alice, path):
    create()
    tag = as_guest.get(path).headers["ETag"]

    answer = as_alice.get(path, If_None_Match=tag)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert answer.json() == as_guest.get(path).json()


def test_the_same_again_has_the_same_tag(as_guest, settle):
    create()
    before = as_guest.get("products/lamp/").headers["ETag"]
    create("DESK")
    settle()

    assert as_guest.get("products/lamp/").headers["ETag"] == before
