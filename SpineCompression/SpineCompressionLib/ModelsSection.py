"""The panel's section "Models": which models answer, their cards, and the models on the disk."""

from __future__ import annotations

from typing import Any

from SpineLib.errors import SpineError
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillBox

TASKS = ("compression", "grading")


class ModelsSection:
    """Lists the models that the worker finds and manages the person's own.

    Args:
        ui: the panel's widgets.
        worker: knows the models (`WorkerProcess`).
    """

    def __init__(self, ui: Any, worker: Any) -> None:
        self._ui, self._worker = ui, worker
        self.models: list[dict[str, Any]] = []
        self._cards = 0.0  # the threshold of the card that was chosen last
        self._boxes = {"compression": ui.compressionModelBox, "grading": ui.gradingModelBox}
        for box in self._boxes.values():
            box.connect("currentIndexChanged(int)", self._onModel)
        ui.thresholdDefaultButton.connect("clicked(bool)", self._onDefault)
        ui.manageBox.connect("currentIndexChanged(int)", self._onManaged)
        ui.importFolderButton.connect("clicked(bool)", self._onImportFolder)
        ui.importZipButton.connect("clicked(bool)", self._onImportZip)
        for action in ("verify", "remove"):
            getattr(ui, f"{action}ModelButton").connect(
                "clicked(bool)", lambda *_, action=action: self._manage(action)
            )
        ui.showCardButton.connect("clicked(bool)", self._onShowCard)

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen, as the worker's arguments."""
        chosen = [self.chosen(task) for task in TASKS]
        # A forced lumbar segmentation would name levels in a neck.
        levels = bool(self._ui.levelsBox.checked) and not self._ui.forceBox.checked
        return {
            "tasks": [*TASKS, "segmentation"] if levels else list(TASKS),
            "models": [model["path"] for model in chosen if model],
            "threshold": self.threshold,
            "device": self._ui.deviceBox.currentText or "auto",
            "activation": bool(self._ui.activationBox.checked),
        }

    @property
    def threshold(self) -> float | None:
        """The threshold where it is not the card's own; else None."""
        card = self.chosen("compression")
        value = round(float(self._ui.thresholdSlider.value), 2)
        return None if card is None or value in (0.0, round(card["threshold"], 2)) else value

    def chosen(self, task: str) -> dict[str, Any] | None:
        """The card of the model chosen for a task; None before the worker answered."""
        name = self._boxes[task].currentData
        return next((m for m in self.models if m["task"] == task and m["name"] == name), None)

    def useCardsThreshold(self) -> None:
        """The card's own threshold where none is said: a new scene's is 0, which flags all."""
        if self._ui.thresholdSlider.value == 0.0:
            self._onDefault()

    def refresh(self) -> None:
        """Asks the worker which models there are."""
        self._say(_("Looking for models…"))
        self._worker.request("models", {}, onResult=self._onModels, onError=self._onError)

    def _onModels(self, result: dict[str, Any]) -> None:
        first = not self.models
        self.models = result["models"]
        for task, box in self._boxes.items():
            fillBox(box, [(_title(m), m["name"]) for m in self.models if m["task"] == task])
        fillBox(self._ui.manageBox, [(_title(m), m["name"]) for m in self.models])
        if first:
            self.useCardsThreshold()
        self._onModel()
        broken = [problem["what"] for problem in result["broken"]]
        self._say(" ".join(broken)) if broken else self._onManaged()

    def _onError(self, error: SpineError) -> None:
        self._say(str(error))

    def _onModel(self, *_arguments: Any) -> None:
        lines = []
        for task in TASKS:
            card = self.chosen(task)
            if card:
                lines.append(_limits(card))
        self._ui.modelLimitsLabel.text = "<br>".join(dict.fromkeys(lines))
        card = self.chosen("compression")
        if card:
            text = _("Card: {x:.2f}").format(x=card["threshold"])
            self._ui.thresholdDefaultButton.text = text
            if round(float(self._ui.thresholdSlider.value), 2) == round(self._cards, 2):
                self._onDefault()  # it stood at the other card's
            self._cards = card["threshold"]

    def _onDefault(self, *_arguments: Any) -> None:
        card = self.chosen("compression")
        if card:
            self._ui.thresholdSlider.value = card["threshold"]

    def _onManaged(self, *_arguments: Any) -> None:
        card = self._managed()
        self._ui.removeModelButton.enabled = card is not None and not card["bundled"]
        self._ui.verifyModelButton.enabled = self._ui.showCardButton.enabled = card is not None
        if card:
            whose = _("came with the program") if card["bundled"] else _("added by you")
            self._say(f"{card['bytes'] / 1e6:.1f} MB, {whose}")

    def _managed(self) -> dict[str, Any] | None:
        name = self._ui.manageBox.currentData
        return next((model for model in self.models if model["name"] == name), None)

    def _manage(self, action: str, **arguments: Any) -> None:
        card = self._managed()
        if not arguments and card is None:
            return
        arguments = arguments or {"name": card["name"]}
        self._say("…")
        self._worker.request(
            "manage", {"action": action, **arguments}, onResult=self._onDone, onError=self._onError
        )

    def _onDone(self, result: dict[str, Any]) -> None:
        self._onModels(result)
        self._say(result["done"])

    def _onImportFolder(self, *_arguments: Any) -> None:
        import qt

        title = _("Choose a model's folder")
        path = qt.QFileDialog.getExistingDirectory(self._ui.importFolderButton, title)
        if path:
            self._manage("import", path=path)

    def _onImportZip(self, *_arguments: Any) -> None:
        import qt

        title, kinds = _("Choose a model's zip archive"), _("Zip archives (*.zip)")
        path = qt.QFileDialog.getOpenFileName(self._ui.importZipButton, title, "", kinds)
        if path:
            self._manage("import", path=path)

    def _onShowCard(self, *_arguments: Any) -> None:
        import qt

        card = self._managed()
        if card is None:
            return
        self._card = qt.QTextBrowser()  # a window of its own: nothing waits for it
        self._card.windowTitle = card["title"]
        self._card.setHtml(cardHtml(card))
        self._card.resize(520, 560)
        self._card.show()

    def _say(self, text: str) -> None:
        self._ui.modelStatusLabel.text = text


def cardHtml(card: dict[str, Any]) -> str:
    """A model card for a person to read."""
    from html import escape

    where = card["applicability"]
    rows = [
        (_("Made for"), ", ".join([*where["planes"], *where["weightings"], *where["regions"]])),
        (_("Limits"), card["limits"]),
        (_("Trained on"), card["training_data"]),
        (_("Threshold"), f"{card['threshold']:.2f}"),
        (_("Licence"), card["licence"]),
        (_("SHA-256"), card["weights"]["sha256"]),
    ]
    rows += [
        (f["name"], f"{f['value']:.3g}" + (f" [{f['interval'][0]:.3g}, {f['interval'][1]:.3g}]"
         if f.get("interval") else "") + f" ({f['on']})")
        for f in card.get("figures", [])
    ]  # fmt: skip
    sets = card.get("grade_sets")
    if sets:
        rows.append((_("Possible answers"), _("{share:.3g}% hold the true one, on images like those of {patients} patients ({data}). Nothing is promised of others.").format(
            share=100 * sets["coverage"], patients=sets["patients"], data=sets["data"])))  # fmt: skip
    starter = "<p><b>" + _("STARTER MODEL: simulated training data") + "</b></p>"
    table = "".join(
        f"<tr><th align=left>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows
    )
    head = f"<h3>{escape(card['title'])} {escape(card['version'])}</h3>"
    return head + (starter if card["starter"] else "") + f"<table cellpadding=3>{table}</table>"


def _limits(card: dict[str, Any]) -> str:
    if not card["starter"]:
        return str(card["limits"])
    text = card["limits"].removeprefix("Starter model: ")
    return "<b>" + _("STARTER MODEL:") + f"</b> {text}"


def _title(card: dict[str, Any]) -> str:
    # The star stands first: a narrow panel cuts the end off.
    return ("★ " if card["starter"] else "") + card["title"]
