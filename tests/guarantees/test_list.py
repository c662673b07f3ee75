"""The list of promises, and the pages that tell of it, are not older than the shop."""

import ast
import re
from functools import cache

import pytest

from tests.guarantees import page, run, seen, tree
from tests.guarantees.promise import Edit
from tests.guarantees.promises import ALL

BREAKS = [(promise, one) for promise in ALL for one in promise.breaks]
DOCS = ["guarantees.md", "known-cases.md"]


@cache
def names_in(file):
    """The tests that a file defines, as they stand in an id behind the file's name."""
    found = set()
    for node in ast.parse((tree.ROOT / file).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {
                f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
            }
        if isinstance(node, ast.Assign):  # TestShop = Shop.TestCase, of hypothesis
            found |= {f"{name.id}::runTest" for name in node.targets if isinstance(name, ast.Name)}
    return found


def assert_exists(test):
    file, _, name = test.partition("::")
    assert (tree.ROOT / file).exists(), f"no such file: {test}"
    assert name in names_in(file), f"no such test: {test}"


@pytest.mark.parametrize(("promise", "one"), BREAKS, ids=lambda value: getattr(value, "key", None))
def test_what_is_to_be_taken_out_is_there(promise, one):
    for edit in one.edits:
        tree.edited(edit, (tree.ROOT / edit.file).read_text())

    assert one.tests
    assert seen.words(promise, one), "nobody has seen it fail: make prove PROVE=--record"
    for test in one.tests:
        assert_exists(test)


def test_every_promise_is_kept_by_something_that_can_be_taken_out_or_says_why_not():
    keys = [promise.key for promise in ALL]

    assert len(set(keys)) == len(keys)
    assert [promise.key for promise in ALL if bool(promise.breaks) == bool(promise.why_not)] == []
    for promise in ALL:
        for test in promise.tests:
            assert_exists(test)
        assert promise.breaks or promise.tests


def test_the_page_is_made_of_the_list():
    text = page.PAGE.read_text()

    assert page.written(text) == text, "run: python -m tests.guarantees.page"


@pytest.mark.parametrize("name", DOCS)
def test_every_test_that_a_page_names_exists(name):
    named = re.findall(r"`([\w/]+/test_\w+\.py::[\w:]+)`", (tree.ROOT / "docs" / name).read_text())

    assert named
    for test in named:
        assert_exists(f"tests/{test}")


def test_an_edit_that_fits_nowhere_or_twice_is_refused():
    for old in ("none", "a", "b"):
        with pytest.raises(tree.Stale):
            tree.edited(Edit("x.py", old, old if old == "b" else ""), "aab")


def test_edits_are_undone_also_when_one_of_them_is_no_program(tmp_path):
    file = tmp_path / "x.py"
    file.write_text("good = 1\n")
    with tree.without([Edit("x.py", "1", "2")], tree=tmp_path):
        assert file.read_text() == "good = 2\n"
    bad = tree.without([Edit("x.py", "1", "2"), Edit("x.py", "good = 2", "bad =")], tree=tmp_path)
    with pytest.raises(SyntaxError), bad:
        pytest.fail("not reached")

    assert file.read_text() == "good = 1\n"


PROOF = {"tests/a.py::test_a": "AssertionError: 1 == 2"}


@pytest.mark.parametrize(
    ("code", "failed", "complaint"),
    [
        (1, PROOF, ""),
        (0, {}, "pytest ended with 0"),
        (2, PROOF, "pytest ended with 2"),
        (1, {}, "still passing: tests/a.py::test_a"),
        (1, {"tests/a.py::test_a": "NameError: x"}, "NameError: x"),
    ],
)
def test_only_a_failed_test_is_a_proof(code, failed, complaint):
    assert run.complaint(run.Outcome(code, 0, "", failed), ["tests/a.py::test_a"]) == complaint
