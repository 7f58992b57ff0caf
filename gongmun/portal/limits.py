"""How much of a body is read, and how slowly it may come: for every address, before anything looks at it.

A body is small unless the address that reads it has `allow`ed more. Time is counted against what has
arrived: a large file on a slow line is waited for, a trickle that only holds a place is not.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongmun.errors import GongmunError

# Of whoever has no session: some fields of text.
SMALL = 512 * 1024
# Seconds before a body has to have begun, and bytes a second from then on.
GRACE = 30.0
RATE = 16 * 1024
# Times the limit that is read before a sender is cut off.
_PATIENCE = 4
_KEY = "gongmun.body"
_MEGABYTE = 1024**2


class BodyTooLarge(GongmunError):
    """More was sent than the address takes."""

    code = "portal.body_too_large"
    ko = "한 번에 보내실 수 있는 크기({megabytes:.0f}MB)를 넘었습니다. 파일을 나누어 보내 주십시오."
    en = "This is more than can be sent at once ({megabytes:.0f} MB). Send the files in several parts."


class BodyTooSlow(GongmunError):
    """What was sent did not arrive in time."""

    code = "portal.body_too_slow"
    ko = "보내신 내용이 제때 도착하지 않았습니다. 연결을 확인하고 다시 보내 주십시오."
    en = "What you sent did not arrive in time. Check the connection and send it again."
    retryable = True


@dataclass(slots=True)
class _Body:
    """The body of one request, as it comes in."""

    receive: Receive
    most: int = SMALL
    got: int = 0
    done: bool = False
    began: float | None = field(default=None)

    async def __call__(self) -> Message:
        if self.done:
            return await self.receive()  # the end of the connection: no hurry
        loop = asyncio.get_running_loop()
        if self.began is None:
            self.began = loop.time()
        try:
            async with asyncio.timeout_at(self.began + GRACE + self.got / RATE):
                message = await self.receive()
        except TimeoutError:
            raise BodyTooSlow() from None
        self.got += len(message.get("body", b""))
        self.done = not message.get("more_body", False)
        if self.got <= self.most:
            return message
        if self.done or self.got > _PATIENCE * self.most:
            raise BodyTooLarge(megabytes=max(1, self.most // _MEGABYTE))
        # Read on, and forget: a browser shows our answer only once it has sent everything.
        return await self()


class BodyLimit:
    """ASGI middleware: lets through what is within the limits."""

    def __init__(self, app: ASGIApp) -> None:
        """Around `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            receive = scope[_KEY] = _Body(receive)
        await self.app(scope, receive, send)


def allow(scope: Scope | Any, most: int) -> None:
    """Let the body of this request have up to `most` bytes."""
    scope[_KEY].most = most
