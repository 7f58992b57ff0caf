"""A load on a web server: many clients, each with requests of its own.

`python -m bench.reference.load HOST PORT SECONDS PAUSE` reads requests as JSON from standard input, a list of
base64 texts for each client, and writes what it saw as JSON. A process of its own: what it costs is not the
server's time.

Without a PAUSE a client asks again as soon as it is answered: that finds how many requests a second there can be.
With one, clients come in at random within the first pause and then ask once in each, whether or not the server was
quick, and an answer's time counts from the moment it was due to be asked: that finds how long people wait.
"""

import asyncio
import base64
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle


@dataclass
class Seen:
    """The time that each answer took, and how many there were of each status."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


async def client(
    host: str, port: int, requests: Iterator[bytes], until: float, pause: float, seen: Seen
) -> None:
    """Ask until time is up or there is nothing left to ask."""
    reader, writer = await asyncio.open_connection(host, port)
    due = time.perf_counter() + random.uniform(0, pause)
    try:
        for request in requests:
            if pause:
                await asyncio.sleep(max(0, due - time.perf_counter()))
            begun, due = (due if pause else time.perf_counter()), due + pause
            if begun >= until:
                break
            writer.write(request)
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionResetError) as closed:
                # A server closes what has rested for some seconds; a browser then asks once more.
                if getattr(closed, "partial", b""):
                    raise
                writer.close()
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            seen.seconds.append(time.perf_counter() - begun)
            seen.statuses[head[9:12].decode()] += 1
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def load(
    host: str, port: int, requests: Sequence[Sequence[bytes]], seconds: float, pause: float
) -> dict:
    """All clients together. Without `seconds` each asks each of its requests once."""
    seen = Seen()
    begun = time.perf_counter()
    until = begun + seconds if seconds else float("inf")
    await asyncio.gather(
        *(
            client(host, port, cycle(each) if seconds else iter(each), until, pause, seen)
            for each in requests
        )
    )
    rate = len(seen.seconds) / (time.perf_counter() - begun)
    return {"rate": rate, "seconds": seen.seconds, "statuses": seen.statuses}


def main() -> None:
    """See the module."""
    host, port, seconds, pause = sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:5])
    requests = [[base64.b64decode(one) for one in each] for each in json.load(sys.stdin)]
    print(json.dumps(asyncio.run(load(host, port, requests, seconds, pause))))


if __name__ == "__main__":
    main()
