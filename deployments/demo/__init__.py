"""`make demo`: the main job on real suggestions, over five weeks in compressed time."""
