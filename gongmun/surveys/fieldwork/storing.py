"""Load a questionnaire (설문지 등록) into the database, from where waves take it. A version is never changed."""

from datetime import datetime

from gongmun import ledger
from gongmun.db import Database
from gongmun.db.translating import added_once
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import queries
from gongmun.surveys.fieldwork.models import StoredQuestionnaire
from gongmun.surveys.questionnaire.freezing import canonical, digest
from gongmun.surveys.questionnaire.items import Questionnaire


class VersionTaken(GongmunError):
    """Another content was loaded under the same code and version."""

    code = "surveys.version_taken"
    ko = (
        "설문지 '{questionnaire}' {version}판은 이미 다른 내용으로 등록되어 있습니다. 바꾼 설문지는 version을 하나 "
        "올려 주십시오."
    )
    en = (
        "Version {version} of the questionnaire '{questionnaire}' was loaded with another content. "
        "Give what you have changed the next version."
    )


def store(db: Database, questionnaire: Questionnaire, *, now: datetime) -> int:
    """Add a version of a questionnaire; its id. The one of before where it was loaded already.

    Raises:
        VersionTaken: another content has this version.
        WrittenMeanwhile: somebody else adds the same at this moment.
    """
    sha256 = digest(questionnaire)
    with added_once(), db.transaction() as session:
        stored = queries.stored_version(session, questionnaire.code, questionnaire.version)
        if stored is not None and stored.sha256 != sha256:
            raise VersionTaken(questionnaire=questionnaire.code, version=questionnaire.version)
        if stored is not None:
            return stored.id
        stored = StoredQuestionnaire(
            code=questionnaire.code,
            version=questionnaire.version,
            sha256=sha256,
            content=canonical(questionnaire),
            loaded_at=now,
        )
        session.add(stored)
        session.flush()
        ledger.record(
            session,
            "questionnaire.loaded",
            subject=("questionnaire", stored.id),
            now=now,
            actor=Actor.COORDINATOR,
            questionnaire=stored.code,
            version=stored.version,
            sha256=sha256,
        )
        return stored.id
