"""Files from the command line that belong to a referral: evidence, minutes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import files
from gongmun.answers.models import Channel
from gongmun.cli.files import read
from gongmun.settings import settings

Files = Annotated[
    list[Path] | None,
    typer.Option("--file", help="붙임 파일(여러 번 지정 가능) / a file, as often as needed"),
]


def attach(
    paths: Sequence[Path],
    referral_id: int,
    *,
    now: datetime,
    commitment_id: int | None = None,
    meeting_id: int | None = None,
) -> None:
    """Add files to a commitment or a meeting of a referral. The same file twice is one.

    Raises:
        FileNotRead: one cannot be read; those before it were added.
        FileRefused: one is not taken.
    """
    most = settings().portal.file_megabytes * 1024**2
    for path in paths:
        files.add(
            wiring.database(),
            referral_id,
            filename=path.name,
            content=read(path, most + 1),
            channel=Channel.COORDINATOR,
            store=wiring.received_store(),
            scanner=wiring.scanner(),
            now=now,
            commitment_id=commitment_id,
            meeting_id=meeting_id,
        )
