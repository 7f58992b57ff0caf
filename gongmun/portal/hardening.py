"""What holds for every answer and every request, whatever address it is for.

`Hardened` stands outside of everything else, the handler of unexpected errors too: an address that is
added tomorrow has these headers, and these limits, without anybody thinking of it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongmun.settings import settings

# Nothing but our own style and fonts; forms to ourselves only; no page is kept, framed or referred to.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # Two years; browsers heed it over TLS only.
    "Strict-Transport-Security": "max-age=63072000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Unless an answer says otherwise of itself, as our style and fonts do.
UNLESS_SAID: Mapping[str, str] = {"Cache-Control": "no-store"}
# As they are sent: every answer gets them.
_ALWAYS, _UNLESS_SAID = (
    {name.lower().encode(): value.encode() for name, value in each.items()}
    for each in (HEADERS, UNLESS_SAID)
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})
# No address of ours is nearly as long. A number of more than 4300 digits is an error for Python, not a number.
LONGEST_PATH = 4000


class Hardened:
    """ASGI middleware: puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Around `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *(each for each in message["headers"] if each[0].lower() not in _ALWAYS),
                    *_ALWAYS.items(),
                    *(each for each in _UNLESS_SAID.items() if each[0] not in said),
                ]
            await send(message)

        await self.app(scope, receive, send_hardened if scope["type"] == "http" else send)


def is_from_elsewhere(method: str, headers: Headers) -> bool:
    """Whether a browser says that another site made it send this form.

    The browser's own word (`Sec-Fetch-Site`) comes first. One that does not know that word says where
    the page came from (`Origin`); since our pages ask for no referrer, it then says `null` of our own
    forms, which proves nothing either way: an officer's form has its CSRF token besides.
    """
    if method in SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OURS
    origin = headers.get("origin")
    if origin is None or origin == "null":
        return False
    # Behind a proxy the host of the request may be an inner one: readers know us by the public one.
    ours = {headers.get("host", ""), urlsplit(settings().public_url or "").netloc}
    return urlsplit(origin).netloc not in ours - {""}
