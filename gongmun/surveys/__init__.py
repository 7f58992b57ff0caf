"""Surveys (설문): five rooms, each importing only those above it here (decision 0022).

`questionnaire` (설문지), `panels` (시민참여단), `analysis` (분석), `fieldwork` (실사) and `reports`
(결과 보고).
"""
