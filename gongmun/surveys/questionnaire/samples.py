"""The questionnaires that come with the product, to be used as they are or to begin from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gongmun.surveys.questionnaire.items import Questionnaire
from gongmun.surveys.questionnaire.reading import load

_FOLDER = Path(__file__).parent / "data" / "samples"

SAMPLES: Final[Mapping[str, Path]] = {
    name: _FOLDER / f"{name}.yaml"
    for name in (
        "quarterly_engagement",
        "forum_evaluation",
        "results_rating",
        "policy_before_briefing",
        "policy_after_briefing",
    )
}


def sample(name: str) -> Questionnaire:
    """The sample of this name; KeyError where there is none."""
    return load(SAMPLES[name])
