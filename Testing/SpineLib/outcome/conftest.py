"""Simulated patients that the tests of outcomes share: few necks, many patients."""

import csv

import pytest

from SpineLib.evaluation import statistics
from SpineLib.outcome.recipe import read_recipe
from SpineLib.outcome.run import run
from SpineLib.outcome.table import read_cohort
from SpineLib.simulate.clinical import draw_patients, measure_neck


def write_rows(path, rows):
    """Rows as a person's CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.fixture(scope="session", autouse=True)
def few_draws():
    """Intervals of a few drawings: the tests need some, not narrow ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "DRAWS", 40)
        yield


@pytest.fixture(scope="session")
def necks():
    """Forty necks, each of several patients: measuring them is what takes time."""
    return [measure_neck(n) for n in range(40)]


@pytest.fixture
def rows(necks):
    """Eighty patients with nothing missing, which a test may spoil."""
    return draw_patients(necks * 2, 1)


@pytest.fixture
def table(tmp_path):
    """Writes rows as a table and gives its file."""
    return lambda rows, name="cohort.csv": write_rows(tmp_path / name, rows)


@pytest.fixture(scope="session")
def cohort(necks, tmp_path_factory):
    """Two hundred patients, a tenth of the cells missing."""
    rows = draw_patients(necks * 5, 2, missing=0.1)
    return read_cohort(write_rows(tmp_path_factory.mktemp("cohort") / "cohort.csv", rows))


@pytest.fixture(scope="session")
def done(cohort):
    """A run with the predictors of Nouri et al."""
    return run(cohort, read_recipe("nouri2015"), draws=10)
