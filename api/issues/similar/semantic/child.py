"""The process that holds the sentence encoder: `python -m api.issues.similar.semantic.child FD`.

It takes one piece of work after the other on the socket FD and forks nothing. It has none of this
installation's secrets, and nothing of what it computed stays.
"""

import contextlib
import os
import socket
import sys
from typing import IO, TYPE_CHECKING

from api.http.computing.frames import read_message, send_message
from causeloop_pipeline.encoder.configured import load_configured_encoder
from causeloop_pipeline.encoder.folder import EncoderError
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

NICENESS = 5
ID_BYTES = 16


def main() -> int:
    """Work until the API has gone."""
    os.nice(NICENESS)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        try:
            encoder = load_configured_encoder(settings())
        except EncoderError as error:
            send_message(connection, (False, str(error)))
            return 1
        send_message(connection, (True, encoder.digest))
        with connection.makefile("rb") as incoming, contextlib.suppress(EOFError):
            _serve(encoder, connection, incoming)
    return 0


def _serve(encoder: "SentenceEncoder", connection: socket.socket, incoming: IO[bytes]) -> None:
    while True:
        name, arguments = read_message(incoming)
        result: tuple[bool, object]
        try:
            result = (True, locate(encoder, *arguments) if name == "locate" else find_nearest(*arguments))
        except Exception as error:  # the piece of work failed, not this process: its reason is logged there
            result = (False, f"{type(error).__name__}: {error}")
        send_message(connection, result)


def locate(
    encoder: "SentenceEncoder", text: str | None, stored: bytes, projection: bytes, centres: bytes
) -> tuple[bytes, list[int]]:
    """The vector of a text, unless one is stored, and the cells to be searched."""
    from causeloop_pipeline.analysis.detect.similarity.text_vectors import Projection, read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_cells import choose_cells

    if stored:
        vector = read_vectors(stored)
    else:
        vector = Projection.parse(projection).compress(encoder.encode(text or "")[None, :])
    return vector.tobytes(), choose_cells(vector, read_vectors(centres))


def find_nearest(vector: bytes, packed: bytes, limit: int) -> list[bytes]:
    """The ids nearest to a vector, of records of an id and its vector."""
    import numpy as np

    from causeloop_pipeline.analysis.detect.similarity.text_vectors import WIDTH, read_vectors
    from causeloop_pipeline.analysis.detect.similarity.vector_cells import find_nearest_rows

    records = np.frombuffer(packed, dtype=np.uint8).reshape(-1, ID_BYTES + WIDTH)
    rows = find_nearest_rows(read_vectors(vector), records[:, ID_BYTES:].view(np.int8), limit)
    return [records[row, :ID_BYTES].tobytes() for row in rows]


if __name__ == "__main__":
    sys.exit(main())
