"""Where a referral stands for its officer, in one word of the catalogue and one colour. Pure."""

from dataclasses import dataclass

from gongmun.answers.desk import ReferralView
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """`word` stands in the table `desk.standings` of the catalogue, `colour` in the style."""

    word: str
    colour: str


def standing(view: ReferralView) -> Standing:
    """What is to be done about it, or what became of it."""
    if view.with_ministry:
        return _with_ministry(view)
    if view.status is Status.TRANSFERRED:
        return Standing(word="transferred", colour="plain")
    if view.response is not None and view.response.status is ResponseStatus.PUBLISHED:
        return Standing(word="published", colour="good")
    if view.response is not None and view.response.status is ResponseStatus.RECEIVED:
        return Standing(word="received", colour="good")
    return Standing(word="waiting", colour="plain")


def _with_ministry(view: ReferralView) -> Standing:
    if (waiting := view.waits_for_us) is not None:
        return Standing(word=waiting.value, colour="plain")
    draft = view.draft
    if draft is not None and draft.left_open:
        return Standing(word="left", colour="plain")
    if view.response is not None and view.response.status is ResponseStatus.SENT_BACK:
        return Standing(word="sent_back", colour="careful")
    if draft is not None or view.files:
        return Standing(word="draft", colour="careful")
    return Standing(word="unwritten", colour="plain")
