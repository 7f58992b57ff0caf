"""Wrap a forum up (결과 정리): draft, wait for a coordinator's decision, issue.

The run suspends while it waits; on resume it runs again from the top, so every step before finds
what it did the first time. The decision is our row, not Prefect's: whoever decides first, by the
form or by the command line, decides.
"""

from collections.abc import Sequence, Set
from contextlib import suppress
from datetime import datetime
from itertools import count
from typing import Any

from prefect import flow, suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import create_model

from flows.issue_outcomes import issue_and_show
from gongmun import clock
from gongmun.db.sweeps import SweepBusy
from gongmun.documents import DecisionIncomplete
from gongmun.documents.decision_form import DECISION_FORM, decision
from gongmun.forums.deciding import OutcomeChanged, OutcomeDecided, OutcomeEmpty
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.overview import OutcomeOverview
from gongmun.forums.wrapping_up import ForumNotEnded
from gongmun.text import Bilingual
from tasks.artifacts import publish
from tasks.asking import CHANGED, answered_keys
from tasks.boards import publish_waiting_task
from tasks.forgetting import forgetting
from tasks.forum_tasks import decide_outcome_task, outcome_overview_task, wrap_up_task

_NOTHING_TO_REFER = Bilingual(
    ko="이송할 제안이 없습니다. 소관이 지정되지 않은 제안은 gongmun suggestion route 로 지정하면 다음 "
    "점검에서 처리됩니다.",
    en="There is nothing to refer. Route what has no ministry with `gongmun suggestion route`; the "
    "next sweep takes it up.",
)
_HOW_TO_DECIDE = Bilingual(
    ko="이 실행의 Resume 단추로 결재하거나 gongmun outcome approve {id} 명령을 사용해 주십시오. "
    "결재 전에는 번호를 부여하거나 발송하지 않습니다.",
    en="Decide with the Resume button of this run, or with `gongmun outcome approve {id}`. Nothing "
    "is numbered or sent before.",
)
# A class made here would be another one each time Prefect loads this file: gongmun has the form.
_make: Any = create_model
_FORM = _make("OutcomeDecision", __base__=(RunInput, DECISION_FORM))


@flow(flow_run_name="WRAP-UP {forum}")
def wrap_up_forum(forum: str, as_of: datetime | None = None) -> str:
    """포럼 결과를 정리하여 소관 기관별 공문을 기안하고, 결재를 기다린 뒤 시행합니다.

    Wrap up the forum of that code: a document for each responsible ministry is drafted, and nothing
    is numbered or sent before a coordinator approves it by the form of this run ("Resume"), or by
    `gongmun outcome approve`. Returns the outcome's status.
    """
    now = clock.resolve(as_of)
    try:
        wrapped = wrap_up_task(forum, str(flow_run.get_id()), now)
    except ForumNotEnded as error:
        # Its end was moved: the wrap-up of the new end is scheduled already.
        _publish_nothing(forum, Bilingual(ko=error.message_ko, en=error.message_en))
        return "not ended"
    if wrapped.outcome_id is None:
        _publish_nothing(forum, _NOTHING_TO_REFER)
        return "nothing to refer"
    with forgetting():
        status = _decided(wrapped.outcome_id, as_of)
    if status is OutcomeStatus.APPROVED:
        # A large job may take hours: the sweep that comes after it issues this as well.
        with suppress(SweepBusy):
            issue_and_show(clock.resolve(as_of))
    return status.value


def _decided(outcome_id: int, as_of: datetime | None) -> OutcomeStatus:
    """Show the draft and wait, until a decision on what was shown is recorded; the status then."""
    problem = ""
    for attempt in count(1):
        overview = outcome_overview_task(outcome_id, clock.resolve(as_of))
        if overview.status is not OutcomeStatus.DRAFTED:
            return overview.status
        # The key names what was shown: an answer to another outcome, or to this one as it was
        # before it was redrafted, is not taken for an answer to this form.
        key = f"outcome-{outcome_id}-{overview.revision}-{attempt}"
        draft, answered = "", answered_keys()
        # What was answered is read back: it was shown, and needs no description.
        if key not in answered:
            if _was_about_another(answered, outcome_id, attempt):
                problem = f"**{CHANGED.ko}** _{CHANGED.en}_\n\n"
            draft = _publish_draft(overview)
            publish_waiting_task(clock.resolve(as_of))
        form = suspend_flow_run(_FORM.with_initial_data(description=f"{problem}{draft}"), key=key)
        try:
            decide_outcome_task(
                outcome_id,
                decision(form.decision),
                form.name,
                form.reason,
                overview.revision,
                clock.resolve(as_of),
            )
        except (DecisionIncomplete, OutcomeChanged, OutcomeEmpty) as error:
            problem = f"**{error.message_ko}** _{error.message_en}_\n\n"
        except OutcomeDecided:
            continue
    raise AssertionError("count() does not end")


def _was_about_another(answered: Set[str], outcome_id: int, attempt: int) -> bool:
    """Whether this attempt was answered already, about the outcome as it was before it was redrafted."""
    stem, end = f"outcome-{outcome_id}-", f"-{attempt}"
    return any(each.startswith(stem) and each.endswith(end) for each in answered)


def _publish_nothing(forum: str, why: Bilingual) -> None:
    publish("wrap-up", Bilingual(ko=f"결과 정리: {forum}", en=f"Wrap-up: {forum}"), {}, notes=[why])


def _publish_draft(overview: OutcomeOverview) -> str:
    outcome_id = overview.outcome_id
    return publish(
        "wrap-up",
        Bilingual(
            ko=f"결과 정리: {overview.forum_title_ko}", en=f"Wrap-up: {overview.forum_title_en}"
        ),
        {
            Bilingual(ko="제안", en="suggestions"): overview.suggestions,
            Bilingual(ko="이송", en="referrals"): overview.referrals,
            Bilingual(ko="공문(기관)", en="documents (ministries)"): len(overview.ministries),
            Bilingual(ko="소관 미지정 제안", en="without a ministry"): len(overview.unrouted),
        },
        tables=[
            (
                Bilingual(ko="소관이 지정되지 않은 제안", en="Suggestions without a ministry"),
                (Bilingual(ko="제안", en="suggestion"),),
                [(reference,) for reference in overview.unrouted],
            ),
            (
                Bilingual(ko="기관별 이송 내역", en="Referrals by ministry"),
                (
                    Bilingual(ko="기관", en="ministry"),
                    Bilingual(ko="주관", en="leading"),
                    Bilingual(ko="협조", en="cooperating"),
                ),
                [
                    (
                        f"{line.name_ko} ({line.code})",
                        _numbers(overview, line.lead),
                        _numbers(overview, line.cooperating),
                    )
                    for line in overview.ministries
                ],
            ),
        ],
        notes=[
            Bilingual(
                ko=_HOW_TO_DECIDE.ko.format(id=outcome_id),
                en=_HOW_TO_DECIDE.en.format(id=outcome_id),
            )
        ],
    )


def _numbers(overview: OutcomeOverview, references: Sequence[str]) -> str:
    """References without the forum's code, which they all begin with."""
    return ", ".join(r.removeprefix(f"{overview.forum_code}-") for r in references)
