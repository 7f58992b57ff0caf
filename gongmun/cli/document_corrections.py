"""`gongmun document correct`, `approve` and `return`: correct what was issued."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from gongmun import wiring
from gongmun.cli.document_records import Named
from gongmun.cli.output import AsOf, DocumentId, Name, Reason, done, moment
from gongmun.documents import Decision, queries
from gongmun.documents.contexts import Correction
from gongmun.documents.correcting import correct, decide_correction
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

app = typer.Typer()

_CORRECTIONS = TypeAdapter(tuple[Correction, ...])


class CorrectionsIncomplete(GongmunError):
    """Places, old and new texts that do not come in threes."""

    code = "cli.corrections_incomplete"
    ko = "--place, --stood, --reads 를 같은 수로 한 번 이상 지정하거나 --file 로 정정 파일을 지정해 주십시오. --place-en 은 모두 지정하거나 생략해 주십시오."
    en = "Give --place, --stood and --reads equally often, once or more, or name a --file. Give --place-en as often, or not at all."


class CorrectionFileInvalid(GongmunError):
    """A file of corrections that cannot be read."""

    code = "cli.correction_file_invalid"
    ko = "정정 파일을 읽을 수 없습니다: {file}({problem}). [[correction]] 마다 place, stood, reads 를 적어 주십시오."
    en = "The file of corrections {file} cannot be read ({problem}). Give place, stood and reads in each [[correction]]."


@app.command("correct")
def correct_(
    name: Named,
    reason: Annotated[str, typer.Option(help="정정 사유, 공문에 인쇄됨 / the reason, as printed")],
    reason_en: Annotated[
        str | None, typer.Option(help="영문 정정 사유 / the reason in English")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option(help="정정할 곳, 여러 번 가능 / the place; may be repeated")
    ] = None,
    place_en: Annotated[
        list[str] | None, typer.Option(help="영문 정정할 곳 / the place in English")
    ] = None,
    stood: Annotated[list[str] | None, typer.Option(help="당초 내용 / as it stood")] = None,
    reads: Annotated[list[str] | None, typer.Option(help="정정 내용 / as it is to read")] = None,
    file: Annotated[
        Path | None, typer.Option(help="정정 파일(TOML) / the corrections as a file")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """시행한 공문의 정정 공문을 기안합니다. / Draft the correction of an issued document."""
    places = _places(place or [], place_en or [])
    corrections = (*_given(places, stood or [], reads or [], file), *(_read(file)))
    with wiring.database().transaction() as session:
        original = queries.named(session, name)
        document = correct(
            session,
            original,
            corrections=corrections,
            reason=Bilingual(ko=reason, en=reason if reason_en is None else reason_en),
            now=moment(as_of),
        )
    done(
        Bilingual(
            ko=f"공문 {original.number}의 정정 문서 {document.id}번을 기안했습니다. 내용을 확인하고 결재해 주십시오: "
            f"gongmun document show {document.id}",
            en=f"Document {document.id} is drafted, a correction of {original.number}. "
            "Look at it, then approve or return it.",
        )
    )


def _places(korean: Sequence[str], english: Sequence[str]) -> Sequence[Bilingual]:
    """Each place in both languages; the Korean stands for both where no English is given."""
    if english and len(english) != len(korean):
        raise CorrectionsIncomplete()
    return [Bilingual(ko=ko, en=en) for ko, en in zip(korean, english or korean, strict=True)]


def _given(
    places: Sequence[Bilingual], stood: Sequence[str], reads: Sequence[str], file: Path | None
) -> Sequence[Correction]:
    if not len(places) == len(stood) == len(reads) or not (places or file):
        raise CorrectionsIncomplete()
    return [
        Correction(place=place, stood=old, reads=new)
        for place, old, new in zip(places, stood, reads, strict=True)
    ]


def _read(file: Path | None) -> Sequence[Correction]:
    if file is None:
        return ()
    try:
        with file.open("rb") as opened:
            return _CORRECTIONS.validate_python(tomllib.load(opened).get("correction"))
    except OSError as error:
        raise CorrectionFileInvalid(file=file, problem=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorrectionFileInvalid(file=file, problem=error) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, ("correction", *first["loc"])))
        raise CorrectionFileInvalid(file=file, problem=f"{where}: {first['msg']}") from error


@app.command("approve")
def approve(document_id: DocumentId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """정정 공문을 승인합니다. 다음 시행 점검에서 처리됩니다. / Approve; the next sweep issues it."""
    _decide(document_id, Decision.APPROVE, name, reason, as_of)
    done(
        Bilingual(
            ko="승인했습니다. 다음 시행 점검에서 처리됩니다.",
            en="Approved; the next sweep issues it (at once: gongmun outcome issue).",
        )
    )


@app.command("return")
def return_(document_id: DocumentId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """정정 공문을 반려합니다. / Return the draft; nothing is corrected."""
    _decide(document_id, Decision.RETURN, name, reason, as_of)
    done(
        Bilingual(
            ko="반려했습니다. 당초 공문은 그대로 유효합니다.",
            en="Returned; the original stands as it is.",
        )
    )


def _decide(
    document_id: int, decision: Decision, name: str, reason: str, as_of: AsOf = None
) -> None:
    decide_correction(
        wiring.database(),
        document_id,
        decision=decision,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
