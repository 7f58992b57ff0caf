"""A package for pytest, so that Prefect's server ends with the last of these tests."""
