"""What a database refuses, or cannot do, in words that name the remedy."""

from gongmun.errors import GongmunError


class DatabaseUnavailable(GongmunError):
    """The database is locked, gone or refuses the connection."""

    code = "db.unavailable"
    ko = (
        "데이터베이스를 사용할 수 없습니다({database}): {reason}. 서버가 실행 중인지, 다른 프로그램이 "
        "잠그고 있지 않은지 확인해 주십시오. 처리 중이던 내용은 저장되지 않았으며 다시 시도할 수 있습니다."
    )
    en = (
        "The database cannot be used ({database}): {reason}. Check that its server runs and that no "
        "other program holds a lock. Nothing was half done; the call can be repeated."
    )
    retryable = True


class DatabaseOutOfReach(DatabaseUnavailable):
    """The file of SQLite, or a folder above it, is not this account's to open."""

    code = "db.out_of_reach"
    ko = (
        "데이터베이스 파일을 열 수 없습니다({database}): {reason}. Gongmun을 실행하는 계정으로 실행하였는지, GONGMUN_VAR 값과 "
        "그 폴더의 권한이 맞는지 확인해 주십시오."
    )
    en = (
        "The database file cannot be opened ({database}): {reason}. See that you are the account that runs Gongmun, "
        "and that GONGMUN_VAR and the rights of its folder are right."
    )


class DatabaseDamaged(DatabaseUnavailable):
    """What the database keeps cannot be read: its file or its pages are not whole."""

    code = "db.damaged"
    ko = (
        "데이터베이스가 손상되었습니다({database}): {reason}. Gongmun을 멈추고, 손상된 데이터베이스를 따로 보관한 다음 "
        "'gongmun restore'로 마지막 백업을 되살려 주십시오. PostgreSQL의 색인만 손상되었으면 REINDEX로 충분합니다."
    )
    en = (
        "The database is damaged ({database}): {reason}. Stop Gongmun, put the damaged database aside, and bring "
        "back the last backup by `gongmun restore`. For nothing but an index of PostgreSQL, REINDEX is enough."
    )
    retryable = False


class RightMissing(GongmunError):
    """The role of the database URL may not do this, which for changes of the schema is on purpose."""

    code = "db.right_missing"
    ko = (
        "데이터베이스({database})에 대한 이 역할의 권한이 부족합니다: {reason}. 'gongmun setup'과 'gongmun restore'는 표를 "
        "소유한 역할(gongmun_owner)의 주소를 GONGMUN_DATABASE_URL로 지정하여 실행해 주십시오. 바꾼 것은 없습니다."
    )
    en = (
        "The role of this URL has not the right to do this ({database}): {reason}. Run `gongmun setup` and `gongmun "
        "restore` with the URL of the role that owns the tables (gongmun_owner) as GONGMUN_DATABASE_URL. Nothing was "
        "changed."
    )


class SchemaMissing(GongmunError):
    """A table or column does not exist: the database was not set up, or not brought up to date."""

    code = "db.schema_missing"
    ko = "데이터베이스({database})가 준비되지 않았거나 이전 판입니다. 'gongmun setup'을 실행해 주십시오."
    en = "The database ({database}) is not set up, or not up to date. Run `gongmun setup`."


class DatabaseMissing(SchemaMissing):
    """There is no file of this name: not set up yet, or its folder was named wrongly."""

    code = "db.missing"
    ko = (
        "데이터베이스 파일이 없습니다({database}). GONGMUN_VAR, GONGMUN_DATABASE_URL 값을 확인하거나, 처음이면 "
        "'gongmun setup'을 실행해 주십시오."
    )
    en = (
        "There is no database file ({database}). Check GONGMUN_VAR and GONGMUN_DATABASE_URL, or run "
        "`gongmun setup` to make one."
    )


class WrittenMeanwhile(GongmunError):
    """Somebody else added the same row at the same moment; whoever calls again finds it."""

    code = "db.written_meanwhile"
    ko = (
        "같은 내용을 다른 작업이 바로 이 순간에 저장하였습니다. 이번 작업은 아무것도 저장하지 않았습니다. 다시 실행해 "
        "주십시오."
    )
    en = "Somebody else has just stored the same. This call has stored nothing; please repeat it."
    retryable = True


class ReferencesBroken(GongmunError):
    """After a change of the schema, rows would name others that are not there."""

    code = "db.references_broken"
    ko = (
        "데이터베이스를 새 버전으로 바꾸면 {tables} 표에서 다른 자료를 가리키는 행이 끊어집니다. 바꾸지 않았습니다. "
        "백업과 대조해 주십시오."
    )
    en = (
        "Bringing the database up to date would leave rows of {tables} that name missing ones. "
        "Nothing was changed; compare with a backup."
    )


class UnsupportedDatabase(GongmunError):
    """A database URL that is neither SQLite nor PostgreSQL by psycopg 3."""

    code = "db.unsupported"
    ko = (
        "지원하지 않는 데이터베이스 주소입니다: {url}. sqlite:///파일 또는 "
        "postgresql+psycopg://사용자@서버/이름 형식으로 지정해 주십시오."
    )
    en = (
        "Unsupported database URL: {url}. Use sqlite:///FILE or "
        "postgresql+psycopg://USER@HOST/NAME."
    )
