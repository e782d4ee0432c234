"""Messages arrive as they were sent, however large, and in however many pieces."""

import asyncio
import socket
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.computing.frames import read_message, receive, send, send_message

LARGE = b"x" * 3_000_001
MESSAGES = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def return_back(connection: socket.socket) -> None:
    """Send what comes back, as a computing process does."""
    with connection, connection.makefile("rb") as incoming:
        try:
            while True:
                send_message(connection, read_message(incoming))
        except EOFError:
            return


async def exchange(*messages: Any) -> list[Any]:
    """Each message as it came back, after the one before it."""
    ours, theirs = socket.socketpair()
    other = threading.Thread(target=return_back, args=(theirs,), daemon=True)
    other.start()
    reader, writer = await asyncio.open_connection(sock=ours)
    answers = []
    for message in messages:
        sent = await send(writer, message)
        answer, received = await receive(reader)
        answers.append(answer)
        assert sent == pytest.approx(received, abs=100)  # what occurs twice may be sent once
    writer.close()
    await writer.wait_closed()
    other.join()
    return answers


@given(st.lists(MESSAGES, max_size=5))
def test_messages_come_back_one_after_the_other(messages: list[Any]) -> None:
    assert asyncio.run(exchange(*messages)) == messages


@pytest.mark.parametrize("message", [LARGE, "ä" * 1_000_000, [LARGE, {"a": LARGE}, "b", LARGE[1:]]])
def test_a_large_one_comes_back_whole_and_the_next_one_too(message: Any) -> None:
    assert asyncio.run(exchange(message, "next", message)) == [message, "next", message]


def test_a_message_that_breaks_off_is_no_message() -> None:
    async def break_off() -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall((100).to_bytes(8, "big") + b"half")
        reader, writer = await asyncio.open_connection(sock=ours)
        with pytest.raises(asyncio.IncompleteReadError):
            await receive(reader)
        writer.close()

    asyncio.run(break_off())
