"""What an officer wanted is not possible any more: why, where it stands, and what was typed for it."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from gongmun.access.sessions import Officer
from gongmun.db import Database
from gongmun.documents import Language
from gongmun.errors import GongmunError
from gongmun.portal import reach
from gongmun.portal.pages import page
from gongmun.portal.typed import Typed
from gongmun.text import Bilingual

_GONE = Bilingual(
    ko="그 사이에 회신되었거나, 다른 기관으로 이관되었거나, 철회된 제안이 있습니다. 그 제안에 적으신 내용은 저장하지 "
    "않았으며, 다른 제안에 적으신 내용은 저장하였습니다.",
    en="Meanwhile a suggestion was answered, transferred or withdrawn. What you wrote about it was not "
    "saved; what you wrote about others was.",
)


def gone(
    request: Request,
    db: Database,
    officer: Officer,
    document_id: int,
    language: Language,
    error: GongmunError | None = None,
    *,
    typed: Sequence[Typed] = (),
    text: str = "",
) -> HTMLResponse:
    """The page that says so, with all texts that were `typed` (or the one `text`) and are not kept."""
    with db.reading() as session:
        ministry = reach.ministry(session, officer)
    what = _GONE if error is None else Bilingual(ko=error.message_ko, en=error.message_en)
    parts = [text, *(part for each in typed for part in _texts(each))]
    return page(
        request,
        "gone",
        language,
        status=HTTPStatus.CONFLICT,
        path=f"/m/{document_id}",
        document_id=document_id,
        ministry=ministry,
        what=what,
        kept=[part for part in parts if part.strip()],
    )


def _texts(typed: Typed) -> Sequence[str]:
    rows = (" / ".join(filter(None, (row.text, row.owner, row.due_on))) for row in typed.rows)
    return [typed.reason, *rows]
