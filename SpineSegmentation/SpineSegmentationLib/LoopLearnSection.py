"""The loop's section "Learn": fine-tune, compare, promote, go back; how it went so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import Cancelled, SpineError
from SpineLib.loop import finetune, promotion
from SpineLib.loop.finetune import FineTuning, fine_tunings
from SpineLib.loop.lineage import CANDIDATE, REFUSED
from SpineLib.progress import Step
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillBox, showLine
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.WorkerTask import WorkerTask

from .LoopDataSet import LoopDataSet
from .LoopFigures import LoopFigures

_SECONDS_BETWEEN_LOOKS = 2.0
# A cancelled training ends its step and writes a checkpoint, which must not be cut off.
_SECONDS_TO_KEEP = 60.0


class LoopLearnSection:
    """Has models made and compared by a worker of its own; it lives as long as the panel.

    Args:
        ui: the loop's widgets.
        worker: computes (`WorkerProcess`); not the one that segments, so that both go on at once.
        device: where the network runs.
        reader: who promotes.
        onChanged: called when something was written.
    """

    def __init__(
        self,
        ui: Any,
        worker: Any,
        device: Callable[[], str],
        reader: Callable[[], str],
        onChanged: Callable[[], None],
    ) -> None:
        self._ui, self._worker, self._device = ui, worker, device
        self._task, self._figures = WorkerTask(worker), LoopFigures(ui)
        self._reader, self._onChanged = reader, onChanged
        self._data: LoopDataSet | None = None
        self._comparison: dict[str, Any] = {}
        self._run: FineTuning | None = None
        self._looked = 0.0
        self._tuning = self._control("tune", ui.tuneButton, ui.tuneBar, self._tune)
        self._comparing = self._control("compare", ui.compareButton, ui.compareBar, self._compare)
        ui.resumeButton.connect("clicked(bool)", self._onResume)
        ui.candidateBox.connect("currentIndexChanged(int)", self._onCandidate)
        ui.reasonEdit.connect("textChanged(QString)", lambda *_: self._enable())
        ui.promoteButton.connect("clicked(bool)", self._onPromote)
        ui.refuseButton.connect("clicked(bool)", self._onRefuse)
        ui.backButton.connect("clicked(bool)", self._onBack)
        ui.curveButton.connect("clicked(bool)", self._onCurve)
        self._clear()
        self.show(None)

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do."""
        return self._task.busy

    @property
    def running(self) -> str:
        """What the worker does for the data set, for the reader; empty where nothing."""
        return _RUNNING.get(self._task.name, lambda: "")()

    def show(self, data: LoopDataSet | None) -> None:
        """Shows a data set's models, or none; what ran for another one is cancelled."""
        if data is not self._data:
            self._task.drop()
            self._comparison = {}
            self._updateControls()
            self._clear()
        self._data = data
        self.update()

    def update(self) -> None:
        """Shows what may be learnt from, which models there are, and what waits."""
        ui = self._ui
        ui.learnLabel.text = self._standing()
        candidates = [model.id for model in self._models((CANDIDATE, REFUSED))]
        for box, models in ((ui.candidateBox, candidates), (ui.earlierBox, self._earlier())):
            fillBox(box, [(model, model) for model in reversed(models)])
        self._onCandidate()

    def stop(self) -> None:
        """Ends the worker; for when the module goes away."""
        self._task.drop()
        self._worker.stop()

    def _clear(self) -> None:
        for doing in ("tune", "promote"):
            self._tell(doing, "")
        self._figures.clear()

    def _control(self, name: str, button: Any, bar: Any, start: Callable[[], None]) -> RunControl:
        return RunControl(button, bar, start, self._task.cancel, lambda: self._task.name == name)

    def _models(self, states: tuple[str, ...]) -> list[Any]:
        if self._data is None:
            return []
        return [model for model in self._data.dataset.models if model.state in states]

    def _earlier(self) -> list[str]:
        if self._data is None:
            return []
        now = self._data.dataset.current.id
        return [m.id for m in self._models(("first", "promoted")) if m.id != now]

    def _standing(self) -> str:
        """What the next model would learn from, and what was interrupted."""
        self._run = None
        if self._data is None:
            return ""
        dataset = self._data.dataset
        if dataset.frozen is None:
            return _("Freeze the test first; without it nobody can tell whether a model is better.")
        cases, test = dataset.training(), dataset.test()
        patients = len({case.patient for case in cases})
        lines = [
            _("Corrected cases to learn from: {cases}, patients: {patients}.").format(
                cases=len(cases), patients=patients
            ),
            _("Corrected cases of the test to measure on: {count}.").format(count=len(test)),
        ]
        taken = {model.folder.card.weights_sha256 for model in dataset.models}
        try:
            for tuning in fine_tunings(dataset):
                model = tuning.model
                if model is not None and model.card.weights_sha256 in taken:
                    continue
                self._run = tuning
                if self._task.name == "tune":
                    continue
                text = _("Fine-tuning {name} was stopped at step {step} of {steps}.")
                if model is not None:
                    text = _("Fine-tuning {name} is done; its model has not been added yet.")
                steps = tuning.steps or "?"
                lines.append(text.format(name=tuning.name, step=tuning.step, steps=steps))
        except SpineError as error:
            lines.append(str(error))
        return "\n".join(lines)

    def _enable(self) -> None:
        ui = self._ui
        writable = self._data is not None and not self._data.readOnly
        idle = writable and not self.busy
        candidate = bool(ui.candidateBox.currentText)
        frozen = self._data is not None and self._data.dataset.frozen is not None
        ready = frozen and bool(self._data.dataset.training()) if self._data is not None else False
        self._tuning.setReady(idle and ready)
        self._comparing.setReady(idle and candidate)
        ui.resumeButton.visible = self._run is not None and self._task.name != "tune"
        ui.resumeButton.enabled = idle
        needs = bool(self._comparison.get("worse") or self._comparison.get("cannot"))
        reason = bool(ui.reasonEdit.text.strip())
        ui.reasonEdit.visible = needs
        ui.promoteButton.enabled = idle and bool(self._comparison) and (reason or not needs)
        ui.refuseButton.enabled = (
            writable and candidate and self._isOpen(ui.candidateBox.currentText)
        )
        ui.backButton.enabled = writable and bool(ui.earlierBox.currentText)
        ui.curveButton.enabled = idle

    def _isOpen(self, model: str) -> bool:
        return any(candidate.id == model for candidate in self._models((CANDIDATE,)))

    def _ask(
        self,
        doing: str,
        command: str,
        onResult: Callable[[Any], None],
        *,
        secondsToStop: float | None = None,
        **more: Any,
    ) -> None:
        def done(result: dict[str, Any]) -> None:
            self._ended(doing)
            onResult(result)
            self._refresh()

        def failed(error: SpineError) -> None:
            self._ended(doing)
            cancelled = isinstance(error, Cancelled)
            self._tell(doing, _("Cancelled.") if cancelled else str(error))
            self._refresh()

        self._task.start(
            command, {"dataset": str(self._data.folder), **more}, onResult=done, onError=failed,
            onProgress=self._progress, name=doing, secondsToStop=secondsToStop,
        )  # fmt: skip
        self._enable()

    def _ended(self, doing: str) -> None:
        if doing == "tune" and self._data is not None:
            self._fillRun()
        self._updateControls()

    def _updateControls(self) -> None:
        for control in (self._tuning, self._comparing):
            control.update()

    def _refresh(self) -> None:
        if self._data is not None:
            self._data.reload()
        self._onChanged()

    def _tell(self, doing: str, text: str) -> None:
        showLine(self._ui.tuneLabel if doing == "tune" else self._ui.promoteLabel, text)

    def _progress(self, step: Step) -> None:
        control = self._tuning if self._task.name == "tune" else self._comparing
        control.progress(step)
        if self._task.name == "tune" and time.monotonic() - self._looked > _SECONDS_BETWEEN_LOOKS:
            self._fillRun()

    def _fillRun(self) -> None:
        """Shows the curve of the newest run, or of the one that is gone on with."""
        self._looked = time.monotonic()
        assert self._data is not None
        runs = sorted((self._data.folder / finetune.RUNS).glob(f"*/{finetune.TRAINING}"))
        self._figures.showRun(runs[-1] if runs else None)

    def _tune(self) -> None:
        self._tell("tune", "")
        self._learn()

    def _learn(self, **more: Any) -> None:
        self._ask(
            "tune", "loop-finetune", self._onTuned, secondsToStop=_SECONDS_TO_KEEP,
            device=self._device(), **more,
        )  # fmt: skip

    def _onResume(self, *_arguments: Any) -> None:
        assert self._run is not None
        self._tell("tune", "")
        self._learn(run=str(self._run.folder))
        self._tuning.update()

    def _onTuned(self, result: dict[str, Any]) -> None:
        assert self._data is not None
        try:
            run = Path(result["run"])
            model = self._data.write(lambda writer: finetune.take(writer, run))
        except SpineError as error:
            self._tell("tune", str(error))
            return
        text = _("{model} was trained. Compare it before you use it.")
        self._tell("tune", text.format(model=model.id))

    def _onCandidate(self, *_arguments: Any) -> None:
        """Shows the last comparison of the chosen model with the current one, if there is one."""
        self._comparison = {}
        chosen = self._ui.candidateBox.currentText
        if self._data is not None and chosen:
            now = self._data.dataset.current.id
            try:
                for comparison in promotion.comparisons(self._data.dataset):
                    if (comparison.candidate, comparison.against) == (chosen, now):
                        self._comparison = {
                            **comparison.record,
                            "folder": comparison.folder,
                            "page": comparison.page,
                        }
            except SpineError as error:
                self._tell("compare", str(error))
        self._fillComparison()
        self._enable()

    def _fillComparison(self) -> None:
        record = self._comparison
        self._figures.showComparison(record)
        worse = record.get("worse") or []
        if record.get("cannot"):
            self._tell("compare", str(record["cannot"]))
        elif worse:
            text = _("Worse than the margin allows: {what}. To promote it, give a reason.")
            self._tell("compare", " ".join([text.format(what="; ".join(worse)), *_own(record)]))
        elif record:
            self._tell(
                "compare", " ".join([_("Nowhere worse than the margin allows."), *_own(record)])
            )

    def _compare(self) -> None:
        self._tell("compare", "")
        candidate = self._ui.candidateBox.currentText
        self._ask(
            "compare", "loop-compare", lambda result: None, candidate=candidate,
            device=self._device(),
        )  # fmt: skip

    def _onPromote(self, *_arguments: Any) -> None:
        candidate = self._ui.candidateBox.currentText

        def done(result: dict[str, Any]) -> None:
            self._ui.reasonEdit.text = ""
            self._tell("tune", "")  # what it says of the new model is past
            self._tell(
                "promote", _("{model} is the current model now.").format(model=result["model"])
            )

        self._ask(
            "promote", "loop-promote", done, comparison=str(self._comparison["folder"]),
            by=self._reader(), reason=self._ui.reasonEdit.text.strip(),
        )  # fmt: skip
        self._tell("promote", _("Promoting {model}…").format(model=candidate))

    def _onRefuse(self, *_arguments: Any) -> None:
        candidate = self._ui.candidateBox.currentText
        reason = self._ui.reasonEdit.text.strip() or "; ".join(self._comparison.get("worse") or [])
        self._write(
            lambda writer: writer.refuse(candidate, by=self._reader(), reason=reason),
            _("{model} was refused; {now} stays the current model."),
            candidate,
        )

    def _onBack(self, *_arguments: Any) -> None:
        model = self._ui.earlierBox.currentText
        self._write(
            lambda writer: promotion.back(writer, model, by=self._reader()),
            _("{model} is the current model again."),
            model,
        )

    def _write(self, action: Callable[[Any], Any], done: str, model: str) -> None:
        """Writes, and says so when all else is shown anew."""
        assert self._data is not None
        try:
            self._data.write(action)
        except SpineError as error:
            self._tell("promote", str(error))
            return
        self._onChanged()
        self._tell("promote", done.format(model=model, now=self._data.dataset.current.id))

    def _onCurve(self, *_arguments: Any) -> None:
        self._ask(
            "curve", "loop-curve",
            lambda result: self._figures.showCurve(result["points"], result["files"][-1]),
        )  # fmt: skip


def _own(record: dict[str, Any]) -> list[str]:
    """What a person must know where a truth was corrected from a compared model's own answer."""
    own, count = record.get("own", {}), len(record["test"])
    texts = {
        "old": _(
            "{n} of the {m} test cases were corrected from the current model's own answer, so its "
            "figures are too good and the new model looks worse than it is."
        ),
        "new": _(
            "{n} of the {m} test cases were corrected from the new model's own answer, so its "
            "figures are too good."
        ),
    }
    return [texts[side].format(n=len(own[side]), m=count) for side in texts if own.get(side)]


# A text where it is needed, so that it is translated then.
_RUNNING: dict[str, Callable[[], str]] = {
    "tune": lambda: _("A model is being fine-tuned; this can be resumed later."),
    "compare": lambda: _("Models are being compared; this would start over."),
    "promote": lambda: _("A model is being promoted."),
    "curve": lambda: _("The learning curve is being computed."),
}
