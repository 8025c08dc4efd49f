"""The panel's section "Region of interest": the window the model looked at, and grading anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from SpineSegmentationLib.volumeNodes import volumeFromNode

from SpineLib.errors import Cancelled, SpineError
from SpineLib.findings import read_json
from SpineLib.volume import write_volume

from .ReadingScene import ReadingScene
from .ShownStudy import PLACE_CHANGED, STUDY_CHANGED, ShownStudy

KIND = "window"
DEFAULT_MM = 48.0  # where no model says how wide it looks


class RegionSection:
    """Shows the canal window as a box that can be moved, and has slices graded with it.

    Args:
        ui: the panel's widgets.
        study: whose slices are meant.
        models: says how wide the models look (`ModelsSection`).
        worker: grades (`WorkerProcess`).
    """

    def __init__(self, ui: Any, study: ShownStudy, models: Any, worker: Any) -> None:
        self._ui, self._study, self._models, self._worker = ui, study, models, worker
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        ui.windowBox.connect("toggled(bool)", self._onShow)
        ui.regradeButton.connect("clicked(bool)", self._onRegrade)
        ui.resetWindowButton.connect("clicked(bool)", self._place)
        study.listen(self._onChanged)
        self._update()

    @property
    def box(self) -> Any:
        """The box's markups node; None where it is not shown."""
        return self._study.nodes.node(KIND) if self._study.study else None

    def hide(self) -> None:
        """Takes the box out of the scene."""
        self._ui.windowBox.checked = False

    def _onShow(self, on: bool) -> None:
        if on and self._study.current is not None:
            self._place()
        elif self.box is not None:
            self._study.scene.RemoveNode(self.box)
        self._update()

    def _onChanged(self, what: str) -> None:
        if what == STUDY_CHANGED:
            self._ui.windowBox.checked = self.box is not None
        elif what == PLACE_CHANGED and self.box is not None:
            self._place()
        self._update()

    def _place(self, *_arguments: Any) -> None:
        """Puts the box where the model looked on the current slice."""
        place = self._study.current
        if place is None:
            return
        one, stack = self._study.slice(self._study.place), self._study.timeline.stack(place)
        box = self.box or self._add()
        axes = np.array(stack.ijk_to_ras, float)[:3, :3]
        axes /= np.linalg.norm(axes, axis=0)
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = axes, one.canal_center_ras or one.position_ras
        if np.linalg.det(axes) < 0:
            matrix[:3, 2] *= -1
        box.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(matrix))
        box.SetSize(self._width(), self._width(), stack.spacing[2])
        box.SetXYZ((0.0, 0.0, 0.0))
        box.SetCenter(*matrix[:3, 3])

    def _add(self) -> Any:
        box = self._study.scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "Canal window")
        box.CreateDefaultDisplayNodes()
        box.SetSaveWithScene(False)
        display = box.GetDisplayNode()
        display.SetHandlesInteractive(True)
        display.SetFillVisibility(False)
        display.SetPropertiesLabelVisibility(False)
        display.SetSelectedColor(0.94, 0.89, 0.26)
        display.SetSnapMode(display.SnapModeUnconstrained)
        box.SetAttribute("SpineMRI.Kind", KIND)
        box.SetAttribute("SpineMRI.Study", self._study.study)
        return box

    def _width(self) -> float:
        card = self._models.chosen("grading") or self._models.chosen("compression")
        if card is None or card["preprocessing"].get("kind") != "canal-window":
            return DEFAULT_MM
        return card["preprocessing"]["pixels"] * card["preprocessing"]["spacing_mm"]

    def _boxes(self) -> dict[int, list[list[float]]]:
        """Slice number → two corners, RAS mm: the drawn box moved along to each chosen slice."""
        current = self._study.current
        center = [0.0] * 3
        self.box.GetCenterWorld(center)
        size = self.box.GetSize()
        stack = self._study.timeline.stack(current)
        axes = np.array(stack.ijk_to_ras, float)[:3, :3]
        axes /= np.linalg.norm(axes, axis=0)
        half = axes[:, :2] @ (np.array(size[:2]) / 2)
        here = self._study.slice(self._study.place)
        moved = np.array(center) - (here.canal_center_ras or here.position_ras)
        boxes = {}
        for number in self._study.chosen:
            if self._study.places[number].stack == current.stack:
                one = self._study.slice(number)
                middle = np.array(one.canal_center_ras or one.position_ras) + moved
                boxes[one.index] = [(middle - half).tolist(), (middle + half).tolist()]
        return boxes

    def _onRegrade(self, *_arguments: Any) -> None:
        place = self._study.current
        node = self._study.nodes.volumeNode(place.stack) if place else None
        if node is None or self.box is None or self._folder is not None:
            return
        stack, study = place.stack, self._study.study
        self._folder = tempfile.TemporaryDirectory(prefix="SpineMRI-")
        folder, boxes = Path(self._folder.name), self._boxes()
        write_volume(volumeFromNode(node), folder / "volume.nrrd")
        text = json.dumps(self._study.findings.to_dict(), ensure_ascii=False, allow_nan=False)
        (folder / "findings.json").write_text(text, encoding="utf-8")
        options = self._models.options
        arguments = {
            "reading": str(folder),
            "input": str(folder / "volume.nrrd"),
            "stack": stack,
            "boxes": {str(k): corners for k, corners in boxes.items()},
            **{key: options[key] for key in ("models", "device", "threshold")},
        }
        self._say(_("Grading…"))
        self._worker.request(
            "regrade",
            arguments,
            onResult=lambda result: self._onGraded(study, boxes),
            onError=self._onError,
        )
        self._update()

    def _onGraded(self, study: str, boxes: dict[int, Any]) -> None:
        findings = read_json(Path(self._folder.name) / "findings.json")
        self._end()
        nodes = ReadingScene(self._study.scene, study)
        reading = nodes.reading()
        if reading is None:  # the scene was closed in the meantime
            return
        reading.findings = findings
        given = {stack.id: nodes.volumeNode(stack.id) for stack in findings.stacks}
        self._ui.windowBox.checked = False
        nodes.show(reading, {key: node for key, node in given.items() if node is not None})
        self._study.open(study)
        self._say(_("{n} slices graded again with the window").format(n=len(boxes)))

    def _onError(self, error: SpineError) -> None:
        self._end()
        self._say(_("Cancelled.") if isinstance(error, Cancelled) else str(error))

    def _end(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._update()

    def _update(self) -> None:
        shown = self.box is not None
        self._ui.windowBox.enabled = self._study.current is not None
        self._ui.resetWindowButton.enabled = shown
        self._ui.regradeButton.enabled = shown and self._folder is None

    def _say(self, text: str) -> None:
        self._ui.regionStatusLabel.text = text


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
