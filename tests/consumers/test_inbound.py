"""What a client says while the shop is still busy with what it said before."""

import asyncio

from backend.config.daphne_socket import MOST_UNHEARD, PatientSocket


def test_daphne_keeps_no_more_unheard_frames_than_may_be(monkeypatch):
    socket, closed = PatientSocket(), []
    socket.application_queue, socket.client_addr = asyncio.Queue(), None
    monkeypatch.setattr(socket, "sendClose", lambda *why: closed.append(why))
    for _ in range(MOST_UNHEARD):
        socket.onMessage(b"{}", False)
    assert closed == []

    socket.onMessage(b"{}", False)

    assert socket.application_queue.qsize() == MOST_UNHEARD
    assert closed == [(3013, "too many requests")]
