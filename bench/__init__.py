"""Measurements, each beside its rival and its limit, in one run."""
