"""A load on a web server: many clients, each asks again as soon as it is answered.

`python -m bench.reference.load HOST PORT CLIENTS SECONDS` reads requests as JSON from standard input, a list of
base64 texts for each client, and writes what it saw as JSON. A process of its own: what it costs is not the
server's time.
"""

import asyncio
import base64
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle


async def client(
    host: str,
    port: int,
    requests: Iterator[bytes],
    until: float,
    seconds: list[float],
    statuses: Counter[str],
) -> None:
    """Ask until time is up or there is nothing left to ask; each answer's time and status."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for request in requests:
            begun = time.perf_counter()
            if begun >= until:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            seconds.append(time.perf_counter() - begun)
            statuses[head[9:12].decode()] += 1
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def load(host: str, port: int, requests: Sequence[Sequence[bytes]], seconds: float) -> dict:
    """All clients at once. Without `seconds` each asks each of its requests once."""
    taken: list[float] = []
    statuses: Counter[str] = Counter()
    begun = time.perf_counter()
    until = begun + seconds if seconds else float("inf")
    await asyncio.gather(
        *(
            client(host, port, cycle(each) if seconds else iter(each), until, taken, statuses)
            for each in requests
        )
    )
    return {
        "rate": len(taken) / (time.perf_counter() - begun),
        "p99": sorted(taken)[int(len(taken) * 0.99)],
        "statuses": statuses,
    }


def main() -> None:
    """See the module."""
    host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    requests = [[base64.b64decode(one) for one in each] for each in json.load(sys.stdin)]
    print(json.dumps(asyncio.run(load(host, port, requests, seconds))))


if __name__ == "__main__":
    main()
