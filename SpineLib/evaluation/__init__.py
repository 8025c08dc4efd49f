"""What a model is worth: predictions as a table, figures with intervals, drawings, one page.

`predict` runs a model as a reading does and gives a table; `slices`, `grades`, `segments` and
`canals` turn a table into an `Evaluation`; `report` writes it. `delong`, `agreement` and
`statistics` know nothing of models, so that studies of readers can use them as well.
"""
