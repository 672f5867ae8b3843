"""Both streams of a container, told apart: the engine sends them in frames where there is no terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HEADER = 8  # bytes before each frame: the stream, three zeros, the length in four
STDERR = 2

Frame = tuple[int, bytes]


class Frames:
    """Takes the engine's bytes as they come, in any pieces.

    https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerAttach
    """

    def __init__(self) -> None:
        self._raw = bytearray()

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """The number of the stream and the bytes of each frame that is whole by now."""
        self._raw += chunk
        while len(self._raw) >= HEADER:
            end = HEADER + int.from_bytes(self._raw[4:HEADER])
            if len(self._raw) < end:
                return
            frame = self._raw[0], bytes(self._raw[HEADER:end])
            del self._raw[:end]
            yield frame


def contents(chunks: Iterable[bytes], terminal: bool) -> Iterator[bytes]:
    """What was written, in its order, to either stream; a terminal's has no frames."""
    if terminal:
        yield from chunks
        return
    frames = Frames()
    for chunk in chunks:
        yield from (written for _, written in frames.feed(chunk))
