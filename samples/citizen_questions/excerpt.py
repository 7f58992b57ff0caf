"""Write suggestions.csv from the published citizens' questions.

    python samples/citizen_questions/excerpt.py kr_citizen_questions_2025.jsonl.gz

The questions are told apart by their id in the source. Topic and selection are ours, given by hand
after reading each question; so are the channels, dealt out in turn.
"""

import csv
import gzip
import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

# id in the source: topic, and whether the forum selected it.
CHOSEN = {
    3129: ("대중교통", True),
    3538: ("대중교통", True),
    4105: ("대중교통", False),
    4142: ("교통안전", True),
    1594: ("교통안전", False),
    2972: ("교통안전", True),
    1162: ("주거", True),
    2518: ("주거", True),
    3441: ("주거", False),
    2460: ("보육", True),
    2956: ("보육", True),
    3730: ("보육", False),
    2243: ("학교폭력", True),
    1529: ("학교폭력", False),
    745: ("교육", True),
    1763: ("교육", True),
    4443: ("개인정보", True),
    1427: ("치안", True),
    2231: ("통신", True),
    3044: ("기타", True),
    1714: ("동물보호", True),
    2939: ("동물보호", False),
    1453: ("재활용", True),
    2139: ("재활용", False),
    2513: ("기후·에너지", True),
    3711: ("기후·에너지", True),
    1003: ("산업안전", False),
    2045: ("산업안전", True),
    4012: ("소상공인", True),
    2480: ("의료", True),
    4681: ("의료", True),
    3801: ("노인 돌봄", True),
    928: ("장애인 편의", True),
    2100: ("장애인 편의", True),
    3961: ("청년 고용", True),
    3701: ("재난안전", True),
    2708: ("농업·농촌", True),
    3621: ("농업·농촌", False),
    3643: ("문화", False),
    2991: ("문화", True),
}
CHANNELS = ("누리집", "국민생각함", "모바일 앱", "현장", "실시간 댓글")

# Emphasis and headings of the source's Markdown; the words stay.
MARKUP = re.compile(r"\*\*|^#+ ", re.MULTILINE)

# 83 weeks: from February 2025 into the time of the sample forum, on the same days of the week.
SHIFT = timedelta(weeks=83)


def main(source: Path) -> None:
    """Read the questions, write the CSV beside this script as a spreadsheet would save it."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        questions = {question["id"]: question for question in map(json.loads, lines)}
    chosen = sorted(CHOSEN, key=lambda number: questions[number]["created_at"])
    target = Path(__file__).with_name("suggestions.csv")
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["접수번호", "제목", "내용", "분야", "접수경로", "접수일시", "선정여부"])
        for turn, number in enumerate(chosen):
            question = questions[number]
            topic, selected = CHOSEN[number]
            submitted = datetime.fromisoformat(question["created_at"]) + SHIFT
            writer.writerow(
                [
                    f"Q{number:04}",
                    question["title"],
                    MARKUP.sub("", question["content"]),
                    topic,
                    CHANNELS[turn % len(CHANNELS)],
                    f"{submitted:%Y-%m-%d %H:%M}",
                    "선정" if selected else "미선정",
                ]
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
