"""The panel's section "Region of interest": the window the model looked at, and grading anew."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from SpineLib.errors import Cancelled, SpineError, from_exception
from SpineLib.findings import Findings
from SpineLib.findings_file import read_json
from SpineLib.slabs import Steps, write_in_slabs
from SpineLib.store.files import temporary_directory
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineLib.wording import count as counted
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.canalWindow import Corners, addWindow, corners, placeWindow, windowOf
from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import STUDY_CHANGED, VOLUME_CHANGED, ShownStudy
from SpineSlicer.scene.studyNodes import FINDINGS, WINDOW, nodesOfKind

DEFAULT_MM = 48.0  # where no model says how wide it looks
MOVED_MM = 0.01


class RegionSection:
    """Shows the canal window as a box that can be moved, and has slices graded with it.

    What a reader draws is kept with the reader's answers when the mouse is let go, for all chosen
    slices; no new run touches it, and it is shown again wherever it was drawn.

    Args:
        ui: the panel's widgets.
        study: whose slices are meant.
        models: says how wide the models look (`ModelsSection`).
        worker: grades (`WorkerProcess`).
        listen: gives the panel's keys the keyboard.

    Attributes:
        run: the button and its progress.
    """

    def __init__(
        self, ui: Any, study: ShownStudy, models: Any, worker: Any, listen: Callable[[], None]
    ) -> None:
        self._ui, self._study, self._models, self._worker = ui, study, models, worker
        self._listen = listen
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._request, self._sent, self._turns = "", {}, Turns()
        self._placed: Corners = []
        self._at: list[int] = []
        self.run = RunControl(
            ui.regradeButton, ui.regradeBar, self._regrade, self.cancel, lambda: self.busy
        )
        ui.windowBox.connect("toggled(bool)", self._onShow)
        ui.resetWindowButton.connect("clicked(bool)", self._onReset)
        study.listen(self._onChanged)
        self._update()

    @property
    def box(self) -> Any:
        """The box's markups node; None where it is not shown."""
        return self._study.nodes.node(WINDOW) if self._study.study else None

    @property
    def busy(self) -> bool:
        """Whether slices are being graded."""
        return self._folder is not None

    def hide(self) -> None:
        """Takes the box out of the scene; what was drawn with it is kept."""
        self._ui.windowBox.checked = False

    def cancel(self) -> None:
        """Stops the grading; the findings stay as they were."""
        if self._turns.busy:
            self._turns.stop()
            self._onError(Cancelled())
        elif self._request:
            self._worker.cancel(self._request)

    def stop(self) -> None:
        """Leaves nothing behind; for when the module goes away."""
        self.hide()
        self._turns.stop()
        self._end()

    def _onShow(self, on: bool) -> None:
        with drawOnce():
            if on and self._ui.windowBox.enabled:
                self._place()
            elif self.box is not None:
                self._keep()
                self._study.scene.RemoveNode(self.box)
            self._update()

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._onStudy()
        elif self._ui.windowBox.checked:
            if what != VOLUME_CHANGED:  # that took the box along, and is no reader's move
                self._keep()
            self._place()
        self._update()

    def _onStudy(self) -> None:
        """The box goes along to the study that is shown now."""
        self._placed, self._at = [], []
        for node in nodesOfKind(self._study.scene, WINDOW):
            if node is not self.box:
                self._study.scene.RemoveNode(node)
        self._update()
        if not self._ui.windowBox.enabled:
            self._ui.windowBox.checked = False
        elif self._ui.windowBox.checked:
            self._place()

    def _place(self) -> None:
        """Puts the box where the reader, or else the model, looks on the current slice."""
        place, box = self._study.current, self.box
        if place is None or self._whyNot():
            if box is not None:
                self._study.scene.RemoveNode(box)
            return
        import slicer

        if box is None:
            box = addWindow(self._study.nodes.node(FINDINGS))
            box.AddObserver(slicer.vtkMRMLMarkupsNode.PointEndInteractionEvent, self._onLetGo)
        where = self._study.inScene(place.stack)
        placeWindow(box, where, self._window(self._study.place))
        self._placed = windowOf(box, where)
        self._at = [n for n in self._study.chosen if self._study.places[n].stack == place.stack]

    def _whyNot(self) -> str:
        """Why no box can be drawn on the current slice; empty where it can."""
        place = self._study.current
        where = self._study.inScene(place.stack) if place is not None else None
        if where is not None and where.isBent:
            return _("A transform bends this volume, so no window can be drawn on it.")
        return where.problem if where is not None else ""

    def _window(self, number: int) -> Corners:
        """Where a slice is looked at: the reader's window, else the model's."""
        drawn = self._study.window(number)
        if drawn:
            return drawn
        slice_ = self._study.slice(number)
        stack = self._study.timeline.stack(self._study.places[number])
        return corners(stack, slice_.models_center_ras or slice_.position_ras, [self._width()] * 2)

    def _keep(self) -> None:
        """Puts a box that was moved into the reader's log, for the slices it was drawn on."""
        box = self.box
        if box is None or not self._placed or not self._at:
            return
        where = self._study.inScene(self._study.places[self._at[0]].stack)
        if not where.fits:
            return
        now = windowOf(box, where)
        moved = np.array(now) - np.array(self._placed)
        if np.abs(moved).max() < MOVED_MM:
            return
        before, self._placed = self._placed, now
        size = np.array(now[1]) - now[0]
        shift = (np.array(now).mean(axis=0)) - np.array(before).mean(axis=0)
        boxes = {}
        for number in self._at:
            middle = np.array(self._window(number)).mean(axis=0) + shift
            boxes[number] = [(middle - size / 2).tolist(), (middle + size / 2).tolist()]
        self._study.keepWindows(boxes, self._reader())

    def _onLetGo(self, *_arguments: Any) -> None:
        self._keep()
        self._listen()  # the view has the keyboard after a drag, and knows no undo

    def _onReset(self, *_arguments: Any) -> None:
        drawn = [number for number in self._study.chosen if self._study.window(number)]
        self._placed = []  # where the box was dragged to meanwhile is not meant
        if not drawn:
            self._place()
            return
        try:
            self._study.keepWindows(dict.fromkeys(drawn), self._reader())
        except SpineError as error:
            self._say(str(error))

    def _width(self) -> float:
        card = self._models.chosen("grading") or self._models.chosen("compression")
        if card is None or card["preprocessing"].get("kind") != "canal-window":
            return DEFAULT_MM
        return card["preprocessing"]["pixels"] * card["preprocessing"]["spacing_mm"]

    def _regrade(self) -> None:
        place = self._study.current
        where = self._study.inScene(place.stack) if place else None
        if where is None or where.volumeNode is None or self.box is None:
            return
        self._keep()
        study, numbers = self._study.study, self._at
        boxes = {str(self._study.slice(n).index): self._window(n) for n in numbers}
        self._sent = self._study.findings.to_dict()
        self._folder = temporary_directory("slicer")
        folder = Path(self._folder.name)
        options = self._models.options
        arguments = {
            "reading": str(folder),
            "input": str(folder / "volume.nrrd"),
            "stack": place.stack,
            "boxes": boxes,
            **{key: options[key] for key in ("models", "device", "threshold")},
        }
        self._say("")
        self._turns.start(
            self._writing(where.volume(), folder),
            onDone=lambda _none: self._ask(arguments, study),
            onError=lambda error: self._onError(from_exception(error)),
        )

    def _writing(self, volume: Volume, folder: Path) -> Steps[None]:
        text = json.dumps(self._sent, ensure_ascii=False, allow_nan=False)
        (folder / "findings.json").write_text(text, encoding="utf-8")
        yield from write_in_slabs(volume, folder / "volume.nrrd")

    def _ask(self, arguments: dict[str, Any], study: str) -> None:
        self._request = self._worker.request(
            "regrade",
            arguments,
            onResult=lambda result: self._onGraded(study, arguments["stack"], result["slices"]),
            onError=self._onError,
            onProgress=self.run.progress,
        )

    def _onGraded(self, study: str, stack: str, count: int) -> None:
        if self._folder is None:  # the panel went away in the meantime
            return
        self._request = ""
        try:
            findings = read_json(Path(self._folder.name) / "findings.json", checked=True)
        except SpineError as error:
            self._onError(error)
            return
        self._turns.start(
            self._taking(study, stack, findings, count),
            onDone=self._onTaken,
            onError=lambda error: self._onError(from_exception(error)),
        )

    def _taking(self, study: str, stack: str, findings: Findings, count: int) -> Steps[str]:
        """Shows what was graded, and gives what there is to say about it."""
        nodes = ReadingScene(self._study.scene, study)
        before = nodes.findings()
        if before is None or nodes.volumeNode(stack) is None:  # gone in the meantime
            return ""
        if before.to_dict() != self._sent:
            return _("The study was read again in the meantime. Grade again.")
        with drawOnce():
            yield from nodes.showingAgain(findings, stack)
            yield
            self._study.open(study)
        slices = counted(count, "slice", tr=_)
        return _("{slices} graded again with the window").format(slices=slices)

    def _onTaken(self, text: str) -> None:
        self._end()
        self._say(text)

    def _onError(self, error: SpineError) -> None:
        self._end()
        self._say(_("Cancelled.") if isinstance(error, Cancelled) else str(error))

    def _end(self) -> None:
        self._request = ""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._update()

    def _update(self) -> None:
        shown = self.box is not None
        place = self._study.current
        seen = place is not None and not self._study.unseen([self._study.place])
        self._ui.windowBox.enabled = seen
        self._ui.resetWindowButton.enabled = shown
        self.run.setReady(shown)
        if shown and not self.busy:
            mine = self._study.window(self._study.place) is not None
            self._say(
                _("A reader's window is shown.") if mine else _("The model's window is shown.")
            )
        elif self._ui.windowBox.checked and not self.busy:
            self._say(self._whyNot())

    def _reader(self) -> str:
        return self._ui.readerEdit.text.strip()

    def _say(self, text: str) -> None:
        self._ui.regionStatusLabel.text = text
