"""Analysis (분석) of a wave: frames of answers in, frozen figures out; nothing here knows a database.

The way through: `dispositions` say how the field went; `weighting` rakes to the population; a `designs.Design`
says what a standard error depends on and `linearising.linearise` makes it ready; `toplines`, `crosstabs` and
`change` make the tables; `disclosure` says what of them may be published. Open answers go through
`open_answers`. Standard errors that are not of tables come from `svy`, which `variance` alone imports.
"""
