"""Prefect flows: order, fan-out and a summary artifact. Run one with `python -m flows.<name>`."""
