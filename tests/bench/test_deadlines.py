"""The bench of the deadlines, small: it measures the right thing, whatever the machine says."""

from bench import deadlines


def test_it_measures_what_is_right() -> None:
    metrics = deadlines.run(deadlines=2_000, rounds=1)
    assert {"suggestion", "peoples_proposal", "petition"} <= set(metrics)
    assert all(each["ours"] > 0 and each["rival"] > 0 for each in metrics.values())
    assert {name for name, each in metrics.items() if "goal" in each} == {
        name for name in metrics if not name.endswith("_spread")
    }
