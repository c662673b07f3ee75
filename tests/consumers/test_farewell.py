"""Why a socket ends is heard over slow lines too."""

import socket
import time

ASK = (
    b"GET /ws/stock/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CLOSE = b"\x88\x80\0\0\0\0"


def test_who_answers_a_close_late_was_not_reset_meanwhile(server):
    """A reset takes with it what is still on its way; two seconds are a bad line, not a dead one."""
    with socket.create_connection(("127.0.0.1", server), timeout=30) as raw:
        raw.sendall(ASK)
        heard = b""
        while not heard.endswith(b"bad request"):
            part = raw.recv(4096)
            assert part, heard
            heard += part
        time.sleep(2)
        raw.sendall(CLOSE)  # an error where it was reset
    assert b"validation_error" in heard
