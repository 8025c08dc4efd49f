"""What readers said and drew, in the order in which they did it; nothing is ever removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.inference.readers_level import LevelWord
from SpineLib.questions import BILSKY, Question
from SpineLib.store.undoable import UndoableLog

# 2: windows. 3: an answer names its question. Older logs are read as they are.
VERSION = 3
WINDOW = "window"
# What a reader said of the slice's level, and how many vertebrae the spine has. These words name no
# question of any scheme, so that logs with them are read by earlier versions too.
LEVEL, THORACIC, LUMBAR = "vertebral level", "thoracic vertebrae", "lumbar vertebrae"
# Whether a reader wants the narrowest slice to be compared with this one; no question of a scheme.
COMPARISON, CHOSEN = "normal comparison", "chosen"
AGREED, OVERRIDDEN, ANSWERED = "agreed", "overridden", "answered"


@dataclass(frozen=True)
class Answer:
    """One reader's answer on one slice.

    Attributes:
        slice: the slice's key (`SpineTimeline.sliceKey`).
        question: key of the question, or ``window`` (where the model is to look), or what was said
            of levels: `LEVEL`, `THORACIC`, `LUMBAR`; or `COMPARISON`.
        answer: what the reader says; of a window, whose it is.
        model: what the model said when the reader answered; empty where it was not assessed.
        time: UTC, ISO 8601.
        box: of a window, two opposite corners [2, 3], RAS mm; None where the reader left it to
            the model again. Of a level, the place that was meant (`LevelWord.place`), [1, 3].
    """

    slice: str
    question: str
    answer: str
    model: str = ""
    reader: str = ""
    reason: str = ""
    time: str = ""
    box: list[list[float]] | None = None

    @property
    def state(self) -> str:
        """``agreed`` or ``overridden``; ``answered`` where there was no model's answer."""
        if not self.model:
            return ANSWERED
        return AGREED if self.answer == self.model else OVERRIDDEN


@dataclass(frozen=True)
class _Step:
    answers: tuple[Answer, ...]
    undone: bool = False
    replaced: bool = False  # something else was said after it was undone: it is not brought back


class ReviewLog(UndoableLog[_Step]):
    """Answers in steps, of which the last can be undone and redone.

    A step is what one key press did, on one slice or a range.

    Args:
        text: what `text` gave; empty for a new log.
        questions: of the study's findings; a log before version 3 says only that an answer is a
            grade, which is the first of them with more than two values.

    Raises:
        BadInput: the text is damaged, or of a newer version.

    Example:
        >>> log = ReviewLog()
        >>> log.add([Answer("1.2.3:1", "compression", "compressed")])
        >>> log.current("1.2.3:1", "compression").answer
        'compressed'
        >>> log.undo() is None, log.current("1.2.3:1", "compression")
        (False, None)
    """

    def __init__(self, text: str = "", questions: Sequence[Question] = ()) -> None:
        super().__init__([])
        if not text:
            return
        try:
            data = json.loads(text)
            version = data["version"]
            if version > VERSION:
                raise BadInput(
                    f"Unknown version {version} of the scene's reviews (this version reads up to {VERSION})",
                    advice="Update SlicerSpineMRI; the reviews stay in the scene as they are.",
                )
            self.steps = [
                _Step(
                    tuple(Answer(**_named(answer, questions)) for answer in step["answers"]),
                    step["undone"],
                    step.get("replaced", False),
                )
                for step in data["steps"]
            ]
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(
                "The scene's reviews are damaged",
                advice="They stay in the scene as they are; keep a copy of it.",
            ) from error

    def text(self) -> str:
        """The whole log as JSON."""
        steps = [asdict(step) for step in self.steps]
        return json.dumps({"version": VERSION, "steps": steps}, ensure_ascii=False)

    @property
    def questions(self) -> set[str]:
        """Keys of the questions that were answered, and not undone."""
        return {
            answer.question for step in self.steps if not step.undone for answer in step.answers
        }

    @property
    def level(self) -> Answer | None:
        """The last word on the study's levels, of whatever slice, that was not undone."""
        standing = (step.answers for step in reversed(self.steps) if not step.undone)
        return next((a for answers in standing for a in answers if a.question == LEVEL), None)

    @property
    def levelWord(self) -> LevelWord | None:
        """The same as what names every level of the study."""
        answer = self.level
        if answer is None or not answer.box:
            return None
        counts = [self.current(answer.slice, name) for name in (THORACIC, LUMBAR)]
        thoracic, lumbar = (
            int(count.answer) if count else n for count, n in zip(counts, (12, 5), strict=True)
        )
        return LevelWord(answer.answer, answer.box[0], thoracic, lumbar)

    @property
    def comparisons(self) -> dict[str, str]:
        """Slices that are to be compared with, by their keys → the reader who said so."""
        standing = [answer for step in self.steps if not step.undone for answer in step.answers]
        last = {answer.slice: answer for answer in standing if answer.question == COMPARISON}
        return {key: answer.reader for key, answer in last.items() if answer.answer == CHOSEN}

    def addLevel(self, key: str, word: LevelWord, *, model: str, reader: str, time: str) -> None:
        """Adds one step: a word on the levels, said of a slice.

        Args:
            key: the slice's.
            word: what was said.
            model: what the slice's level was before.
            reader, time: of `Answer`.
        """
        box = [[float(x) for x in word.place]]
        counts = {THORACIC: word.thoracic, LUMBAR: word.lumbar}
        others = [Answer(key, name, str(n), "", reader, "", time) for name, n in counts.items()]
        self.add([Answer(key, LEVEL, word.name, model, reader, "", time, box), *others])

    def add(self, answers: Iterable[Answer]) -> bool:
        """Adds one step; False where there is no answer to add."""
        step = _Step(tuple(answers))
        if step.answers:
            self.append(step)
        return bool(step.answers)

    def current(self, key: str, question: str) -> Answer | None:
        """The last answer on a slice that was not undone."""
        for step in reversed(self.steps):
            if step.undone:
                continue
            for answer in step.answers:
                if (answer.slice, answer.question) == (key, question):
                    return answer
        return None


def _named(answer: dict[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """An answer as it is written today; before version 3 it named a task."""
    if "task" not in answer:
        return answer
    task, rest = answer["task"], {key: v for key, v in answer.items() if key != "task"}
    graded = next((question.key for question in questions if len(question.values) > 2), BILSKY.key)
    return {**rest, "question": graded if task == "grading" else task}
