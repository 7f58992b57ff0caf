"""A small directory of data files, to be broken one way at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "organisations.csv": """\
code,name_ko,name_en,kind,parent_code,head_ko,head_en,valid_from,valid_to
TOP,총괄실,Top Office,oversight,,총괄실장,Head of the Top Office,2000-01-01,
OLD,옛부,Old Ministry,ministry,TOP,옛부장관,Old Minister,2000-01-01,2025-09-30
NEW,새부,New Ministry,ministry,TOP,새부장관,New Minister,2025-10-01,
SPLIT,나뉜부,Split Ministry,ministry,TOP,나뉜부장관,Split Minister,2000-01-01,2025-09-30
LEFT,왼부,Left Ministry,ministry,TOP,왼부장관,Left Minister,2025-10-01,
RIGHT,오른부,Right Ministry,ministry,TOP,오른부장관,Right Minister,2025-10-01,
BUREAU,청,Bureau,agency,NEW,청장,Head of the Bureau,2010-01-01,
""",
    "successions.csv": """\
predecessor_code,successor_code,effective_on,remark_ko,remark_en
OLD,NEW,2025-10-01,명칭 변경,renamed
SPLIT,LEFT,2025-10-01,왼쪽,left
SPLIT,RIGHT,2025-10-01,오른쪽,right
""",
    "topics.csv": """\
code,name_ko,name_en
roads,도로,Roads
rails,철도,Rails
ports,항만,Ports
""",
    "divisions.csv": """\
organisation_code,name_ko,head_ko,name_en,head_en,topics
NEW,도로과,도로과장,Roads Division,"Director, Roads",roads
NEW,철도과,철도과장,Rails Division,"Director, Rails",rails ports
""",
    "contacts.csv": """\
organisation_code,role,email
NEW,primary,forum@new.example
NEW,backup,backup@new.example
BUREAU,primary,forum@bureau.example
""",
    "routing.csv": """\
topic,lead_code,cooperating_codes,remark_ko,remark_en,valid_from,valid_to
roads,OLD,BUREAU,소관,remit,2020-01-01,
rails,SPLIT,,소관,remit,2020-01-01,
ports,BUREAU,SPLIT OLD,소관,remit,2020-01-01,2025-09-30
ports,NEW,BUREAU,소관,remit,2025-10-01,
""",
}
Edit = Callable[..., Path]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The files as they are right."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def edit(directory: Path) -> Edit:
    """`edit(file, old, new)` replaces a text that must occur, and returns the directory."""

    def replace(file: str, old: str, new: str) -> Path:
        path = directory / file
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new), encoding="utf-8", newline="")
        return directory

    return replace
