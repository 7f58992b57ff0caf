"""The bench of the analysis, small: ours is svy's table, and there are as many as there should be."""

from bench import survey_analysis


def test_it_measures_what_is_right() -> None:
    metrics = survey_analysis.run(answers=3_000, items=3, rounds=1)
    assert set(metrics) == {"read", "analysis", "whole", "table"}
    assert metrics["analysis"]["rival"] == survey_analysis.LIMIT
    assert all(each["ours"] > 0 and each["rival"] > 0 for each in metrics.values())
