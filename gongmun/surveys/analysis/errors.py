"""What refuses an analysis: answers, margins or designs that do not fit together."""

from gongmun.errors import GongmunError


class ColumnsMissing(GongmunError):
    """A frame lacks columns that were asked for."""

    code = "surveys.columns_missing"
    ko = "응답 자료에 다음 열이 없습니다: {columns}. 코드북과 응답 자료를 맞추어 주십시오."
    en = "The answers have no such columns: {columns}. Make the codebook and the answers agree."


class UnknownAnswers(GongmunError):
    """Values that are neither an option nor a kind of missing answer."""

    code = "surveys.unknown_answers"
    ko = "문항 {variable}에 코드북에 없는 값이 있습니다: {values}. 값을 고치거나 보기를 더해 주십시오."
    en = "{variable} holds values that the codebook does not know: {values}. Correct them or add the option."


class NoAnswers(GongmunError):
    """Nothing to analyse: no row, or none with a weight."""

    code = "surveys.no_answers"
    ko = "분석할 응답이 없습니다({what}). 응답이 들어온 조사인지 확인해 주십시오."
    en = "There is no answer to analyse ({what}). Check that answers came in."


class OutcomesImpossible(GongmunError):
    """Outcome counts or a share of eligibility that cannot be."""

    code = "surveys.outcomes_impossible"
    ko = "응답 결과 집계가 맞지 않습니다: {what}. 0 이상의 건수와 0에서 1 사이의 비율이어야 합니다."
    en = "The outcomes cannot be: {what}. Counts are 0 or more, shares between 0 and 1."


class ChancesImpossible(GongmunError):
    """Chances of selection outside of ]0, 1]."""

    code = "surveys.chances_impossible"
    ko = "추출확률은 0보다 크고 1 이하여야 합니다({count}건이 벗어남). 추출 기록을 확인해 주십시오."
    en = "A chance of selection lies above 0 and at most at 1; {count} do not. Check the draw's record."


class MarginsDisagree(GongmunError):
    """Margins that describe populations of different sizes."""

    code = "surveys.margins_disagree"
    ko = "가중 기준의 모집단 합계가 서로 다릅니다: {totals}. 같은 시점의 통계로 맞추어 주십시오."
    en = "The margins do not add up to one population: {totals}. Take them from the same day."


class MarginsUnfit(GongmunError):
    """Answers in a category that has no target, or a target that cannot be reached."""

    code = "surveys.margins_unfit"
    ko = "가중 기준과 응답 자료가 맞지 않습니다. {what_ko} 가까운 범주와 합쳐 주십시오."
    en = "The margins do not fit the answers. {what_en} Collapse them with the nearest category."


class RakingUnfinished(GongmunError):
    """Raking that did not reach its margins."""

    code = "surveys.raking_unfinished"
    ko = (
        "가중값이 {iterations}회 반복에도 기준에 맞지 않습니다(가장 큰 상대 차이 {difference}, {cell}). "
        "작은 범주를 합치거나 상한을 높여 주십시오."
    )
    en = (
        "After {iterations} rounds the weights miss their margins (largest relative difference "
        "{difference}, at {cell}). Collapse small categories or raise the cap."
    )


class DesignUnfit(GongmunError):
    """A sampling design that gives no variance."""

    code = "surveys.design_unfit"
    ko = "표본설계로 분산을 계산할 수 없습니다: {what_ko}"
    en = "The design gives no variance: {what_en}"


class EstimateRefused(GongmunError):
    """The statistics library refused an estimate."""

    code = "surveys.estimate_refused"
    ko = "추정값을 계산하지 못했습니다({what}): {reason}. 응답 수와 표본설계를 확인해 주십시오."
    en = "The estimate was refused ({what}): {reason}. Check the number of answers and the design."


class TrendBroken(GongmunError):
    """The same trend code on items that cannot be compared."""

    code = "surveys.trend_broken"
    ko = "추이 문항 {trend}의 보기가 조사마다 다릅니다. 바뀐 문항에는 새 추이 코드를 주어야 합니다."
    en = "The options of the trend item {trend} differ between waves. A changed item needs a new code."


class PairKeysRepeated(GongmunError):
    """One person twice in a wave."""

    code = "surveys.pair_keys_repeated"
    ko = "한 조사에 같은 사람의 응답이 둘 이상 있습니다({count}건). 중복 응답을 먼저 정리해 주십시오."
    en = "A wave holds more than one answer of a person ({count}). Settle the duplicates first."


class NotProtected(GongmunError):
    """Cells that no suppression can protect."""

    code = "surveys.not_protected"
    ko = "공개 제한으로 보호할 수 없는 칸이 있습니다: {cells}. 범주를 합치거나 표를 공개하지 말아 주십시오."
    en = "No suppression protects these cells: {cells}. Collapse categories or withhold the table."
