"""Keeping what an officer typed on a desk: drafts and files, before anything of it is checked.

Two officers may write about the same referral, and a reply by mail opens a draft as well. A form carries
the mark of what it was filled with: what somebody else has changed since is not overwritten unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gongmun import wiring
from gongmun.access.sessions import Officer
from gongmun.answers import drafting, files
from gongmun.answers.checks import Problem
from gongmun.answers.content import Content
from gongmun.answers.desk import DraftView
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
    more, of which nothing was kept; `changed` the last referral whose draft this form changed; `held`
    the answers that are about to be submitted, see `keep`.
    """

    names: Mapping[int, str]
    typed: Mapping[int, Typed]
    contents: Mapping[int, Content]
    gone: Sequence[Typed] = ()
    flaws: Sequence[Flaw] = ()
    changed: int | None = None
    held: Mapping[int, Content] = field(default_factory=dict)

    @property
    def submission(self) -> tuple[Mapping[int, Content], frozenset[int]]:
        """What is answered, and what is left open: both where an answer with a decision is marked so."""
        return _submission(self.contents)

    def with_flaws(self, problems: Sequence[Problem]) -> "Kept":
        """With what the checks found."""
        flaws = [of_problem(each, self.names[each.referral_id]) for each in problems]
        return replace(self, flaws=flaws)


def keep(
    db: Database,
    officer: Officer,
    document_id: int,
    form: Form,
    *,
    store: FileStore,
    now: datetime,
    hold: bool = False,
) -> Kept:
    """Keep all that a form says of the referrals of a document.

    With `hold` answers that can be submitted as they are do not become drafts, which would be deleted
    by it at once: whoever submits them calls `keep_held` if they are not taken.

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
            drafts = reach.drafts(session, officer, document_id)
    except NotFound:
        return Kept(names={}, typed={}, contents={}, gone=tuple(sent.values()))
    views = {view.id: view for view in drafts if view.with_ministry}
    lost = [each for referral_id, each in sent.items() if referral_id not in views]
    here = {referral_id: each for referral_id, each in sent.items() if referral_id in views}
    contents = {referral_id: each.content for referral_id, each in here.items()}
    is_final = form.text("do") == SUBMIT
    flaws: list[Flaw] = []
    written: dict[int, Content] = {}
    for referral_id, each in here.items():
        view, mine = views[referral_id], typed.mark(contents[referral_id])
        kept = typed.mark(typed.kept_content(view))
        if _clashes(kept, mine, each.was, is_final=is_final):
            flaws.append(_changed(view))
        # It says something else than what it was filled with, and than what is kept.
        elif mine not in (kept, each.was):
            written[referral_id] = contents[referral_id]
        flaws += [
            Flaw(field=f"r{referral_id}-{name}", why=_UNREADABLE, place=view.reference)
            for name in each.unreadable
        ]
    held: dict[int, Content] = {}
    if hold and not (lost or flaws or form.file_names):
        answers, _ = _submission(contents)
        held = {each: written.pop(each) for each in answers if each in written}
    # All texts are kept before the first file, which may take its time, or fail.
    if written:
        late = _save(db, officer, document_id, written, now=now)
        if late:  # nothing will be submitted
            late |= _save(db, officer, document_id, held, now=now)
            held = {}
        lost += [here[referral_id] for referral_id in late]
    for referral_id, each in here.items():
        try:
            flaws += _keep_files(db, views[referral_id], form, store=store, now=now)
        except NotWithMinistry:
            lost.append(each)
    return Kept(
        names={view.id: view.reference for view in drafts},
        typed=here,
        contents=contents,
        gone=lost,
        flaws=flaws,
        changed=max(written, default=None),
        held=held,
    )


def keep_held(
    db: Database, officer: Officer, document_id: int, kept: Kept, *, now: datetime
) -> Kept:
    """Make drafts of what was held back and not taken."""
    if not kept.held:
        return kept
    late = _save(db, officer, document_id, kept.held, now=now)
    return replace(kept, gone=[kept.typed[each] for each in sorted(late)], held={})


def _save(
    db: Database,
    officer: Officer,
    document_id: int,
    written: Mapping[int, Content],
    *,
    now: datetime,
) -> frozenset[int]:
    return drafting.save_all(
        db,
        document_id,
        written,
        organisation_id=officer.organisation_id,
        channel=Channel.PORTAL,
        now=now,
    )


def _submission(contents: Mapping[int, Content]) -> tuple[Mapping[int, Content], frozenset[int]]:
    left = frozenset(i for i, content in contents.items() if content.left_open)
    answers = {
        i: content
        for i, content in contents.items()
        if not content.is_empty and (i not in left or content.decision)
    }
    return answers, left


def _clashes(kept: str, mine: str, was: str, *, is_final: bool) -> bool:
    """Whether to keep or submit what has the mark `mine` would bury what somebody else wrote.

    `kept` is the mark of what is kept now, `was` that of what was when the form was shown.
    """
    if not was or kept in (was, mine):
        return False
    # What was not touched is no news, unless it is about to be submitted.
    return mine != was or is_final


def _changed(view: DraftView) -> Flaw:
    now = typed.kept_content(view).reason or "-"
    return Flaw(
        field=f"r{view.id}-reason",
        why=Bilingual(ko=_CHANGED.ko.format(now=now), en=_CHANGED.en.format(now=now)),
        place=view.reference,
    )


def _keep_files(
    db: Database, view: DraftView, form: Form, *, store: FileStore, now: datetime
) -> Sequence[Flaw]:
    place = f"r{view.id}-files"
    flaws = []
    for upload in form.files(place):
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
            flaws.append(of_error(place, refused, place=f"{view.reference} {upload.filename}"))
        except (ScannerUnavailable, StoreUnavailable):
            flaws.append(Flaw(field=place, why=_LATER, place=f"{view.reference} {upload.filename}"))
    return flaws
