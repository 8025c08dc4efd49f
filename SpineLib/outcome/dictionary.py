"""The data dictionary: what a table of patients may hold, in which unit and range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from SpineLib.errors import BadRequest

NUMBER, YES_NO, CATEGORY, TEXT, DATE = "number", "yes or no", "category", "text", "date"
BASELINE, IMAGING, OPERATION, FOLLOW_UP, IDENTITY = (
    "before the operation",
    "images",
    "operation",
    "follow-up",
    "who and when",
)
MONTHS = (6, 12, 24)
PARTS = ("mjoa_upper", "mjoa_lower", "mjoa_sensory", "mjoa_bladder")
# "Checked" and "Unchecked" are what REDCap calls a box.
_YES = {"yes", "y", "true", "1", "1.0", "checked"}
_NO = {"no", "n", "false", "0", "0.0", "unchecked"}


@dataclass(frozen=True)
class Variable:
    """One column.

    Attributes:
        name: as tables, recipes and models call it.
        title: for the person.
        when: `BASELINE`, `IMAGING`, `OPERATION`, `FOLLOW_UP` or `IDENTITY`.
        kind: `NUMBER`, `YES_NO`, `CATEGORY`, `TEXT` or `DATE`.
        unit: of a number; empty for scores and counts.
        low, high: the least and the greatest value that is possible, both allowed.
        whole: only whole numbers.
        values: of a category; the first one is what others are compared with.
    """

    name: str
    title: str
    when: str
    kind: str = NUMBER
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    values: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """What is allowed, in words."""
        if self.kind == NUMBER:
            return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()
        return {YES_NO: "yes or no", CATEGORY: ", ".join(self.values)}.get(self.kind, self.kind)

    def read(self, value: object) -> float | str | None:
        """A cell as it is used: a number (yes is 1), a category's word; None where it is empty.

        Raises:
            ValueError: it is none of the allowed values; the message says which are.
        """
        text = "" if value is None else str(value).strip()
        if text.lower() in ("", "nan", "na", "n/a", "none", "null", "<na>", "nat"):
            return None
        if self.kind in (TEXT, DATE):
            return text
        if self.kind == YES_NO:
            if text.lower() in _YES | _NO:
                return float(text.lower() in _YES)
        elif self.kind == CATEGORY:
            if text.lower() in self.values:
                return text.lower()
        else:
            return self._number(text)
        raise ValueError(f"it is not {self.range}")

    def _number(self, text: str) -> float:
        try:
            number = float(text if "_" not in text else "")  # Python's own 1_000 is nobody's
        except ValueError as error:
            point = " (its decimals need a point)" * ("," in text)
            raise ValueError(f"it is not a number{point}") from error
        if not self.low <= number <= self.high:
            raise ValueError(f"{number:g} is outside of {self.range}")
        if self.whole and number != round(number):
            raise ValueError(f"{number:g} is not a whole number")
        return number

    def shown(self, value: float | str) -> str:
        """A value for the person, with its unit."""
        if self.kind == YES_NO:
            return "yes" if value else "no"
        return value if isinstance(value, str) else f"{value:.4g} {self.unit}".rstrip()


def _score(name: str, title: str, when: str, high: float) -> Variable:
    return Variable(name, title, when, low=0, high=high, whole=True)


def _follow_up() -> list[Variable]:
    variables = []
    for n in MONTHS:
        variables += [
            _score(f"mjoa_{n}", f"mJOA at {n} months", FOLLOW_UP, 18),
            _score(f"nurick_{n}", f"Nurick grade at {n} months", FOLLOW_UP, 5),
            Variable(f"ndi_{n}", f"NDI at {n} months", FOLLOW_UP, unit="%", high=100),
            Variable(f"followup_date_{n}", f"date of the {n}-month visit", FOLLOW_UP, DATE),
        ]
    return variables


# mJOA: Benzel et al. 1991 (J Spinal Disord 4:286): upper 0-5, lower 0-7, sensory 0-3, bladder 0-3.
VARIABLES: tuple[Variable, ...] = (
    Variable("patient", "patient's identifier (kept as a keyed hash)", IDENTITY, TEXT),
    Variable("site", "hospital", IDENTITY, TEXT),
    Variable("study_instance_uid", "study that was read (not kept)", IDENTITY, TEXT),
    Variable("operation_date", "date of the operation (not kept)", IDENTITY, DATE),
    Variable("simulated", "the patient is a simulated one", IDENTITY, YES_NO),
    Variable("age", "age", BASELINE, unit="years", low=18, high=110),
    Variable("sex", "sex", BASELINE, CATEGORY, values=("female", "male")),
    Variable("height", "height", BASELINE, unit="cm", low=120, high=220),
    Variable("weight", "weight", BASELINE, unit="kg", low=30, high=250),
    Variable("smoking", "smokes", BASELINE, YES_NO),
    Variable("diabetes", "diabetes", BASELINE, YES_NO),
    Variable("psychiatric", "psychiatric history", BASELINE, YES_NO),
    Variable("other_diseases", "number of other diseases", BASELINE, high=30, whole=True),
    Variable("duration", "duration of symptoms", BASELINE, unit="months", high=720),
    Variable("gait", "impaired gait", BASELINE, YES_NO),
    Variable("hand", "impaired hand function", BASELINE, YES_NO),
    _score("mjoa", "mJOA", BASELINE, 18),
    _score("mjoa_upper", "mJOA, upper limbs", BASELINE, 5),
    _score("mjoa_lower", "mJOA, lower limbs", BASELINE, 7),
    _score("mjoa_sensory", "mJOA, sensation", BASELINE, 3),
    _score("mjoa_bladder", "mJOA, bladder", BASELINE, 3),
    _score("nurick", "Nurick grade", BASELINE, 5),
    Variable("ndi", "Neck Disability Index", BASELINE, unit="%", high=100),
    Variable("sf36_pcs", "SF-36, physical component", BASELINE, high=100),
    Variable("sf36_mcs", "SF-36, mental component", BASELINE, high=100),
    Variable("approach", "surgical approach", OPERATION, CATEGORY,
             values=("anterior", "posterior", "combined")),
    Variable("levels_operated", "levels operated on", OPERATION, low=1, high=12, whole=True),
    Variable("compressed_slices", "compressed slices", IMAGING, high=1000, whole=True),
    Variable("longest_run", "most compressed slices in a row", IMAGING, high=1000, whole=True),
    Variable("extent_mm", "first to last compressed slice", IMAGING, unit="mm", high=600),
    Variable("compressed_levels", "compressed levels", IMAGING, high=25, whole=True),
    Variable("worst_probability", "highest P(compressed)", IMAGING, high=1),
    Variable("grade", "worst grade's place in its scheme, from 0", IMAGING, high=10, whole=True),
    Variable("t1_hypointensity", "dark cord signal on T1", IMAGING, YES_NO),
    Variable("t2_hyperintensity", "bright cord signal on T2", IMAGING, YES_NO),
    Variable("mscc", "maximum spinal cord compression (MSCC)", IMAGING, unit="%", low=-20, high=100),
    Variable("mcc", "maximum canal compromise (MCC)", IMAGING, unit="%", low=-20, high=100),
    Variable("cord_ap", "cord, front to back", IMAGING, unit="mm", low=0.5, high=15),
    Variable("cord_area", "cord area", IMAGING, unit="mm²", low=5, high=180),
    Variable("cord_ratio", "cord, front to back over width", IMAGING, low=0.02, high=1.5),
    Variable("ascor", "adapted canal occupation ratio (aSCOR)", IMAGING, high=1.2),
    *_follow_up(),
)  # fmt: skip


@cache
def _by_name() -> dict[str, Variable]:
    return {column.name: column for column in VARIABLES}


def is_variable(name: str) -> bool:
    """Whether the dictionary has a column of this name."""
    return name in _by_name()


def variable(name: str) -> Variable:
    """The column of this name.

    Raises:
        BadRequest: the dictionary has none.
    """
    if name not in _by_name():
        raise BadRequest(
            f"The data dictionary has no column {name}",
            advice="Use a name of the dictionary, or rename the column in a mapping file.",
            command="spine outcome dictionary",
        )
    return _by_name()[name]


@dataclass(frozen=True)
class Column:
    """A column of a model's matrix: a variable's number, or whether it has a category's word."""

    variable: str
    value: str = ""

    @property
    def title(self) -> str:
        """For the person."""
        title = variable(self.variable).title
        return f"{title}: {self.value}" if self.value else title

    def of(self, value: float | str | None) -> float:
        """The column's number for a variable's value; NaN where that is not known."""
        if value is None or value != value:
            return float("nan")
        return float(value == self.value) if self.value else float(value)

    def at(self, place: float) -> float:
        """The column's number for a variable's number, or for the place of a category's word."""
        return (
            float(variable(self.variable).values[int(place)] == self.value) if self.value else place
        )


def columns_of(names: tuple[str, ...]) -> tuple[Column, ...]:
    """The matrix's columns for some variables; of a category, one a word but the first."""
    columns: list[Column] = []
    for name in names:
        values = variable(name).values
        columns += [Column(name, value) for value in values[1:]] if values else [Column(name)]
    return tuple(columns)
