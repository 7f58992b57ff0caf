"""`gongmun backup` and `gongmun restore`; `gongmun restored` goes on from there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gongmun.cli.output import done
from gongmun.text import Bilingual

if TYPE_CHECKING:
    from gongmun.backups import Manifest
    from gongmun.documents import FileStore
    from gongmun.settings import Place

# Files that are told by name; the manifest names all.
_NAMED = 10
_Folder = Annotated[Path, typer.Argument(help="백업 폴더 / folder of the backup")]


def backup(folder: _Folder) -> None:
    """자료 전체를 새 폴더에 백업합니다. 업무 중에도 할 수 있습니다. / Save everything to a new folder, also during work.

    손상된 파일은 빼고 백업하며 이름을 알립니다(종료 코드 1). / Files that are damaged are left out and named (exit code 1).

    설문 열쇠, 서명 키, 설정 파일은 들어 있지 않으므로 따로 보관하십시오. / Without the keys of surveys, the signing
    key and the settings: keep those apart.
    """
    from gongmun import backups, clock, wiring

    saved = backups.save(wiring.database(), _stores(), folder, now=clock.now())
    done(
        Bilingual(
            ko=f"백업했습니다: {folder}. {_told_ko(saved)}",
            en=f"Saved: {folder}. {_told_en(saved)}",
        )
    )
    for place in (place for place in _places().values() if isinstance(place, str)):
        done(
            Bilingual(
                ko=f"{place}에 있는 파일은 들어 있지 않습니다. 객체 저장소의 버전 관리와 복제로 보호해 주십시오.",
                en=f"The files at {place} are not in it: protect them by the object store's versions and copies.",
            )
        )
    if saved.left_out:
        done(
            Bilingual(
                ko=f"Gongmun의 파일이 아니어서 넣지 않은 것 {len(saved.left_out):,}개: {_some(saved.left_out)}. 필요하면 다른 "
                "곳으로 옮겨 주십시오.",
                en=f"Left out, because they are no files of Gongmun's ({len(saved.left_out):,}): {_some(saved.left_out)}. "
                "Move them elsewhere if they are needed.",
            )
        )
    if saved.damaged:
        raise backups.FilesDamaged(count=len(saved.damaged), names=_some(saved.damaged))


def restore(
    folder: _Folder,
    check: Annotated[
        bool, typer.Option("--check", help="확인만 하고 복원하지 않음 / only check it")
    ] = False,
    moved: Annotated[
        bool,
        typer.Option(
            "--moved",
            help="백업 전에 이전 설치를 멈추었고 그 뒤로 아무것도 나가지 않음 / the old installation was stopped "
            "before the backup, and nothing left since",
        ),
    ] = False,
) -> None:
    """백업을 비어 있는 곳에 복원하고 원장을 확인합니다. / Restore a backup to an empty place, and verify the ledger.

    온전하지 않은 백업은 복원하지 않습니다. 백업 이후에 무엇이 나갔는지 확인할 때까지(gongmun restored) 번호를 부여하거나
    발송하지 않습니다. / A backup that is not whole is refused. Nothing is numbered or sent before it is settled what left
    after the backup (gongmun restored).
    """
    from gongmun import backups, clock, wiring

    if check:
        whole = backups.checked(folder)
        done(
            Bilingual(
                ko=f"온전한 백업입니다. {_told_ko(whole)}", en=f"It is whole. {_told_en(whole)}"
            )
        )
        _tell_damaged(whole)
        return
    restored = backups.restore(
        wiring.database(), _restorable(), folder, now=clock.now(), moved=moved
    )
    done(
        Bilingual(
            ko=f"복원했습니다. {_told_ko(restored.manifest)} 원장이 모두 이어져 있습니다.",
            en=f"Restored. {_told_en(restored.manifest)} The ledger is intact.",
        )
    )
    _tell_damaged(restored.manifest)
    if not moved:
        done(
            Bilingual(
                ko=f"백업 이후에 나간 문서와 메일은 여기에 없습니다. 대기 중이던 메일 {restored.doubted:,}통은 발송 불명으로 두었습니다. "
                "'gongmun restored show'로 확인하고 확정할 때까지 번호를 부여하거나 발송하지 않습니다.",
                en="What was numbered and sent after the backup is not known here. "
                f"{restored.doubted:,} mails that waited are uncertain. Nothing is numbered or sent until you have "
                "looked (`gongmun restored show`) and settled it.",
            )
        )


def _stores() -> Mapping[str, Path]:
    """The folders of files; what lies in a bucket is the object store's business."""
    return {name: place for name, place in _places().items() if isinstance(place, Path)}


def _restorable() -> "Mapping[str, Path | FileStore]":
    """Where files are restored to: also into a bucket, which is how an installation moves to one."""
    from gongmun import wiring

    buckets = {"documents": wiring.file_store, "received": wiring.received_store}
    return {
        name: place if isinstance(place, Path) else buckets[name]()
        for name, place in _places().items()
    }


def _places() -> "Mapping[str, Place]":
    from gongmun.settings import settings

    return {"documents": settings().document_store, "received": settings().received_store}


def _tell_damaged(manifest: "Manifest") -> None:
    if manifest.damaged:
        done(
            Bilingual(
                ko=f"백업할 때 이미 손상되어 들어 있지 않은 파일 {len(manifest.damaged):,}개: {_some(manifest.damaged)}. 이전 "
                "백업에서 찾아 주십시오.",
                en=f"Not in it, because they were damaged when it was made ({len(manifest.damaged):,}): "
                f"{_some(manifest.damaged)}. Look for them in an earlier backup.",
            )
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _told_ko(manifest: "Manifest") -> str:
    count = sum(table.rows for table in manifest.tables.values())
    return (
        f"행 {count:,}개, 파일 {sum(manifest.files.values()):,}개, 원장 기록 {manifest.events:,}건."
    )


def _told_en(manifest: "Manifest") -> str:
    count = sum(table.rows for table in manifest.tables.values())
    return f"{count:,} rows, {sum(manifest.files.values()):,} files, {manifest.events:,} ledger events."
