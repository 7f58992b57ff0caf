"""A forum, a mapping, and files as a division or a website would export them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.forums.models import Forum, ForumKind
from gongmun.suggestions.mapping import ColumnMapping


@pytest.fixture
def forum_id(db: Database, now: datetime) -> int:
    """The forum DL-2026 in `db`."""
    with db.transaction() as session:
        forum = Forum(
            code="DL-2026",
            kind=ForumKind.OPEN_FORUM,
            title_ko="생활 속 불편 포럼",
            title_en="Everyday problems forum",
            starts_at=now,
            ends_at=None,
            answer_rule="suggestion",
        )
        session.add(forum)
        session.flush()
        return forum.id


@pytest.fixture
def mapping() -> ColumnMapping:
    """Columns with Korean names; the channel is the website unless a cell says otherwise."""
    return ColumnMapping.model_validate(
        {
            "columns": {
                "external_id": "접수번호",
                "title": "제목",
                "body": "내용",
                "topic": "분야",
                "submitted_at": "접수일시",
                "selected": "선정여부",
                "proposer_name": "제안자",
                "proposer_contact": "연락처",
            },
            "constants": {"channel": "website"},
            "topics": {"대중교통": "public_transport"},
        }
    )


@pytest.fixture
def title_only() -> ColumnMapping:
    """Files with one column, `title`."""
    return ColumnMapping.model_validate(
        {"columns": {"title": "title"}, "constants": {"channel": "live_comment"}}
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file and give its path; text goes out as UTF-8 with its line ends untouched."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write
