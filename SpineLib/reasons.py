"""Why something was not assessed: a code with values; each face makes the sentence of it.

Records keep code and values, so that nobody ever reads a sentence back, and a person reads it in
their own language and in the words of what they look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from SpineLib import translation
from SpineLib.wording import listed

NOT_ASKED = "not-asked"
# Of a study: ``plane``, ``problem``.
NO_STACK, NONE_READABLE = "no-stack", "none-readable"
# Of a stack against a model: ``problem``; else what the model was made for (``planes``,
# ``weightings``, ``regions``, ``note``) and the stack's own ``plane``, ``weighting``, ``region``;
# ``word`` is what nobody said of it; ``least`` and ``slices``.
UNREADABLE, OTHER_PLANE, OTHER_STACK, NOT_SAID, FEW_SLICES = (
    "unreadable", "other-plane", "other-stack", "not-said", "few-slices",
)  # fmt: skip
# Of a slice.
NOT_NUMBERS, ONE_GREY, NO_CANAL = "not-numbers", "one-grey", "no-canal"
# Unlike what a model knows: a slice, and one whose whole stack is so, or is as one of another
# weighting or with heavy motion (``score`` and ``limit``, from which it is so).
UNLIKE, STACK_UNLIKE, STRANGER = UNLIKE_CODES = ("unlike", "stack-unlike", "stranger")
# Two answers on one slice: ``first``, ``first_value``, ``second``, ``second_value``.
CONTRADICT = "contradict"
# Of a size beside a disc or of a vertebra.
NO_CANAL_BESIDE, DISC_AT_BORDER, NOT_BOTH_BODIES, NO_BODY, NOT_L1_L5 = (
    "no-canal-beside", "disc-at-border", "not-both-bodies", "no-body", "not-l1-l5",
)  # fmt: skip
# Of a level whose sac was corrected: ``model``.
MODEL_GONE = "model-gone"
# Of a quantity: ``degrees`` and ``most``; ``slices`` and ``least``; ``levels``.
NO_OUTLINE, NO_CORD, OUTLINE_CUT, TOO_OBLIQUE, NO_COURSE, FEW_NEIGHBOURS = (
    "no-outline", "no-cord", "outline-cut", "too-oblique", "no-course", "few-neighbours",
)  # fmt: skip
NO_NORMAL, OTHER_LEVEL, NOT_MEASURED = "no-normal", "other-level", "not-measured"
UNSURE_OUTLINE, UNSURE_NARROWEST = "unsure-outline", "unsure-narrowest"
# Of a study whose card has a rule: ``minimum``, ``assessed``.
RULE_NEEDS = "rule-needs"
# Of a segmentation.
NO_SPINE = "no-spine"
# Why levels are known: a reader's word (``vertebra``, ``name``; ``count``, ``lowest``), or what the
# image shows (``slope`` in degrees); and why they are not (``discs``, ``slope``).
READER_NAMED, READER_COUNTED = "reader-named", "reader-counted"
# A reader's word on a slice of any stack: ``name``, ``thoracic``, ``lumbar``.
READER_LEVEL = "reader-level"
LUMBOSACRAL, SACRUM_BELOW = "lumbosacral", "sacrum-below"
READERS = (READER_NAMED, READER_COUNTED, READER_LEVEL)
FEW_DISCS, BONE_BELOW, NO_BONE_BETWEEN, UNEVEN_DISCS, DISC_CUT, IMAGE_ENDS, SLOPE, CANAL_ENDS = (
    "few-discs", "bone-below", "no-bone-between", "uneven-discs", "disc-cut", "image-ends", "slope",
    "canal-ends",
)  # fmt: skip

# Why levels of the localiser are known (``count``), or not; and what is unusual (``vertebra``).
FROM_C2, FROM_SACRUM, ENDS_MEET, ENDS_DIFFER, NO_ANCHOR, LINKS_WEAK = (
    "from-c2", "from-sacrum", "ends-meet", "ends-differ", "no-anchor", "links-weak",
)  # fmt: skip
MORE_THAN_USUAL, FEWER_THAN_USUAL, BLOCK_VERTEBRA, MISSING_DISC, TRANSITIONAL = (
    "more-than-usual", "fewer-than-usual", "block-vertebra", "missing-disc", "transitional",
)  # fmt: skip
# How an axial stack lies to the sagittal one (``slices``, ``median``, ``shift``), and the region.
SAME_FRAME, ON_COURSE, SHIFTED_ON_COURSE, OFF_COURSE = (
    "same-frame", "on-course", "shifted-on-course", "off-course",
)  # fmt: skip
# Of a stack: ``picture``, ``header``.
NO_SAGITTAL, PICTURE_REGION, HEADER_REGION = "no-sagittal", "picture-region", "header-region"
# Of a segmentation beside them: ``vertebra``, ``name``; ``segmented``, ``localised``.
LOCALISED, NAMES_DIFFER = "localised", "names-differ"

UNKNOWN = "unknown"
_SENTENCES = {
    NOT_ASKED: "not asked for in this reading",
    NO_STACK: "the study has no {plane} stack",
    NONE_READABLE: "no {plane} stack can be read: {problem}",
    UNREADABLE: "the stack cannot be read: {problem}",
    OTHER_PLANE: "{made_for}; this stack is {plane}",
    OTHER_STACK: "{made_for}; this stack is {stack}",
    NOT_SAID: "{made_for}; the {word} of this stack is not known",
    FEW_SLICES: "made for stacks of at least {least} slices; this stack has {slices}",
    NOT_NUMBERS: "the slice holds values that are not numbers",
    ONE_GREY: "the slice is one single grey value",
    NO_CANAL: "the spinal canal was not found on this slice",
    UNLIKE: "unlike the images that the model knows",
    STACK_UNLIKE: "the stack is unlike the images that the model knows",
    STRANGER: (
        "the stack looks like another weighting or heavy motion, unlike the images that the model "
        "knows"
    ),
    CONTRADICT: "{first} ({first_value}) and {second} ({second_value}) contradict each other",
    NO_CANAL_BESIDE: "no canal was outlined beside the disc",
    DISC_AT_BORDER: "the border of the image cuts the disc, or too little of it was outlined",
    NOT_BOTH_BODIES: "whole vertebrae above and below the disc are needed; the sacrum has no outline",
    NO_BODY: "the vertebra is not whole, or lies between no two whole discs",
    NOT_L1_L5: "L1 and L5 are not both whole and known by name",
    MODEL_GONE: "the sac was corrected, and the model {model}, as it graded, is not at hand",
    NO_OUTLINE: "the dural sac was not outlined on this slice",
    NO_CORD: "no cord was outlined on this slice",
    OUTLINE_CUT: "the border of the picture cuts the outline",
    TOO_OBLIQUE: "the slice cuts the canal at {degrees}°, more than {most}°",
    NO_COURSE: (
        "the canal's course, and so the slice's slope to it, needs at least {least} outlined slices"
    ),
    FEW_NEIGHBOURS: "torsion needs an outlined cord on three slices to each side",
    UNSURE_OUTLINE: "the cord's outline is not sure on this slice; correct it to have it measured",
    UNSURE_NARROWEST: (
        "the cord was not outlined surely on a flagged slice, so that the narrowest place is not known"
    ),
    NO_NORMAL: "no slice without compression to compare with was measured",
    OTHER_LEVEL: "the equation is for slices beside the discs {levels}",
    NOT_MEASURED: "nothing was measured on this slice",
    RULE_NEEDS: "the rule needs at least {minimum} assessed slices, and there is {assessed}",
    NO_SPINE: "no part of the spine was found",
    READER_NAMED: "the reader named vertebra {vertebra} {name}",
    READER_COUNTED: "the reader stated {count} lumbar vertebrae, the lowest free one {lowest}",
    READER_LEVEL: (
        "the reader named a level {name}, counting {thoracic} thoracic and {lumbar} lumbar vertebrae"
    ),
    LUMBOSACRAL: (
        "the lowest disc is whole, slopes {slope}° like L5/S1, and below it the canal goes on "
        "without another vertebra; a transitional vertebra cannot be excluded"
    ),
    SACRUM_BELOW: (
        "the sacrum lies below the lowest disc; a transitional vertebra cannot be excluded"
    ),
    FEW_DISCS: "level not known: {discs} discs are too few to judge the spine's course",
    BONE_BELOW: "level not known: a vertebra lies below the lowest disc, so it need not be L5/S1",
    NO_BONE_BETWEEN: "level not known: a vertebra between two discs was not found",
    UNEVEN_DISCS: "level not known: the discs are unevenly spaced, one may be missing",
    DISC_CUT: "level not known: the border of the image cuts the lowest disc",
    IMAGE_ENDS: "level not known: the image ends too close below the lowest disc",
    SLOPE: "level not known: the lowest disc slopes {slope}°, unlike L5/S1",
    CANAL_ENDS: "level not known: the canal was not found below the lowest disc",
    FROM_C2: "counted from C2 downward",
    FROM_SACRUM: "counted from the sacrum upward; a transitional vertebra cannot be excluded",
    ENDS_MEET: "counted from C2 and from the sacrum, and both counts meet: {count} free vertebrae",
    ENDS_DIFFER: (
        "the counts from C2 and from the sacrum do not meet: {count} vertebrae between them "
        "instead of {usual}"
    ),
    NO_ANCHOR: "level not known: neither C2 nor the sacrum was seen",
    LINKS_WEAK: "level not known: what was seen is too unsure to count",
    MORE_THAN_USUAL: (
        "{count} free vertebrae from C2 down instead of {usual}: a 13th thoracic or a 6th lumbar one"
    ),
    FEWER_THAN_USUAL: (
        "{count} free vertebrae from C2 down instead of {usual}: a sacralised L5 or 11 thoracic ones"
    ),
    BLOCK_VERTEBRA: "a block vertebra: the disc below vertebra {vertebra} is only a trace",
    MISSING_DISC: (
        "no disc was seen below vertebra {vertebra}: a block vertebra, or a disc that the picture "
        "does not show"
    ),
    TRANSITIONAL: "the lowest disc looks like that of a transitional vertebra",
    SAME_FRAME: "the slices lie in the same Frame of Reference as the sagittal series",
    ON_COURSE: (
        "the Frame of Reference is another one, but the canal of {slices} slices lies on the "
        "sagittal canal's course (median {median} mm)"
    ),
    SHIFTED_ON_COURSE: (
        "the Frame of Reference is another one; moved by {shift} mm the canal of {slices} slices "
        "lies on the sagittal canal's course (median {median} mm)"
    ),
    OFF_COURSE: (
        "the Frame of Reference is another one, and the canal does not lie on the sagittal canal's "
        "course (median {median} mm)"
    ),
    LOCALISED: "the levels of the sagittal series name vertebra {vertebra} {name}",
    NAMES_DIFFER: (
        "The lumbar segmentation calls {segmented} what the levels of the sagittal series call "
        "{localised}; they do not agree"
    ),
    NO_SAGITTAL: "the study has no sagittal series whose levels are known",
    PICTURE_REGION: (
        "the picture shows the {picture} spine where the header says {header}; the picture counts"
    ),
    HEADER_REGION: (
        "the axial slices look like the {picture} spine, and the header says {header}; without levels "
        "of a sagittal series the header counts"
    ),
}


@dataclass(frozen=True)
class Reason:
    """Why something was not assessed, or why a model had to be forced.

    Attributes:
        code: one of the words above.
        values: what the sentence names, as JSON values.

    Example:
        >>> str(Reason(NO_STACK, {"plane": "axial"}))
        'the study has no axial stack'
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return sentence(self, str)

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Reason | None:
        """From what `dataclasses.asdict` gave."""
        return None if data is None else cls(str(data["code"]), dict(data["values"]))


def sentence(reason: Reason, tr: Callable[[str], str] = translation.tr) -> str:
    """A reason in words that are true in every face; a code of a newer program as it is.

    Args:
        reason: the reason.
        tr: translates a template or a word; ``str`` leaves it English, as records hold it.
    """
    text = _SENTENCES.get(reason.code)
    if text is None:
        return reason.code
    values = {name: tr(v) if isinstance(v, str) else v for name, v in reason.values.items()}
    if "planes" in values:
        values["made_for"] = made_for(
            values["planes"], values["weightings"], values["regions"], values["note"], tr
        )
        values["stack"] = _stack(reason.values, tr)
    return tr(text).format(**values)


def in_terminal(reason: Reason, *, forcing: bool = True) -> str:
    """The sentence, with the options of a command line that help.

    Args:
        reason: the reason.
        forcing: the command can run a model all the same.
    """
    if reason.code != NOT_SAID:
        return sentence(reason)
    force = ", or run the model anyway with --force" if forcing else ""
    return f"{sentence(reason)} (set it with --{reason.values['word']}{force})"


def made_for(
    planes: Sequence[str],
    weightings: Sequence[str],
    regions: Sequence[str],
    note: str,
    tr: Callable[[str], str] = str,
) -> str:
    """What a model is for: ``made for axial T2 of the cervical or thoracic spine``."""
    what = tr("MR") if UNKNOWN in weightings else _or(weightings, tr)
    where = "" if UNKNOWN in regions else _or(regions, tr)
    text = tr("made for {planes} {what} of the {where} spine") if where else (
        tr("made for {planes} {what} of the spine")
    )  # fmt: skip
    text = text.format(planes=_or(planes, tr), what=what, where=where)
    return f"{text} ({tr(note)})" if note else text


def _stack(values: dict[str, Any], tr: Callable[[str], str]) -> str:
    what = tr("MR") if values["weighting"] == UNKNOWN else tr(values["weighting"])
    if values["region"] == UNKNOWN:
        return tr("{plane} {what} of the spine").format(plane=tr(values["plane"]), what=what)
    return tr("{plane} {what} of the {where} spine").format(
        plane=tr(values["plane"]), what=what, where=tr(values["region"])
    )


def _or(words: Sequence[str], tr: Callable[[str], str]) -> str:
    return listed([tr(word) for word in words], tr(" or "))
