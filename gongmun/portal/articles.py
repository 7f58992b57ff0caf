"""One referral of the desk as HTML, rendered once for as long as nothing about it changes.

The desk shows all referrals of a document, is asked for again after each thing that is kept, and most of
them are then as they were: their HTML is most of the page's work. It comes from frozen values alone. What
belongs to a session, its CSRF token before all, stands outside of it.
"""

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from gongmun.answers.desk import ReferralView
from gongmun.answers.names import COMMITMENTS
from gongmun.documents import Language
from gongmun.followups import meetings
from gongmun.portal.flaws import Flaw
from gongmun.portal.pages import part
from gongmun.portal.standing import standing
from gongmun.portal.typed import Typed
from gongmun.referrals.names import DECISIONS, ROLES
from gongmun.settings import PortalSettings, settings

# Some ten kilobytes each.
_MOST = 1000


def article(
    language: Language,
    document_id: int,
    view: ReferralView,
    typed: Typed | None,
    flaws: Sequence[Flaw] = (),
) -> Markup:
    """A referral, and its form filled with what was `typed` where something can be written about it."""
    if flaws:
        return _rendered(language, document_id, view, typed, settings().portal, tuple(flaws))
    return _remembered(language, document_id, view, typed, settings().portal)


@lru_cache(maxsize=_MOST)
def line(language: Language, view: ReferralView) -> Markup:
    """The same referral in the list of contents."""
    return part("desk_line", language, view=view, at=standing(view))


def _rendered(
    language: Language,
    document_id: int,
    view: ReferralView,
    typed: Typed | None,
    limits: PortalSettings,
    flaws: tuple[Flaw, ...] = (),
) -> Markup:
    return part(
        "referral",
        language,
        document_id=document_id,
        view=view,
        at=standing(view),
        may_meet=meetings.may_be_about(view.status),
        typed=typed,
        limits=limits,
        flaws=flaws,
        decisions=DECISIONS,
        roles=ROLES,
        commitment_statuses=COMMITMENTS,
    )


_remembered = lru_cache(maxsize=_MOST)(_rendered)
