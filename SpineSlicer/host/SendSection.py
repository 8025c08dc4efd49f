"""The panels' section "Send to an archive": results as DICOM objects, made and sent by the worker."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import Cancelled, SpineError, from_exception
from SpineLib.slabs import Steps
from SpineLib.store.files import temporary_directory
from SpineLib.translation import tr as _
from SpineSlicer.host.confirm import confirm
from SpineSlicer.host.dicomDatabase import instanceFiles
from SpineSlicer.host.loadForm import loadForm
from SpineSlicer.host.pathChanged import onPathChanged
from SpineSlicer.host.readersName import readersName
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.SentTable import SentTable
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.WorkerTask import WorkerTask
from SpineSlicer.scene.resultsToSend import ResultsToSend
from SpineSlicer.scene.SentRecord import SentRecord

FORM = Path(__file__).with_name("Send.ui")
ORGANIZATION_SETTING = "SpineMRI/Organization"
# The worker's words for objects → their boxes.
OBJECTS = {
    "segmentation": "segmentationBox", "labelmap": "labelmapBox", "report": "reportBox",
    "key-images": "keyImagesBox", "presentation": "presentationBox", "capture": "captureBox",
}  # fmt: skip
_ENTITY = re.compile(r"^([^@]{1,16})@([^@:]+|\[[^\]]+\]):(\d{1,5})$")
_NOTHING = ""


class SendSection:
    """Adds the section to a panel; both modules' panels have it.

    What is sent is what stands in the scene when the button is pressed: a reader's answers, names
    and edits are in it. Objects stay in a temporary folder until another study is shown, so that
    what an archive did not take is sent again as it was.

    Args:
        layout: where it is added, at the end.
        worker: makes and sends them (`WorkerProcess`).
        results: gathers those of what the panel shows.
        folder: where the images may be, if Slicer's database has not all of them; may be empty.
        pictures: puts pictures into the folder ``pictures`` of a folder, in steps; None where the
            panel has none.

    Example:
        self.send = SendSection(ui.sendFrame.layout(), worker, self._results, self._folder)
        self.send.show(study, isDicom)
    """

    def __init__(
        self,
        layout: Any,
        worker: Any,
        results: Callable[[], Steps[ResultsToSend]],
        folder: Callable[[], str],
        pictures: Callable[[Path], Steps[None]] | None = None,
    ) -> None:
        self._results, self._folder, self._pictures = results, folder, pictures
        self.widget = loadForm(FORM)
        layout.addWidget(self.widget)
        self.ui = ui = slicer.util.childWidgetVariables(self.widget)
        self._study, self._isDicom, self._sent = _NOTHING, False, ("", "")
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self._turns, self._task, self._lists = Turns(), WorkerTask(worker), WorkerTask(worker)
        self._table = SentTable(ui.sentTable)
        self.run = RunControl(
            ui.sendButton, ui.sendProgressBar, self._onSend, self._cancel,
            lambda: self._task.busy or self._turns.busy,
        )  # fmt: skip
        ui.captureBox.visible = pictures is not None
        ui.signerEdit.text = readersName()
        ui.organizationEdit.text = str(slicer.util.settingsValue(ORGANIZATION_SETTING, "") or "")
        ui.addDestinationFrame.visible = ui.signFrame.visible = False
        ui.retryButton.visible = False
        ui.sendSectionButton.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.addDestinationButton.connect("toggled(bool)", self._onAdding)
        ui.keepDestinationButton.connect("clicked(bool)", self._onKeep)
        ui.signBox.connect("toggled(bool)", self._onSigning)
        ui.retryButton.connect("clicked(bool)", self._onRetry)
        ui.destinationBox.connect("currentIndexChanged(int)", self._onChosen)
        onPathChanged(ui.imagesEdit, self._onChosen)
        self.show(_NOTHING, False)

    def show(self, study: str, isDicom: bool) -> None:
        """Offers to send a study's results; what was made of another one is given up.

        Args:
            study: its key; empty where none is shown.
            isDicom: whether it was read from DICOM, so that its results have something to go with.
        """
        if study != self._study:
            self._giveUp()
            self._say("")
        self._study, self._isDicom = study, isDicom
        self._onChosen()

    def stop(self) -> None:
        """Leaves nothing behind; for when the scene closes or the module goes away."""
        self._lists.drop()
        self._giveUp()
        self.run.update()

    @property
    def chosen(self) -> list[str]:
        """The chosen objects, in the worker's words."""
        boxes = {name: getattr(self.ui, box) for name, box in OBJECTS.items()}
        return [name for name, box in boxes.items() if box.checked and not box.isHidden()]

    def _onCollapsed(self, collapsed: bool) -> None:
        if collapsed or self._lists.busy or self.ui.destinationBox.count:
            return
        self._lists.start(
            "pacs", {"action": "list"}, onResult=self._onDestinations, onError=self._onListError
        )

    def _onDestinations(self, result: dict[str, Any]) -> None:
        box = self.ui.destinationBox
        blocked = box.blockSignals(True)
        box.clear()
        for destination in result["destinations"]:
            how = "" if destination["encrypted"] else ", " + _("not encrypted")
            box.addItem(f"{destination['name']} ({destination['where']}{how})", destination["name"])
        box.blockSignals(blocked)
        if not box.count:
            self.ui.addDestinationButton.checked = True
            self._say(_("No archive is known yet. Add one here."))
        self._onChosen()

    def _onListError(self, error: SpineError) -> None:
        self._say(str(error))

    def _onAdding(self, on: bool) -> None:
        self.ui.addDestinationFrame.visible = on

    def _onSigning(self, on: bool) -> None:
        self.ui.signFrame.visible = on

    def _onKeep(self, *_arguments: Any) -> None:
        name = self.ui.destinationNameEdit.text.strip()
        address = self.ui.destinationAddressEdit.text.strip()
        entity = _ENTITY.match(address)
        where: dict[str, Any] = {"url": address}
        if entity:
            title, host, port = entity.groups()
            where = {"ae": title, "host": host.strip("[]"), "port": int(port)}
            where["tls"] = bool(self.ui.tlsBox.checked)
        elif not address.startswith(("http://", "https://")):
            self._say(_("An address is TITLE@host:port, or begins with https://."))
            return
        self._lists.start(
            "pacs", {"action": "add", "values": {"name": name, **where}},
            onResult=lambda result: self._onKept(result, name), onError=self._onListError,
        )  # fmt: skip

    def _onKept(self, result: dict[str, Any], name: str) -> None:
        self._onDestinations(result)
        self.ui.destinationBox.setCurrentIndex(self.ui.destinationBox.findData(name))
        self.ui.addDestinationButton.checked = False
        self._say(_("{name} is in the list now.").format(name=name))

    def _onChosen(self, *_arguments: Any) -> None:
        """Says what can be sent, or why nothing can."""
        if not self._study:
            about = _("Read a study first.")
        elif not self._isDicom:
            about = _(
                "This study was not read from DICOM, so there is no patient and no study in DICOM "
                "that its results could go with."
            )
        else:
            about = _("The results go as new series into the patient’s study. Nothing is sent "
                      "before you confirm it.")  # fmt: skip
        self.ui.sendAboutLabel.text = about
        known = bool(self.ui.destinationBox.currentData)
        self.run.setReady(bool(self._study) and self._isDicom and known)

    def _onSend(self) -> None:
        ui = self.ui
        signer = ui.signerEdit.text.strip() if ui.signBox.checked else ""
        if not self.chosen:
            self._say(_("Choose at least one object."))
            return
        if ui.signBox.checked and not signer:
            self._say(_("Say who signs."))
            return
        question = _("Send {n} kinds of objects of this patient to {where}?").format(
            n=len(self.chosen), where=ui.destinationBox.currentText
        )
        if signer:
            question += " " + _("The report is signed by {name}.").format(name=signer)
        if not confirm(question, _("Send to an archive"), self.widget):
            return
        organization = ui.organizationEdit.text.strip()
        slicer.app.settings().setValue(ORGANIZATION_SETTING, organization)
        signature = {"signed_by": signer, "organization": organization} if signer else {}
        self._begin(ui.destinationBox.currentData, {"objects": self.chosen, **signature})

    def _begin(self, destination: str, arguments: dict[str, Any]) -> None:
        self._giveUp()
        self._kept = temporary_directory("slicer")
        folder = Path(self._kept.name)
        self._sent = self._study, destination
        self._say("")
        self._turns.start(
            self._writing(folder),
            onDone=lambda images: self._ask({**arguments, **images}),
            onError=lambda error: self._onError(from_exception(error)),
        )

    def _writing(self, folder: Path) -> Steps[dict[str, Any]]:
        """Puts the results where the worker finds them; gives its arguments."""
        results = yield from self._results()
        files = [self.ui.imagesEdit.currentPath.strip()]
        files = files if files[0] else instanceFiles(results.images) or [self._folder()]
        if not files[0]:
            raise SpineError(
                _("The images are not in Slicer’s DICOM database"),
                advice=_("Name the folder that they are in, under Images."),
            )
        yield
        reading = folder / "reading"
        reading.mkdir()
        yield from results.writing(reading)
        if self._pictures is not None and "capture" in self.chosen:
            yield from self._pictures(reading)
        earlier = SentRecord(slicer.mrmlScene).objects(self._study)
        return {"reading": str(reading), "images": files, "earlier": earlier}

    def _ask(self, arguments: dict[str, Any]) -> None:
        assert self._kept is not None
        output = str(Path(self._kept.name) / "objects")
        self._task.start(
            "send", {"destination": self._sent[1], "output": output, **arguments},
            onResult=self._onSent, onError=self._onError, onProgress=self.run.progress,
        )  # fmt: skip
        self.run.update()

    def _onRetry(self, *_arguments: Any) -> None:
        self._say("")
        self._ask({})

    def _onSent(self, result: dict[str, Any]) -> None:
        objects = result["objects"]
        took = [object_ for object_ in objects if object_["state"] == "sent"]
        SentRecord(slicer.mrmlScene).add(self._sent[0], took)
        self._table.fill(objects + self._silent(objects))
        left = [object_ for object_ in objects if object_["state"] in ("refused", "not sent")]
        if not objects:
            self._say(_("These results hold nothing that the chosen objects could say."))
        elif left:
            text = _("{n} of {all} objects are not in the archive.")
            self._say(text.format(n=len(left), all=len(objects)))
        else:
            self._say(_("The archive has them."))
        self._end(again=bool(left))

    def _silent(self, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of the chosen objects that there are none of: no flagged slice, no segmentation."""
        return [
            {"name": f"{kind}.dcm", "state": "nothing to say", "reason": ""}
            for kind in self.chosen
            if not any(object_["name"].startswith(kind) for object_ in objects)
        ]

    def _onError(self, error: SpineError) -> None:
        self._say(_("Cancelled.") if isinstance(error, Cancelled) else str(error))
        written = self._kept is not None and (Path(self._kept.name) / "objects").is_dir()
        self._end(again=written)

    def _end(self, *, again: bool) -> None:
        self.ui.retryButton.visible = again
        if not again:
            self._remove()
        self.run.update()

    def _cancel(self) -> None:
        if self._turns.busy:
            self._turns.stop()
            self._onError(Cancelled())
        else:
            self._task.cancel()

    def _giveUp(self) -> None:
        self._turns.stop()
        self._task.drop()
        self._remove()
        self._table.fill([])
        self.ui.retryButton.visible = False

    def _remove(self) -> None:
        if self._kept is not None:
            self._kept.cleanup()
            self._kept = None

    def _say(self, text: str) -> None:
        self.ui.sendStatusLabel.text = text
        self.ui.sendStatusLabel.visible = bool(text)
