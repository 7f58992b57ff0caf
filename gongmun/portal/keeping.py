"""Keeping what an officer typed on a desk: drafts and files, before anything of it is checked.

Two officers may write about the same referral, and a reply by mail opens a draft as well. A form carries
the mark of what it was filled with: what somebody else has changed since is not overwritten unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gongmun import wiring
from gongmun.access.sessions import Officer
from gongmun.answers import drafting, files
from gongmun.answers.checks import Problem
from gongmun.answers.content import Content
from gongmun.answers.desk import Desk, ReferralView
from gongmun.answers.files import FileRefused
from gongmun.answers.models import Channel
from gongmun.answers.scanning import ScannerUnavailable
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.documents.store import StoreUnavailable
from gongmun.errors import NotFound
from gongmun.portal import reach, typed
from gongmun.portal.flaws import Flaw, of_error, of_problem
from gongmun.portal.forms import Form
from gongmun.portal.typed import Typed
from gongmun.referrals.pausing import NotWithMinistry
from gongmun.text import Bilingual

SUBMIT = "submit"
_LATER = Bilingual(
    ko="지금은 파일을 받을 수 없습니다. 적으신 내용은 저장하였으니 잠시 뒤 파일을 다시 보내 주십시오.",
    en="Files cannot be taken just now. What you wrote is saved; send the file again in a while.",
)
_UNREADABLE = Bilingual(
    ko="날짜를 읽을 수 없습니다. ‘2027. 6. 30.’처럼 적어 주십시오.",
    en="This is no day. Write it like 2027-06-30.",
)
_CHANGED = Bilingual(
    ko="쓰시는 동안 이 제안의 초안이 다른 곳에서 바뀌었습니다. 아래에는 방금 적으신 내용이 있으며 아직 저장되지 않았습니다. "
    "다시 저장하시면 이 내용이 남습니다. 저장되어 있는 내용: {now}",
    en="The draft of this suggestion was changed elsewhere while you were writing. Below is what you "
    "wrote, not saved yet; it replaces the other text if you save again. What is saved now: {now}",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What became of a form.

    `typed` is what it says of each referral; `gone` those of it that nothing can be written about any
    more, of which nothing was kept; `changed` the last referral whose draft this form changed.
    """

    desk: Desk | None = None
    typed: Mapping[int, Typed]
    gone: Sequence[Typed] = ()
    flaws: Sequence[Flaw] = ()
    changed: int | None = None

    @property
    def submission(self) -> tuple[Mapping[int, Content], frozenset[int]]:
        """What is answered, and what is left open: both where an answer with a decision is marked so."""
        contents = {referral_id: each.content for referral_id, each in self.typed.items()}
        left = frozenset(i for i, content in contents.items() if content.left_open)
        answers = {
            i: content
            for i, content in contents.items()
            if not content.is_empty and (i not in left or content.decision)
        }
        return answers, left

    def with_flaws(self, problems: Sequence[Problem]) -> "Kept":
        """With what the checks found."""
        assert self.desk is not None
        names = {view.id: view.reference for view in self.desk.referrals}
        return replace(self, flaws=[of_problem(each, names[each.referral_id]) for each in problems])


def keep(
    db: Database,
    officer: Officer,
    document_id: int,
    form: Form,
    *,
    store: FileStore,
    now: datetime,
) -> Kept:
    """Keep all that a form says of the referrals of a document.

    Raises:
        NotFound: the document is out of reach.
    """
    reach.require_document(officer, document_id)
    sent = {
        referral_id: typed.received(form, referral_id)
        for referral_id in typed.named_referrals(form)
    }
    try:
        with db.reading() as session:
            desk = reach.desk(session, officer, document_id, now=now)
    except NotFound:
        return Kept(typed={}, gone=tuple(sent.values()))
    views = {view.id: view for view in desk.referrals if view.with_ministry}
    lost = [each for referral_id, each in sent.items() if referral_id not in views]
    here = {referral_id: each for referral_id, each in sent.items() if referral_id in views}
    is_final = form.text("do") == SUBMIT
    flaws: list[Flaw] = []
    written: dict[int, Content] = {}
    for referral_id, each in here.items():
        view = views[referral_id]
        if _clashes(view, each, is_final=is_final):
            flaws.append(_changed(view))
        elif _is_new(view, each):
            written[referral_id] = each.content
        flaws += [
            Flaw(field=f"r{referral_id}-{name}", why=_UNREADABLE, place=view.reference)
            for name in each.unreadable
        ]
    # All texts are kept before the first file, which may take its time, or fail.
    if written:
        late = drafting.save_all(db, written, channel=Channel.PORTAL, now=now)
        lost += [here[referral_id] for referral_id in late]
    for referral_id, each in here.items():
        try:
            flaws += _keep_files(db, views[referral_id], form, store=store, now=now)
        except NotWithMinistry:
            lost.append(each)
    return Kept(desk=desk, typed=here, gone=lost, flaws=flaws, changed=max(written, default=None))


def _is_new(view: ReferralView, sent: Typed) -> bool:
    """Whether the form says something else than what it was filled with, and than what is kept."""
    return typed.mark(sent.content) not in (typed.mark(typed.kept_content(view)), sent.was)


def _clashes(view: ReferralView, sent: Typed, *, is_final: bool) -> bool:
    """Whether to keep or submit this would bury what somebody else wrote since the form was shown."""
    kept, mine = typed.mark(typed.kept_content(view)), typed.mark(sent.content)
    if not sent.was or kept in (sent.was, mine):
        return False
    # What was not touched is no news, unless it is about to be submitted.
    return mine != sent.was or is_final


def _changed(view: ReferralView) -> Flaw:
    now = typed.kept_content(view).reason or "-"
    return Flaw(
        field=f"r{view.id}-reason",
        why=Bilingual(ko=_CHANGED.ko.format(now=now), en=_CHANGED.en.format(now=now)),
        place=view.reference,
    )


def _keep_files(
    db: Database, view: ReferralView, form: Form, *, store: FileStore, now: datetime
) -> Sequence[Flaw]:
    field = f"r{view.id}-files"
    flaws = []
    for upload in form.files(field):
        try:
            files.add(
                db,
                view.id,
                filename=upload.filename,
                content=upload.content,
                channel=Channel.PORTAL,
                store=store,
                scanner=wiring.scanner(),
                now=now,
            )
        except FileRefused as refused:
            flaws.append(of_error(field, refused, place=f"{view.reference} {upload.filename}"))
        except (ScannerUnavailable, StoreUnavailable):
            flaws.append(Flaw(field=field, why=_LATER, place=f"{view.reference} {upload.filename}"))
    return flaws
