"""The sentences of the flaws of a questionnaire's file, by the reason's code."""

from collections.abc import Mapping
from typing import Final

from gongmun.text import Bilingual


def _say(ko: str, en: str) -> Bilingual:
    return Bilingual(ko=ko, en=en)


TEXTS: Final[Mapping[str, Bilingual]] = {
    "file_too_large": _say(
        "파일이 {limit:,}바이트를 넘습니다. 설문지를 나누어 주십시오.",
        "The file exceeds {limit:,} bytes. Split the questionnaire.",
    ),
    "encoding": _say(
        "UTF-8이 아닙니다. 편집기에서 UTF-8로 다시 저장해 주십시오.",
        "This is not UTF-8. Save the file again as UTF-8.",
    ),
    "unprintable": _say(
        "보이지 않는 문자 {character}이(가) 있습니다. 지우고 다시 입력해 주십시오.",
        "There is an invisible character, {character}. Delete it and type the text anew.",
    ),
    "tab": _say(
        "줄 앞에 탭이 있습니다. 들여쓰기는 빈칸으로 해 주십시오.",
        "The line begins with a tab. Indent by spaces.",
    ),
    "syntax": _say(
        "YAML로 읽을 수 없습니다({problem}). 들여쓰기와 따옴표의 짝을 살피고, 콜론이나 쉼표가 든 글은 따옴표로 묶어 주십시오.",
        "This is not YAML ({problem}). Check indentation and quotes; put text with a colon or comma in quotes.",
    ),
    "directive": _say(
        "‘%’로 시작하는 지시어는 쓰지 않습니다. 이 줄을 지워 주십시오.",
        "Directives that begin with % are not used here. Delete the line.",
    ),
    "anchor": _say(
        "앵커(&)와 별칭(*)은 쓰지 않습니다. 읽는 사람이 보는 자리에 내용을 그대로 적거나, 글이면 따옴표로 묶어 주십시오.",
        "Anchors (&) and aliases (*) are not used: write the content where it is read, or quote it if it is text.",
    ),
    "tag": _say(
        "형식 표시(!)는 쓰지 않습니다. 지우거나, 글이면 따옴표로 묶어 주십시오.",
        "Tags (!) are not used. Delete it, or quote it if it is text.",
    ),
    "too_deep": _say(
        "{limit}단계보다 깊이 들어갔습니다. 들여쓰기나 괄호를 줄여 주십시오.",
        "This is nested more than {limit} levels deep. Use fewer levels.",
    ),
    "too_many_nodes": _say(
        "값이 {limit:,}개를 넘습니다. 설문지를 나누어 주십시오.",
        "There are more than {limit:,} values. Split the questionnaire.",
    ),
    "second_document": _say(
        "한 파일에는 설문지 하나만 적습니다. ‘---’ 아래를 다른 파일로 옮겨 주십시오.",
        "A file holds one questionnaire. Move what follows '---' to another file.",
    ),
    "empty_file": _say(
        "파일에 내용이 없습니다. 표본 설문지를 본떠 적어 주십시오.",
        "The file is empty. Begin from one of the samples.",
    ),
    "key_not_text": _say(
        "항목 이름은 한 낱말이어야 합니다. 이름을 적어 주십시오.",
        "A key must be a word. Write its name.",
    ),
    "duplicate_key": _say(
        "‘{key}’이(가) {line}번째 줄에 이미 있습니다. 하나만 남겨 주십시오.",
        "'{key}' stands in line {line} already. Keep one of them.",
    ),
    "unknown_key": _say(
        "‘{key}’은(는) 이 자리에 쓸 수 없는 이름입니다. 쓸 수 있는 이름: {known}. 쉼표가 든 글이면 따옴표로 묶어 주십시오.",
        "'{key}' is no key here. Possible: {known}. If it is a part of a text with a comma, quote the text.",
    ),
    "unknown_key_near": _say(
        "‘{key}’은(는) 이 자리에 쓸 수 없는 이름입니다. ‘{near}’을(를) 뜻하셨습니까?",
        "'{key}' is no key here. Did you mean '{near}'?",
    ),
    "missing_key": _say(
        "‘{key}’이(가) 없습니다. 더해 주십시오.",
        "'{key}' is missing. Add it.",
    ),
    "not_a_mapping": _say(
        "‘이름: 값’의 묶음이 와야 합니다. 예: {{ko: 예, en: 'Yes'}}",
        "A mapping of keys and values is needed here, such as {{ko: 예, en: 'Yes'}}.",
    ),
    "not_a_list": _say(
        "목록이 와야 합니다. 줄마다 ‘- ’로 시작해 주십시오.",
        "A list is needed here: begin each entry with '- '.",
    ),
    "not_text": _say(
        "글이 와야 합니다. 목록이나 묶음 대신 글을 적어 주십시오.",
        "Text is needed here, no list and no mapping.",
    ),
    "not_one_line": _say(
        "줄을 바꾸지 않은 글이어야 합니다. 한 줄로 적어 주십시오.",
        "This text must be a single line. Write it as one.",
    ),
    "not_integer": _say(
        "정수가 와야 합니다. 따옴표 없이 적어 주십시오. 예: 3",
        "A whole number is needed here, without quotes, such as 3.",
    ),
    "not_a_number": _say(
        "숫자가 와야 합니다. 따옴표 없이 적어 주십시오. 예: 100 또는 0.5",
        "A number is needed here, without quotes, such as 100 or 0.5.",
    ),
    "not_a_boolean": _say(
        "true 또는 false 가 와야 합니다. 따옴표 없이 적어 주십시오.",
        "true or false is needed here, without quotes.",
    ),
    "not_a_code": _say(
        "‘{code}’은(는) 코드로 쓸 수 없습니다. 영문 소문자로 시작하여 소문자, 숫자, 밑줄로 {limit}자 이내로 적어 주십시오.",
        "'{code}' is no code: small letters, digits and underscores, a letter first, at most {limit}.",
    ),
    "not_a_trend_code": _say(
        "‘{code}’은(는) 추세 문항 코드가 아닙니다. 예: engagement.trust",
        "'{code}' is no code of a trend item. Example: engagement.trust",
    ),
    "empty_text": _say("글이 비어 있습니다. 적어 주십시오.", "The text is empty. Write it."),
    "too_long": _say(
        "글이 {limit:,}자를 넘습니다. 줄여 주십시오.",
        "The text exceeds {limit:,} characters. Shorten it.",
    ),
    "no_translation": _say(
        "{language} 글이 없습니다. ‘{key}’을(를) 더해 주십시오.",
        "There is no text in this language. Add '{key}' ({language}).",
    ),
    "not_translated": _say(
        "영어 자리에 한국어 글이 그대로 있습니다. 번역해 주십시오.",
        "The English text is the Korean one. Translate it.",
    ),
    "empty_list": _say(
        "목록이 비어 있습니다. 하나 이상 적어 주십시오.",
        "The list is empty. Write at least one entry.",
    ),
    "too_many": _say(
        "{limit}개까지만 적을 수 있습니다. 줄여 주십시오.",
        "At most {limit} are possible here. Write fewer.",
    ),
    "too_few": _say(
        "{least}개 이상이어야 합니다. 더해 주십시오.",
        "At least {least} are needed here. Add to them.",
    ),
    "out_of_range": _say(
        "{low}부터 {high}까지의 값이어야 합니다. 음수는 결측 코드로만 씁니다.",
        "The value must lie between {low} and {high}; negative numbers are codes of missing values.",
    ),
    "unknown_format": _say(
        "이 판에서 읽을 수 있는 format은 {known}입니다.",
        "This release reads format {known}.",
    ),
    "unknown_type": _say(
        "‘{type}’은(는) 없는 문항 유형입니다. 쓸 수 있는 유형: {known}",
        "There is no type '{type}'. Types: {known}",
    ),
    "code_taken": _say(
        "코드 ‘{code}’은(는) {line}번째 줄에서 이미 썼습니다. 다른 코드를 지어 주십시오.",
        "The code '{code}' is taken by line {line}. Choose another one.",
    ),
    "variable_taken": _say(
        "변수 이름 ‘{variable}’이(가) 문항 ‘{item}’의 변수와 겹칩니다. 코드를 바꾸어 주십시오.",
        "The variable '{variable}' is one of the item '{item}' already. Change the code.",
    ),
    "option_taken": _say(
        "보기 번호 {code}이(가) {line}번째 줄에 이미 있습니다. 다른 번호를 적어 주십시오.",
        "Option {code} stands in line {line} already. Give it another number.",
    ),
    "label_taken": _say(
        "같은 글의 응답이 {line}번째 줄에 있습니다. 구별되게 적어 주십시오.",
        "The answer in line {line} has the same text. Make them differ.",
    ),
    "second_other": _say(
        "‘기타’ 보기는 문항마다 하나입니다. other: true 를 하나만 남겨 주십시오.",
        "An item has one option 'other'. Keep one other: true.",
    ),
    "nobody_left": _say(
        "모든 보기에 screens_out: true 가 있어 조사 대상이 남지 않습니다. 대상인 보기에서는 지워 주십시오.",
        "Every option has screens_out: true, so that nobody is left. Remove it where people are asked on.",
    ),
    "ends_unlabelled": _say(
        "척도의 양 끝 {low}과 {high}에 글이 있어야 합니다. labels에 더해 주십시오.",
        "Both ends of the scale, {low} and {high}, need a label. Add it to labels.",
    ),
    "no_such_point": _say(
        "이 척도의 점은 {low}부터 {high}까지입니다. 고쳐 주십시오.",
        "The points of this scale go from {low} to {high}. Correct it.",
    ),
    "bounds_crossed": _say(
        "min이 max보다 작아야 합니다. 고쳐 주십시오.", "min must be less than max. Correct it."
    ),
    "too_many_decimals": _say(
        "소수점 아래는 {limit}자리까지입니다(decimals). 고쳐 주십시오.",
        "At most {limit} decimals, as 'decimals' says. Correct it.",
    ),
    "not_a_condition": _say(
        "조건은 item과 {tests} 중 하나, 또는 all, any, not 하나로 적습니다.",
        "A condition is an item with one of {tests}, or one of all, any, not.",
    ),
    "no_such_item": _say(
        "문항 ‘{item}’이(가) 없습니다. 코드를 확인해 주십시오.",
        "There is no item '{item}'. Check the code.",
    ),
    "not_backward": _say(
        "조건은 앞에 나온 문항만 가리킬 수 있습니다. ‘{item}’을(를) 앞으로 옮기거나 조건을 바꾸어 주십시오.",
        "A condition looks back only. Move '{item}' before this, or change the condition.",
    ),
    "test_not_for_type": _say(
        "‘{item}’ 문항({type})에는 {test}을(를) 쓸 수 없습니다. 쓸 수 있는 것: {known}",
        "'{test}' is not for the item '{item}' ({type}). Possible: {known}",
    ),
    "no_such_option": _say(
        "‘{item}’ 문항에 {code}번 보기가 없습니다. 번호를 확인해 주십시오.",
        "The item '{item}' has no option {code}. Check the number.",
    ),
    "not_offered": _say(
        "‘{item}’ 문항에는 {missing} 응답이 없습니다. 그 문항에 더하거나 조건을 바꾸어 주십시오.",
        "The item '{item}' offers no '{missing}'. Add it there, or change the condition.",
    ),
    "never_shown": _say(
        "어떻게 답해도 이곳에 이를 수 없습니다. show_if를 고쳐 주십시오.",
        "No answers lead here. Correct show_if.",
    ),
    "never_holds": _say(
        "이 조건은 어떻게 답해도 성립하지 않습니다. 고치거나 지워 주십시오.",
        "No answers make this condition true. Correct or delete it.",
    ),
    "too_complex": _say(
        "조건이 얽혀 있어 도달할 수 있는지 확인하지 못했습니다. 조건을 단순하게 나누어 주십시오.",
        "The conditions are too entangled to tell whether this can be reached. Make them simpler.",
    ),
    "trend_unknown": _say(
        "추세 문항 ‘{trend}’이(가) 추세 문항 목록에 없습니다. 목록에 더하거나 코드를 확인해 주십시오.",
        "The trend item '{trend}' is not in the catalogue. Add it there, or check the code.",
    ),
    "trend_changed": _say(
        "추세 문항 ‘{trend}’의 {field}이(가) 목록과 다릅니다. 목록: “{old}”. 이 설문지: “{new}”. 목록과 같게 적거나 새 코드 ‘{next}’(으)로 목록에 더해 주십시오.",
        "The trend item '{trend}' differs from the catalogue in {field}. There: “{old}”. Here: “{new}”. Write it as there, or add it to the catalogue under a new code, '{next}'.",
    ),
    "trend_twice": _say(
        "추세 문항 ‘{trend}’을(를) {line}번째 줄에서 이미 썼습니다. 한 설문지에 한 번만 씁니다.",
        "The trend item '{trend}' stands in line {line} already. Use it once.",
    ),
}
