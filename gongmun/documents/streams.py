"""The streams of a PDF, compressed once; pydyf does it twice. See decision 0012."""

from collections.abc import Iterator
from contextlib import contextmanager

import pydyf


@contextmanager
def compressed_once() -> Iterator[None]:
    """While this is open, a stream of pydyf keeps the bytes that it was first asked for.

    pydyf asks when it writes the stream, and again for the hash that becomes the /ID of the file.
    Nothing changes a stream in between, so the file is the same to the byte. Not for threads: it
    changes pydyf's class, and is used in render workers, which have one.
    """
    original = pydyf.Stream.data

    def data(stream: pydyf.Stream) -> bytes:
        if not hasattr(stream, "written"):
            stream.written = original.fget(stream)
        written: bytes = stream.written
        return written

    pydyf.Stream.data = property(data)
    try:
        yield
    finally:
        pydyf.Stream.data = original
