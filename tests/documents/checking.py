"""Every document through every checker: `python -m tests.documents.checking [KIND …]`.

Renders every kind in every language, signs each, and runs `qpdf --check`, outloud (accessibility,
PDF/UA-1), the PDF/A-3b validator of pikepdf, which follows veraPDF's catalogue of rules, and our own
assertions in `archival.py` on the plain and on the signed file. One line a file; what is found and
not allowed below fails. Not veraPDF itself: our files are not veraPDF-verified.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
from pikepdf import pdfa

from gongmun.documents import RenderPool
from gongmun.documents.check_codes import check_mark
from gongmun.documents.data import enclosed
from gongmun.documents.letter import Language
from gongmun.documents.printing import Page
from gongmun.documents.register_sheet import RegisterLine, register_volumes
from gongmun.documents.sheet import to_html
from tests.documents import archival, keys, samples

SIGNED = ".signed.pdf"  # how the name of a signed file ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one checker says against a file."""

    rule: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """A finding that may stay: its rule, a pattern of its whole message, and why."""

    rule: str
    message: str
    reason: str


ALLOWED = (
    Allowed(
        rule="ISO_19005_3:6.6.4-3",
        message="pdfaid:conformance is 'A', expected 'B'",
        reason="The validator knows level B. Level A adds the tags, which outloud checks.",
    ),
    Allowed(
        rule="ISO_19005_3:6.6.2.3.1-1",
        message=r"XMP (namespace|property) (pdfuaid|pdfaExtension|pdfaSchema|pdfaProperty)\b.*",
        reason="The validator knows no extension schemas. ISO 19005-3, 6.6.2.3 asks for this one "
        "where PDF/UA-1 is named.",
    ),
    Allowed(
        rule="pikepdf:schema-Resources",
        message=r"(patterns|shadings) are not supported",
        reason="WeasyPrint lists both on every page, empty, as `archival.py` makes sure.",
    ),
    Allowed(
        rule="LNK-010",
        message=r"\d+ address\(es\) or URL\(s\) are printed as text .*",
        reason="The foot prints addresses as the form does; nothing in a document leads elsewhere.",
    ),
    Allowed(
        rule="TBL-014",
        message=r"a ruled grid \(.*\) holds \d+ line\(s\) of text that no /Table covers",
        reason="outloud looks for a table on the page where it begins; ours goes on as the same "
        "table. That all content is in the tree is asserted in `archival.py`.",
    ),
)
# Of signed files only: the invisible field of the signature.
ALLOWED_SIGNED = (
    Allowed(
        rule="FRM-003",
        message=r"1 form field widget\(s\) are not inside a /Form structure element",
        reason="ISO 14289-1, 7.18.1 does not ask it of what lies outside of the page.",
    ),
    Allowed(
        rule="pikepdf:schema-Catalog",
        message=r"(interactive forms \(/AcroForm\)|permissions \(/Perms\)) are not supported",
        reason="The validator does not know forms and permissions. ISO 19005-3, 6.4.1 and 6.1.12 "
        "allow both.",
    ),
    Allowed(
        rule="pikepdf:embedded-file",
        message=r"embedded files are not supported",
        reason="It looks at no enclosed files any more, once it has found forms and permissions.",
    ),
    Allowed(
        rule="ours",
        message=r"actions: /AcroForm in the catalog",
        reason="The form that holds the field: our rule is for what is not signed yet.",
    ),
)


def every_page() -> Iterator[tuple[str, Page]]:
    """Name and page of every kind in every language, of a letter of many pages and the register."""
    contexts = {kind.value: context for kind, context in samples.EVERY_KIND.items()}
    imprint = replace(samples.NOTED, check=check_mark("0123456789"))
    for name, context in (contexts | {"outcome-long": samples.outcome(40)}).items():
        for language in Language:
            html = to_html(context, imprint, language).html
            yield f"{name}.{language}", Page(html=html, enclosed=enclosed(context, imprint))
    for language in Language:
        # Two pages: on three, outloud takes equal cells at the same place for running heads.
        (volume,) = register_volumes(
            [_line(number) for number in range(1, 21)],
            division="공론소통과",
            year=2026,
            printed_on=date(2026, 12, 31),
            language=language,
        )
        yield f"register.{language}", Page(html=volume.html)


def _line(number: int) -> RegisterLine:
    """A line of the register."""
    return RegisterLine(
        number=f"공론소통과-{number}",
        registered_on=date(2026, 10, 12),
        title=samples.both(f"제{number}차 열린소통포럼 결과 통보 및 시민 제안 검토 요청"),
        recipients=tuple(recipient.office for recipient in samples.letter().recipients),
        approver="이결재",
        disclosure="공개",
        pages=3,
        sent_on=date(2026, 10, 13) if number % 2 else None,
        corrects=None,
        corrected_by=None,
    )


def check(files: Sequence[Path]) -> dict[Path, list[Finding]]:
    """What is found against each file and not allowed; a signed file is known by its name."""
    spoken = _outloud(files)
    return {
        file: [
            finding
            for finding in (*_qpdf(file), *spoken[file], *_pdfa(file), *_ours(file))
            if not is_allowed(finding, is_signed=file.name.endswith(SIGNED))
        ]
        for file in files
    }


def is_allowed(finding: Finding, *, is_signed: bool = False) -> bool:
    """Whether a reason is on record for this finding."""
    return any(
        finding.rule == each.rule and re.fullmatch(each.message, finding.message)
        for each in (*ALLOWED, *(ALLOWED_SIGNED if is_signed else ()))
    )


def _qpdf(file: Path) -> Iterator[Finding]:
    """`qpdf --check`, by the qpdf inside pikepdf, and by the program where it is installed."""
    job = pikepdf.Job(["qpdf", "--check", str(file)])
    try:
        job.run()
    except (RuntimeError, pikepdf.PdfError) as error:
        yield Finding(rule="qpdf", message=str(error))
    else:
        if job.exit_code:
            yield Finding(rule="qpdf", message="warnings")
    if program := shutil.which("qpdf"):
        done = subprocess.run(
            [program, "--check", file], capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield Finding(rule="qpdf", message=done.stderr.strip())


def _outloud(files: Sequence[Path]) -> Mapping[Path, list[Finding]]:
    """One run for all files: it takes seconds to begin."""
    command = Path(sys.executable).with_name("outloud")
    done = subprocess.run(
        [command, "--fail-on", "never", "--json", "-", *files],
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout[done.stdout.index("{") :])
    return {
        Path(result["path"]): [
            Finding(rule=found["rule"], message=found["message"]) for found in result["findings"]
        ]
        + ([Finding(rule="outloud", message=result["error"])] if result["error"] else [])
        for result in report["results"]
    }


def _pdfa(file: Path) -> Iterator[Finding]:
    for found in pdfa.validate_written(file, "3b").findings:
        yield Finding(rule=found.rule, message=found.message)


def _ours(file: Path) -> Iterator[Finding]:
    for problem in archival.problems(file):
        yield Finding(rule="ours", message=problem)


def render(pages: Mapping[str, Page], folder: Path) -> list[Path]:
    """A file for each page, by its name."""
    files = []
    with RenderPool(workers=2, timeout=120) as pool:
        for name, page in pages.items():
            file = folder / f"{name}.pdf"
            file.write_bytes(pool.render(page).content)
            files.append(file)
    return files


def signed(files: Sequence[Path]) -> list[Path]:
    """Beside each file the same with a signature, as it is sent."""
    with tempfile.TemporaryDirectory() as folder:
        signer = keys.signer(Path(folder))
    made = []
    for file in files:
        copy = file.with_name(f"{file.stem}{SIGNED}")
        copy.write_bytes(signer.sign(file.read_bytes(), at=datetime.now(UTC)))
        made.append(copy)
    return made


def main(kinds: Sequence[str]) -> int:
    """Check those of `kinds`, or all; the number of files with something wrong."""
    pages = {
        name: page for name, page in every_page() if not kinds or name.partition(".")[0] in kinds
    }
    with tempfile.TemporaryDirectory() as folder:
        files = render(pages, Path(folder))
        found = check([*files, *signed(files)])
    for file, findings in found.items():
        print(f"{'failed' if findings else 'good':6} {file.stem}")
        for finding in findings:
            print(f"       {finding.rule}: {finding.message}")
    wrong = sum(1 for findings in found.values() if findings)
    print(f"{len(found)} files, {wrong} with findings; allowed:")
    for each in (*ALLOWED, *ALLOWED_SIGNED):
        print(f"       {each.rule}: {each.reason}")
    return wrong


if __name__ == "__main__":
    # With QR code and address, as an installation with a portal prints them.
    os.environ.setdefault("GONGMUN_PUBLIC_URL", "https://check.participation.example")
    sys.exit(main(sys.argv[1:]) > 0)
