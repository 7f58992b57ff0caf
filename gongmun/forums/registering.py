"""Register a forum from its file (forum.toml)."""

from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gongmun import ledger
from gongmun.calendar import answer_rules, rule
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.models import Forum, ForumKind
from gongmun.ledger import Actor
from gongmun.text import clean_line
from gongmun.toml_files import read_toml


class ForumInvalid(GongmunError):
    """A forum file that cannot be used."""

    code = "forum.invalid"
    ko = "포럼 정보를 등록할 수 없습니다({path}): {reason}. 파일의 항목을 고친 뒤 다시 실행해 주십시오."
    en = "The forum cannot be registered ({path}): {reason}. Correct the file and run it again."


class NotAnAnswerRule(GongmunError):
    """A forum whose answer rule is a period, but not one in which ministries answer."""

    code = "forum.not_an_answer_rule"
    ko = "기한 규칙 '{rule}'은(는) 회신 기한으로 쓸 수 없습니다. answer_rule에 쓸 수 있는 규칙: {known}"
    en = "The deadline rule '{rule}' is no period for answers; answer_rule is one of: {known}"


class ForumFile(BaseModel):
    """What a forum's file says. Times carry their zone, e.g. `2026-11-20T18:00:00+09:00`."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")
    kind: ForumKind
    title_ko: str = Field(min_length=1, max_length=200)
    title_en: str = Field(min_length=1, max_length=200)
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    answer_rule: str = "suggestion"

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ForumFile":
        if self.ends_at is not None and self.ends_at < self.starts_at:
            raise ValueError("ends_at is before starts_at")
        return self


def read_forum(path: Path) -> ForumFile:
    """Read a forum's file.

    Raises:
        ForumInvalid: unreadable, or an entry is missing, unknown or wrong.
    """
    return read_toml(path, ForumFile, ForumInvalid)


def register_forum(db: Database, file: ForumFile, *, now: datetime) -> int:
    """Add the forum, or bring the one of that code up to date; its id.

    Raises:
        UnknownRule: the answer rule does not exist.
        NotAnAnswerRule: it is a period for something else, such as the acknowledgement.
    """
    today = seoul_date(now)
    if rule(file.answer_rule, today).code not in answer_rules(today):
        raise NotAnAnswerRule(rule=file.answer_rule, known=", ".join(answer_rules(today)))
    values = file.model_dump() | {
        "title_ko": clean_line(file.title_ko),
        "title_en": clean_line(file.title_en),
    }
    with db.transaction() as session:
        forum = queries.forum_by_code(session, file.code)
        if forum is not None and all(getattr(forum, k) == v for k, v in values.items()):
            return forum.id
        kind = "forum.changed" if forum else "forum.registered"
        if forum is None:
            forum = Forum(**values)
            session.add(forum)
        else:
            for name, value in values.items():
                setattr(forum, name, value)
        session.flush()
        ledger.record(
            session,
            kind,
            subject=("forum", forum.id),
            now=now,
            actor=Actor.COORDINATOR,
            ends_at=file.ends_at.isoformat() if file.ends_at else None,
        )
        return forum.id
