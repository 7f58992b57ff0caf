"""The years in which deadlines are counted: those of which the holidays are known."""

# A test fails when the next year is not covered.
FIRST_YEAR, LAST_YEAR = 2015, 2035
