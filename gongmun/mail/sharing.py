"""A batch shared by several connections, each in a thread of its own."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from gongmun.mail.mailer import Connection, Mailer, RelayUnreachable
from gongmun.mail.models import Dispatch

# Sends one mail; the name of what became of it.
Send = Callable[[Connection, Dispatch], str]
# What became of a batch, in numbers, and the trouble that a connection ran into.
Sent = tuple[Counter[str], RelayUnreachable | None]
# The mails of each recipient that no connection took yet.
_Waiting = deque[list[Dispatch]]


def send_all(send: Send, mailer: Mailer, batch: Sequence[Dispatch]) -> Sent:
    """Send a batch over the mailer's connections, each in a thread of its own.

    All mail to one recipient goes over one connection and keeps its order: an outcome before its
    reminder. What a connection in trouble did not begin is left to the others. An unexpected error
    is raised when the others are done.
    """
    by_recipient: dict[str, list[Dispatch]] = {}
    for dispatch in batch:
        by_recipient.setdefault((dispatch.address or "").casefold(), []).append(dispatch)
    waiting = deque(by_recipient.values())
    threads = min(mailer.connections, len(waiting))
    with ThreadPoolExecutor(threads, thread_name_prefix="gongmun-mail") as pool:
        try:
            parts = [pool.submit(_send_part, send, mailer, waiting) for _ in range(threads)]
            wait(parts)
        finally:
            waiting.clear()  # after an interrupt the threads only end what they began
    sent, troubles = zip(*(part.result() for part in parts), strict=True)
    return sum(sent, Counter()), next(filter(None, troubles), None)


def _send_part(send: Send, mailer: Mailer, waiting: _Waiting) -> Sent:
    counts: Counter[str] = Counter()
    try:
        with mailer.connection() as connection:
            for dispatch in _taken(waiting):
                counts[send(connection, dispatch)] += 1
    except RelayUnreachable as error:
        return counts, error
    return counts, None


def _taken(waiting: _Waiting) -> Iterator[Dispatch]:
    while True:
        try:
            mails = waiting.popleft()
        except IndexError:
            return
        yield from mails
