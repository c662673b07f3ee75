"""What a client says while the shop is still busy with what it said before."""

import asyncio

from backend.config.daphne_socket import MOST_UNHEARD, PatientSocket


def test_daphne_keeps_no_more_unheard_frames_than_may_be():
    socket = PatientSocket()
    socket.application_queue, socket.client_addr = asyncio.Queue(), None
    for _ in range(MOST_UNHEARD):
        socket.onMessage(b"{}", False)
    assert socket.application_queue.qsize() == MOST_UNHEARD

    for _ in range(3):
        socket.onMessage(b"{}", False)

    assert socket.application_queue.get_nowait() == {"type": "shopwire.end", "code": 3013}
    assert socket.application_queue.empty()
