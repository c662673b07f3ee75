"""Whose topics they are, for many who ask at once."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

from consumers import database, rights


async def test_whose_carts_they_are_is_one_question_for_apps_that_come_together(monkeypatch):
    owners = {uuid4(): uuid4() for _ in range(50)}
    questions = []

    async def ask(question):
        questions.append(question)
        return owners

    monkeypatch.setattr(database, "ask", ask)
    apps = [(f"cart:{cart}", SimpleNamespace(user_id=user)) for cart, user in owners.items()]
    watches = await asyncio.gather(*(rights.watch(*app) for app in apps))

    assert [watch.topics for watch in watches] == [[topic] for topic, _ in apps]
    assert len(questions) == 1


async def test_a_cart_that_was_asked_for_by_somebody_else_stays_its_owners(monkeypatch):
    cart, owner = uuid4(), uuid4()

    async def ask(question):
        return {cart: owner}

    monkeypatch.setattr(database, "ask", ask)
    users = [uuid4(), owner, uuid4()]
    asked = [rights.watch(f"cart:{cart}", SimpleNamespace(user_id=user)) for user in users]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert [str(answers[0]), answers[1].topics, str(answers[2])] == [
        "permission denied",
        [f"cart:{cart}"],
        "permission denied",
    ]
