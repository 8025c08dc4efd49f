"""The study that the panel shows: its findings, its reviews, and the slice one is at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding
from SpineLib.inference.readers_level import LevelWord, name_by
from SpineLib.labels import BORDERLINE
from SpineLib.outputs.contradiction_words import contradictions_on
from SpineLib.questions import NOT_ASSESSED_COLOR, Opinion, Question
from SpineLib.slabs import finish
from SpineLib.times import now
from SpineLib.translation import tr as _
from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.measuredAgain import comparingAgain
from SpineSlicer.scene.readersComparisons import choiceOf
from SpineSlicer.scene.readersLevels import followReadersLevel
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.reportAnswers import modelAnswer
from SpineSlicer.scene.ReviewLog import WINDOW, Answer, ReviewLog
from SpineSlicer.scene.SpineTimeline import Place, SpineTimeline
from SpineSlicer.scene.StackInScene import StackInScene
from SpineSlicer.scene.studies import separateStudies, studiesIn
from SpineSlicer.scene.VolumeWatch import VolumeWatch

STUDY_CHANGED, PLACE_CHANGED, REVIEW_CHANGED = "study", "place", "review"
# A volume of the study was moved or changed; cord and sac were measured again, or compared anew.
VOLUME_CHANGED, MEASURED_AGAIN = "volume", "measured"
# A view that is turned further than 30° (its cosine) from a stack's slices shows none of them.
SAME_PLANE = 0.866


class ShownStudy:
    """One study of the scene; the panel's parts listen to it and never to each other.

    Args:
        scene: where readings and reviews stand.

    Attributes:
        study: its key (`studyNodes.studyKey`); empty where no study is shown.
        findings: what the models found; None where no study is shown.
        timeline: its slices from the head to the feet.
        log: what readers said.
        place: the number of the current place on the timeline.
        chosen: the numbers that an answer is about; holds ``place``.

    Example:
        study = ShownStudy(slicer.mrmlScene)
        study.listen(lambda what: print(what))
        study.open()
        study.go(3)
        study.answer("compression", "compressed", reader="AB")
    """

    findings: Findings | None
    timeline: SpineTimeline | None
    chosen: list[int]
    _volumes: dict[str, Any]
    _inScene: dict[str, StackInScene]

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self._listeners: list[Callable[[str], None]] = []
        self._watches: list[VolumeWatch] = []
        self._clear()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Calls ``listener`` with what changed: study, place, reviews, numbers, a volume."""
        self._listeners.append(listener)

    def open(self, study: str = "") -> None:
        """Shows a study of the scene; by default the one shown before, else the last one read.

        Raises:
            BadInput: its findings or reviews are damaged or of a newer version.
        """
        separateStudies(self.scene)
        known = studiesIn(self.scene)
        study = study or (self.study if self.study in known else "")
        study = study if study in known else (known[-1] if known else "")
        before = self.current.key if self.study == study and self.current else ""
        self._clear()
        try:
            if study:
                self._load(study, before)
        finally:  # a study that cannot be read leaves none on the panel
            self._tell(STUDY_CHANGED)

    def measured(self, findings: Findings) -> None:
        """Shows findings in which quantities, and what follows from them, are others now."""
        self.findings, self.timeline, self._inScene = findings, SpineTimeline(findings), {}
        self._tell(MEASURED_AGAIN)

    def close(self) -> None:
        """Shows no study and observes no volume any more; for when module, scene or study goes."""
        self._clear()
        self._tell(STUDY_CHANGED)

    def _load(self, study: str, before: str) -> None:
        nodes = ReadingScene(self.scene, study)
        findings, log = nodes.findings(), nodes.reviews()
        assert findings is not None
        nodes.noteVolumes(findings)
        self.study, self.findings, self.log = study, findings, log
        self.timeline = SpineTimeline(findings)
        self._volumes = {stack.id: nodes.volumeNode(stack.id) for stack in findings.stacks}
        self.place = self._start(before)
        self.chosen = [self.place] if self.timeline.places else []
        self._watch()

    @property
    def nodes(self) -> ReadingScene:
        """The study's nodes."""
        return ReadingScene(self.scene, self.study)

    @property
    def places(self) -> list[Place]:
        """The timeline's places; none where no study is shown."""
        return self.timeline.places if self.timeline else []

    @property
    def current(self) -> Place | None:
        """The current place."""
        return self.places[self.place] if self.places else None

    @property
    def questions(self) -> list[Question]:
        """What was asked of the study's slices, the lead question first."""
        questions = self.findings.questions if self.findings else []
        lead = self.findings.lead if self.findings else None
        return sorted(questions, key=lambda question: question is not lead)

    @property
    def lead(self) -> Question | None:
        """The question that colours strip and ring; None where nothing was asked."""
        return self.findings.lead if self.findings else None

    def leadValue(self, number: int) -> str:
        """The slice's answer to the lead question, which colours strip and ring."""
        return self.value(number, self.lead.key) if self.lead else ""

    def color(self, number: int) -> str:
        """``#RRGGBB`` of the slice in strip, table and ring."""
        return self.lead.color(self.leadValue(number)) if self.lead else NOT_ASSESSED_COLOR

    def others(self, number: int) -> list[tuple[Question, str, Opinion | None]]:
        """The answers beside `leadValue`: to each other question the reader's or each model's.

        Where no reader answered the lead question, its other models' answers are among them.
        """
        answers: list[tuple[Question, str, Opinion | None]] = []
        for question in self.questions:
            answer, lead = self.reviewed(number, question.key), question is self.lead
            opinions = [o for o in self.slice(number).opinions if o.question == question.key]
            modelAnswers = [(question, o.value, o) for o in opinions if o.assessed]
            if answer is not None:
                answers += [] if lead else [(question, answer.answer, None)]
            else:
                answers += modelAnswers[1:] if lead else modelAnswers
        return answers

    def slice(self, number: int) -> SliceFinding:
        """What the models found at a place."""
        assert self.timeline is not None
        return self.timeline.slice(self.places[number])

    def inScene(self, stack: str) -> StackInScene:
        """Where a stack's slices lie now."""
        assert self.findings is not None
        known = self._inScene.get(stack)
        gone = known is not None and known.volumeNode and known.volumeNode.GetScene() is None
        if known is None or gone:
            known = self._inScene[stack] = self.nodes.inScene(self.findings.stack(stack))
        return known

    def toWorld(self, number: int) -> list[float]:
        """Where a slice's canal, or else its middle, is in the views, world mm."""
        slice_ = self.slice(number)
        return self.inScene(self.places[number].stack).toWorld(
            slice_.canal_center_ras or slice_.position_ras
        )

    def numberAt(self, world: Sequence[float], normal: Sequence[float]) -> int | None:
        """The place whose slice a view shows; None where it shows none.

        Args:
            world: a point in the view, mm.
            normal: across the view, of length 1.
        """
        if self.timeline is None or self.current is None:
            return None
        points = {}
        for stack in dict.fromkeys(place.stack for place in self.places):
            where = self.inScene(stack)
            if not where.fits:
                continue
            ras = where.fromWorld(world)
            if abs(float(np.dot(where.normalInWorld(ras), normal))) >= SAME_PLANE:
                points[stack] = ras
        return self.timeline.nearest(points, self.current.stack)

    def unseen(self, numbers: Iterable[int] | None = None) -> list[str]:
        """The stacks whose images are not in the scene, or not their voxels.

        Args:
            numbers: places whose stacks are meant; by default all.
        """
        places = self.places if numbers is None else [self.places[n] for n in numbers]
        return [stack for stack in dict.fromkeys(p.stack for p in places) if not self._has(stack)]

    def _has(self, stack: str) -> bool:
        node = self._volumes.get(stack)
        return bool(node is not None and self.scene.IsNodePresent(node) and node.GetImageData())

    def go(self, number: int, *, extend: bool = False) -> None:
        """Goes to a place; with ``extend`` the range from the last choice to there is chosen."""
        if not self.places:
            return
        number = min(max(number, 0), len(self.places) - 1)
        if extend:
            anchor = self.chosen[0] if self.place >= self.chosen[0] else self.chosen[-1]
            low, high = sorted((anchor, number))
            self.chosen = list(range(low, high + 1))
        elif self.chosen == [number] and self.place == number:
            return
        else:
            self.chosen = [number]
        self.place = number
        self._tell(PLACE_CHANGED)

    def choose(self, numbers: list[int]) -> None:
        """Chooses several places, the last of which is gone to."""
        if numbers and sorted(numbers) != self.chosen:
            self.chosen, self.place = sorted(numbers), numbers[-1]
            self._tell(PLACE_CHANGED)

    def isFlagged(self, number: int) -> bool:
        """Whether a slice wants looking at: positive or borderline in any question.

        A reader's answer stands in the place of the model's.
        """
        return any(self._flags(number, question) for question in self.questions)

    def _flags(self, number: int, question: Question) -> bool:
        answer = self.reviewed(number, question.key)
        if answer is not None:
            return question.is_positive(answer.answer)
        opinions = self.slice(number).opinions
        return any(o.flagged for o in opinions if o.question == question.key)

    def isReviewed(self, number: int) -> bool:
        """Whether a reader answered on a slice."""
        return any(self.reviewed(number, question.key) for question in self.questions)

    def contradicts(self, number: int) -> bool:
        """Whether the models' answers on a slice cannot all be true."""
        return bool(self.findings and contradictions_on(self.findings, self.slice(number)))

    def step(self, test: Callable[[int], bool], direction: int = 1) -> bool:
        """Goes to the next place in a direction for which ``test`` holds; False where none is."""
        numbers = range(
            self.place + direction, len(self.places) if direction > 0 else -1, direction
        )
        number = next((n for n in numbers if test(n)), None)
        if number is not None:
            self.go(number)
        return number is not None

    def reviewed(self, number: int, question: str) -> Answer | None:
        """The reader's answer on a slice."""
        return self.log.current(self.places[number].key, question)

    def value(self, number: int, question: str) -> str:
        """The slice's answer: the reader's where there is one, else the model's; may be empty."""
        answer = self.reviewed(number, question)
        return answer.answer if answer else self.modelAnswer(number, question)

    def modelAnswer(self, number: int, question: str) -> str:
        """What the model said on a slice; empty where it was not assessed."""
        return modelAnswer(self.slice(number), question)

    def window(self, number: int) -> list[list[float]] | None:
        """The window that a reader drew on a slice, two corners [2, 3] in RAS mm; None: none."""
        answer = self.reviewed(number, WINDOW)
        return answer.box if answer else None

    def keepWindows(self, boxes: dict[int, list[list[float]] | None], reader: str = "") -> None:
        """Keeps the windows that a reader drew, None for the model's own; one step to undo.

        Raises:
            BadInput: a slice's images are not in the scene, or its volume no longer has the slices
                that were read; nothing is kept.
        """
        self._requireSeen(boxes)
        self._add(
            Answer(self.places[n].key, WINDOW, "reader" if box else "model", "model", reader, "",
                   now("seconds"), box)
            for n, box in boxes.items()
        )  # fmt: skip

    def answer(self, question: str, answer: str, *, reader: str = "", reason: str = "") -> None:
        """Says for the chosen slices what the reader sees; one step to undo.

        Raises:
            BadInput: a slice's images are not in the scene, or its volume no longer has the slices
                that were read; nothing is kept.
        """
        self._requireSeen(self.chosen)
        time = now("seconds")
        self._add(
            Answer(self.places[n].key, question, answer, self.modelAnswer(n, question), reader,
                   reason, time)
            for n in self.chosen
        )  # fmt: skip

    def agree(self, *, reader: str = "", reason: str = "") -> int:
        """Accepts what the model says for the chosen slices, each question by itself.

        A borderline slice is not an answer that one can agree with: the reader has to say.

        Returns:
            The number of slices that were answered.

        Raises:
            BadInput: a slice's images are not in the scene, or its volume no longer has the slices
                that were read; nothing is kept.
        """
        self._requireSeen(self.chosen)
        time = now("seconds")
        answers = [
            Answer(self.places[n].key, question.key, value, value, reader, reason, time)
            for n in self.chosen
            for question in self.questions
            if (value := self.modelAnswer(n, question.key)) and value != BORDERLINE
        ]
        self._add(answers)
        return len({answer.slice for answer in answers})

    def sayLevel(self, key: str, word: LevelWord, *, before: str = "", reader: str = "") -> None:
        """Names every level of the study by a reader's word on one; one step to undo.

        Args:
            key: the slice's on which it was said.
            word: what was said, at a `levelHere`.
            before: what the slice's level was.
            reader: who says so.

        Raises:
            BadInput: no vertebra was seen there, or it cannot be called so; nothing is kept.
        """
        assert self.findings is not None
        name_by(Findings.from_dict(self.findings.to_dict()), word)
        self.log.addLevel(key, word, model=before, reader=reader, time=now("seconds"))
        self._keep()
        self._level()

    def compare(self, *, reader: str = "") -> None:
        """Compares the narrowest slice with the chosen ones, or with none of them any more.

        Raises:
            BadInput: cord and sac were not measured on one of them; nothing is kept.
        """
        assert self.findings is not None
        places = [self.places[n] for n in self.chosen]
        answers = choiceOf(self.findings, self.log, places, reader)
        self._step(lambda: self.log.add(answers))

    def undo(self) -> None:
        """Takes the last answer back."""
        self._step(self.log.undo)

    def redo(self) -> None:
        """Takes the undo back."""
        self._step(self.log.redo)

    def _step(self, step: Callable[[], Any]) -> None:
        word, chosen = self.log.levelWord, self.log.comparisons
        if step():
            self._keep()
            if self.log.levelWord != word:
                self._level()
            if self.log.comparisons != chosen:
                self.measured(comparingAgain(self.nodes, self.log))

    def _level(self) -> None:
        """The whole study with other names of its levels."""
        finish(followReadersLevel(self.nodes))
        self.open(self.study)

    def _requireSeen(self, numbers: Iterable[int]) -> None:
        numbers = list(numbers)
        unseen = self.unseen(numbers)
        if unseen:
            raise BadInput(unseenText(unseen), advice=_("Read the study again, then answer."))
        for stack in dict.fromkeys(self.places[n].stack for n in numbers):
            self.inScene(stack).require()

    def _watch(self) -> None:
        stacks = self.findings.stacks if self.findings else ()
        nodes = [self.nodes.volumeNode(stack.id) for stack in stacks]
        self._watches = [VolumeWatch(node, self._onVolume) for node in nodes if node is not None]

    def _onVolume(self, _node: Any) -> None:
        self._inScene = {}
        self._tell(VOLUME_CHANGED)

    def _add(self, answers: Any) -> None:
        if self.study:
            self.log.add(answers)
            self._keep()

    def _keep(self) -> None:
        self.nodes.keepReviews(self.log)
        self._tell(REVIEW_CHANGED)

    def _start(self, before: str) -> int:
        numbers = range(len(self.places))
        same = next((n for n in numbers if before and self.places[n].key == before), None)
        if same is not None:
            return same
        findings = self.findings
        assert findings is not None
        return max(numbers, key=lambda n: findings.severity(self.slice(n)), default=0)

    def _clear(self) -> None:
        self.study, self.place = "", 0
        self.chosen = []
        self.findings = None
        self.timeline = None
        self._volumes = {}
        self.log = ReviewLog()
        self._inScene = {}
        for watch in self._watches:
            watch.stop()
        self._watches = []

    def _tell(self, what: str) -> None:
        with drawOnce():
            for listener in self._listeners:
                listener(what)


def unseenText(stacks: list[str]) -> str:
    """Says that images are missing, without a full stop."""
    return _("The images of stack {stacks} are not in the scene").format(stacks=", ".join(stacks))
