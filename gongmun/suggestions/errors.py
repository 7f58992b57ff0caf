"""What refuses a whole file. Nothing of it was written then."""

from gongmun.errors import GongmunError


class ImportRefused(GongmunError):
    """Base of the reasons for which a file is not imported at all."""

    code = "suggestions.import_refused"
    ko = "파일을 가져오지 않았습니다: {file}."
    en = "The file was not imported: {file}."


class FileUnreadable(ImportRefused):
    """The file is missing, is a folder, or may not be read."""

    code = "suggestions.file_unreadable"
    ko = "파일이 없거나 읽을 수 없습니다: {file}. 경로와 읽기 권한을 확인해 주십시오."
    en = "The file is missing or cannot be read: {file}. Check the path and the permissions."


class FileEmpty(ImportRefused):
    """No record in the file."""

    code = "suggestions.file_empty"
    ko = "{file}에 제안이 한 건도 없습니다. 올바른 파일인지 확인해 주십시오."
    en = "{file} holds no suggestion. Check that it is the right file."


class FileDamaged(ImportRefused):
    """A compressed file that does not unpack to its end."""

    code = "suggestions.file_damaged"
    ko = "압축 파일이 손상되었거나 끝까지 내려받지 못했습니다: {file}. 파일을 다시 받아 주십시오."
    en = "The compressed file is damaged or incomplete: {file}. Fetch it again."


class FileTooLarge(ImportRefused):
    """More content than one import takes: a decompression bomb rather than suggestions."""

    code = "suggestions.file_too_large"
    ko = "{file}의 내용이 {limit}바이트를 넘습니다. 파일을 나누어 가져와 주십시오."
    en = "{file} holds more than {limit} bytes. Split it and import the parts."


class FormatUnknown(ImportRefused):
    """A file name that says neither CSV nor JSON lines."""

    code = "suggestions.format_unknown"
    ko = (
        "지원하지 않는 형식입니다: {file}. .csv 또는 .jsonl 파일(.gz 압축 가능)이 필요합니다. "
        "엑셀 파일은 'CSV UTF-8'로 저장해 주십시오."
    )
    en = (
        "Unknown format: {file}. A .csv or .jsonl file is needed (.gz allowed). "
        "Save a spreadsheet as 'CSV UTF-8'."
    )


class NotATable(ImportRefused):
    """The content is not what the file name says."""

    code = "suggestions.not_a_table"
    ko = (
        "{file}의 내용이 확장자와 다릅니다(CSV는 제목 행이 있는 표, JSONL은 한 줄에 객체 하나). "
        "원본에서 다시 저장해 주십시오."
    )
    en = (
        "The content of {file} is not what its name says (CSV: a table with a header row; JSONL: one "
        "object a line). Save it again from its source."
    )


class WrongEncoding(ImportRefused):
    """Most of the Korean text does not decode, or it is plainly the other encoding."""

    code = "suggestions.wrong_encoding"
    ko = (
        "{file}은(는) {encoding} 파일이 아닙니다({line}행). 매핑 파일에 "
        "encoding = \"{other}\" 를 지정하거나 파일을 'CSV UTF-8'로 다시 저장해 주십시오."
    )
    en = (
        "{file} is not encoded in {encoding} (line {line}). Set "
        "encoding = \"{other}\" in the mapping file, or save the file again as 'CSV UTF-8'."
    )


class ColumnsMissing(ImportRefused):
    """The mapping names columns that the file does not have."""

    code = "suggestions.columns_missing"
    ko = (
        "{file}에 다음 열이 없습니다: {columns}. 매핑 파일의 [columns]와 구분 문자, 파일의 제목 행을 "
        "맞추어 주십시오."
    )
    en = (
        "{file} has no such columns: {columns}. Make [columns] and the delimiter of the mapping file "
        "agree with the header row."
    )


class ColumnsAmbiguous(ImportRefused):
    """A mapped column name stands twice in the header row."""

    code = "suggestions.columns_ambiguous"
    ko = "{file}에 같은 이름의 열이 둘 이상 있습니다: {columns}. 열 이름을 서로 다르게 고쳐 주십시오."
    en = "{file} has more than one column of the same name: {columns}. Give each its own name."


class MappingInvalid(GongmunError):
    """A mapping file that cannot be used."""

    code = "suggestions.mapping_invalid"
    ko = "매핑 파일을 사용할 수 없습니다({file}): {problems}. 해당 항목을 고쳐 주십시오."
    en = "The mapping file cannot be used ({file}): {problems}. Correct what is named."
