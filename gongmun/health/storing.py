"""The database, its migrations, and the folders that hold what it names."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from gongmun.db import Database
from gongmun.db.schema import current_revision, newest_revision
from gongmun.documents.bucket_store import bucket_store
from gongmun.errors import GongmunError
from gongmun.health.checks import Check, Subject
from gongmun.settings import Settings
from gongmun.text import Bilingual

DATABASE = Subject(code="database", name=Bilingual(ko="데이터베이스", en="database"))
MIGRATIONS = Subject(code="migrations", name=Bilingual(ko="스키마 판", en="migrations"))
DISK = Subject(code="disk", name=Bilingual(ko="저장 공간", en="disk"))
BUCKET = Subject(code="bucket", name=Bilingual(ko="객체 저장소", en="object store"))
PRIVATE = Subject(code="private_files", name=Bilingual(ko="비공개 파일", en="private files"))

# A day of a ministry's documents is some ten megabytes; a database that cannot grow stops everything.
FEW_BYTES, TOO_FEW_BYTES = 2 * 10**9, 200 * 10**6
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def database(db: Database) -> Iterator[Check]:
    """Whether it answers, within seconds, and stands where this version needs it."""
    try:
        db.knock()
        with db.reading() as session:
            session.connection()
        current, newest = current_revision(db), newest_revision()
    except GongmunError as error:
        yield DATABASE.refused(error)
        return
    shown = db.url.render_as_string(hide_password=True)
    yield DATABASE.well(f"응답합니다: {shown}", f"answers: {shown}")
    if current == newest:
        yield MIGRATIONS.well(f"최신 버전입니다({newest}).", f"up to date ({newest})")
    elif current is None:
        yield MIGRATIONS.wrong(
            Bilingual(
                ko="데이터베이스가 아직 준비되지 않았습니다.", en="The database was not set up."
            ),
            _SET_UP,
        )
    else:
        yield MIGRATIONS.wrong(
            Bilingual(
                ko=f"이 프로그램은 {newest} 버전을 쓰는데 데이터베이스는 {current} 버전입니다.",
                en=f"This program needs {newest}, the database stands at {current}.",
            ),
            _SET_UP,
        )


_SET_UP = Bilingual(
    ko="백업한 뒤 'gongmun setup'을 실행해 주십시오. 프로그램이 더 오래된 것이면 새 버전을 설치해 주십시오.",
    en="Make a backup, then run `gongmun setup`; if the program is the older one, install the new one.",
)


def disk(settings: Settings) -> Iterator[Check]:
    """Whether the folders can be written to, and have room."""
    places = (settings.var, settings.document_store, settings.received_store)
    closed = set[Path]()
    for folder in dict.fromkeys(place for place in places if isinstance(place, Path)):
        # Of a folder that may not be looked into the one above it is named, which is as far as this account gets.
        existing = next(path for path in (folder, *folder.parents) if os.path.exists(path))  # noqa: PTH110
        if existing in closed:
            continue
        if not os.access(existing, os.W_OK | os.X_OK):
            closed.add(existing)
            yield DISK.wrong(
                Bilingual(
                    ko=f"폴더에 쓸 수 없습니다: {existing}", en=f"cannot be written to: {existing}"
                ),
                Bilingual(
                    ko="Gongmun을 실행하는 계정에 쓰기 권한을 주십시오.",
                    en="Give the account that runs Gongmun the right to write there.",
                ),
            )
            continue
        free = shutil.disk_usage(existing).free
        found = Bilingual(
            ko=f"{_size(free)} 남음: {folder}", en=f"{_size(free)} are free: {folder}"
        )
        if free >= FEW_BYTES:
            yield DISK.well(found.ko, found.en)
        else:
            said = DISK.wrong if free < TOO_FEW_BYTES else DISK.care
            yield said(
                found,
                Bilingual(
                    ko="공간을 늘리거나, 오래된 기록과 백업을 옮겨 주십시오.",
                    en="Enlarge the disk, or move old logs and backups elsewhere.",
                ),
            )


def buckets(settings: Settings) -> Iterator[Check]:
    """Whether the buckets that the settings name can be reached; nothing is written."""
    places = (settings.document_store, settings.received_store)
    for place in dict.fromkeys(place for place in places if isinstance(place, str)):
        try:
            bucket_store(place).require()
        except GongmunError as error:
            yield BUCKET.refused(error)
        else:
            yield BUCKET.well(f"응답합니다: {place}", f"answers: {place}")


def private_files(settings: Settings) -> Iterator[Check]:
    """Files that only the account of Gongmun may read: keys, passwords, what citizens wrote."""
    env = Path(os.environ.get("GONGMUN_ENV_FILE", ".env") or os.devnull)
    private = [
        settings.var,
        settings.prefect_login,
        settings.survey_keys,
        settings.signing.key,
        env,
    ]
    if db_file := _sqlite_file(settings.database_url):
        private.append(db_file)
    open_to_others = [
        path
        for path in private
        if path is not None and _is_open_to_others(path) and not _is_behind_a_private_folder(path)
    ]
    if not open_to_others:
        yield PRIVATE.well(
            "다른 계정은 읽을 수 없습니다.", "closed to other accounts of this machine"
        )
        return
    names = " ".join(str(path) for path in open_to_others)
    yield PRIVATE.care(
        Bilingual(
            ko=f"다른 계정도 읽을 수 있습니다: {names}",
            en=f"other accounts of this machine can read: {names}",
        ),
        Bilingual(ko=f"chmod go= {names}", en=f"chmod go= {names}"),
    )


def _is_open_to_others(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        # Not there; or not for this account to see, which is not who runs Gongmun.
        return False
    return (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and bool(mode & _OTHERS)


def _is_behind_a_private_folder(path: Path) -> bool:
    """Whether a folder above lets nobody else through."""
    return any(not folder.stat().st_mode & stat.S_IXOTH for folder in path.absolute().parents)


def _sqlite_file(url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) and url != prefix else None


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 10**9 else f"{count / 1e6:.0f} MB"
