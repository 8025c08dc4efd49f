"""What readers may say of a slice, and what each word means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.labels import BILSKY, COMPRESSED, KANG, NOT_COMPRESSED, GradingScheme


@dataclass(frozen=True)
class Scheme:
    """The labels of a project, from mild to severe.

    Attributes:
        name: ``compression``, ``Bilsky``, ``Kang``, or the project's own.
        values: every label.
        first_high: index of the first label that counts as positive (compressed, high grade).
        definitions: label → what it means, shown to the reader.
        source: where the definitions come from.
    """

    name: str
    values: tuple[str, ...]
    first_high: int
    definitions: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def task(self) -> str:
        """``compression`` or ``grading``, as `SpineLib.datasets` names them."""
        return "compression" if self.name == COMPRESSION.name else "grading"

    def positive(self, value: str) -> bool:
        """Whether the label is compressed, or a high grade."""
        return self.values.index(value) >= self.first_high

    def checked(self, value: str) -> str:
        """The label itself.

        Raises:
            BadInput: it is none of the scheme's.
        """
        if value not in self.values:
            raise BadInput(
                f"{value!r} is no label of this project",
                advice=f"Its scheme {self.name} has: {', '.join(self.values)}.",
            )
        return value


# The wording is ours; what is defined is what the papers define.
COMPRESSION = Scheme(
    "compression",
    (NOT_COMPRESSED, COMPRESSED),
    1,
    {
        NOT_COMPRESSED: "The cord keeps its shape, even where tissue touches it.",
        COMPRESSED: "Disc, bone or ligament indents, flattens, twists or surrounds and narrows "
        "the cord.",
    },
    "by hand, in the sense of Merali et al. 2021 (Sci Rep 11:10473)",
)


def _graded(scheme: GradingScheme, definitions: tuple[str, ...], source: str) -> Scheme:
    meanings = dict(zip(scheme.grades, definitions, strict=True))
    return Scheme(scheme.name, scheme.grades, scheme.first_high, meanings, source)


SCHEMES = {
    one.name: one
    for one in (
        COMPRESSION,
        _graded(
            BILSKY,
            (
                "Disease in the bone only.",
                "Epidural disease that does not deform the thecal sac.",
                "The thecal sac is deformed; the cord is not touched.",
                "The thecal sac is deformed and the cord is touched, but not compressed.",
                "The cord is compressed; cerebrospinal fluid is still seen around it.",
                "The cord is compressed; no cerebrospinal fluid is seen around it.",
            ),
            "after Bilsky et al. 2010 (J Neurosurg Spine 13:324), on axial T2",
        ),
        _graded(
            KANG,
            (
                "No stenosis of the canal.",
                "More than half of the subarachnoid space is gone; the cord is not deformed.",
                "The cord is deformed; its signal is normal.",
                "The cord's T2 signal is increased at the level of the stenosis.",
            ),
            "after Kang et al. 2011 (AJR 197:W134), on sagittal T2",
        ),
    )
}


def scheme_of(data: str | dict[str, Any]) -> Scheme:
    """A scheme by its name, or a project's own as JSON values.

    Raises:
        BadInput: there is no such scheme, or the project's own is not one.
    """
    if isinstance(data, str):
        if data not in SCHEMES:
            raise BadInput(
                f"There is no scheme {data}",
                advice=f"Use {', '.join(SCHEMES)}, or a JSON file of your own.",
            )
        return SCHEMES[data]
    try:
        values = tuple(str(one) for one in data["values"])
        found = Scheme(
            str(data["name"]), values, int(data["first_high"]),
            dict(data.get("definitions", {})), str(data.get("source", "")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            "A scheme of your own needs name, values and first_high",
            advice='As {"name": "mine", "values": ["0", "1", "2"], "first_high": 2}.',
        ) from error
    usable = len(values) > 1 and len(set(values)) == len(values)
    if found.name in SCHEMES or not usable or not 0 < found.first_high < len(values):
        raise BadInput(
            "This scheme cannot be used",
            advice="It needs a name of its own, two or more different values, and first_high "
            "between the first and the last.",
        )
    if set(found.definitions) - set(values):
        raise BadInput("The scheme defines labels that it does not have")
    return found
