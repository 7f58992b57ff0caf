"""Fieldwork (실사): one wave of a survey from its opening to its last answer."""
