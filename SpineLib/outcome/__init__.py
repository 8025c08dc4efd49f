"""From what images show and patients tell to how severe the disease is and what becomes of it.

Research only. `table` reads a cohort, `recipe` names a question, `fitting` and `validation` make
and measure a model, `model` keeps it as JSON and arrays, `prediction` asks it of one patient. Only
the last two run without pandas and scikit-learn, so that any Python can predict.
"""
