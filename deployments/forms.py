"""The forms of deployments: what each parameter is, in both languages.

A flow's parameters are codes, ids and times. A form offers a choice where the choices are fixed in the code; forums,
ministries and series are typed by their code, see docs/decisions/0024-choices-in-forms.md.
"""

from collections.abc import Mapping

from prefect.deployments.runner import RunnerDeployment

from gongmun.text import Bilingual

WORDS: Mapping[str, Bilingual] = {
    "as_of": Bilingual(
        ko="기준 시각. 시험용이며 업무에서는 비워 둡니다.",
        en="the moment that the run takes for the present. For trials: leave it empty in service.",
    ),
    "dry_run": Bilingual(
        ko="미리 보기. 켜면 무엇을 할지 보여 주기만 하고 아무것도 바꾸지 않습니다.",
        en="preview: with it on, what would be done is shown and nothing is changed.",
    ),
    "forum": Bilingual(
        ko="포럼 코드. 예: OCF-2026-09 (gongmun forum list 또는 처리 단계 현황)",
        en="code of the forum, such as OCF-2026-09: see `gongmun forum list`, or the funnel.",
    ),
    "path": Bilingual(
        ko="제안 파일의 경로. 실행하는 컴퓨터에 있어야 합니다.",
        en="path of the file of suggestions, on the machine where runs are executed.",
    ),
    "mapping": Bilingual(
        ko="열 대응 파일(TOML)의 경로.",
        en="path of the mapping file (TOML), on the same machine.",
    ),
    "limit": Bilingual(
        ko="한 번에 보낼 메일 수의 상한.", en="how many mails may be sent by this run at most."
    ),
    "series": Bilingual(
        ko="반복 설문 코드. 비우면 주기가 된 설문만 시작합니다(gongmun wave list).",
        en="code of a series: see `gongmun wave list`. Empty: what is due by its rule.",
    ),
    "key": Bilingual(
        ko="부르는 쪽의 고유 키. 같은 키로는 한 번만 시작합니다.",
        en="a key of whoever calls: the same key starts one wave, however often it is called.",
    ),
    "reply": Bilingual(ko="회신 메일의 번호.", en="id of the reply."),
    "dispatch": Bilingual(ko="발송 번호(gongmun mail list).", en="id of the mail."),
    "suggestion": Bilingual(ko="제안의 내부 번호.", en="id of the suggestion."),
    "extension": Bilingual(ko="기한 연장 요청의 번호.", en="id of the request."),
    "document": Bilingual(ko="공문의 내부 번호.", en="id of the document."),
    "first": Bilingual(ko="첫 공문의 내부 번호.", en="id of the first document."),
    "last": Bilingual(ko="끝 공문의 내부 번호.", en="id of the last document."),
    "wave": Bilingual(ko="설문 회차의 내부 번호.", en="id of the wave."),
    "contact": Bilingual(ko="연락처의 내부 번호.", en="id of the contact."),
    "run": Bilingual(
        ko="실행의 이름. 자동으로 채워집니다.", en="name of a run; filled in by itself."
    ),
    "run_id": Bilingual(
        ko="실행의 ID. 자동으로 채워집니다.", en="id of a run; filled in by itself."
    ),
    "state": Bilingual(
        ko="실행의 상태. 자동으로 채워집니다.", en="state of a run; filled in by itself."
    ),
}


def describe(deployment: RunnerDeployment) -> None:
    """Put what each parameter is into the form of a deployment; a name that stands in no table is left alone."""
    # Prefect reads descriptions from docstrings in one language and offers no other way in: its parser takes two
    # paragraphs for two parameters.
    for name, shown in deployment._parameter_openapi_schema.properties.items():
        if words := WORDS.get(name):
            shown["description"] = f"{words.ko}\n\n{words.en}"
