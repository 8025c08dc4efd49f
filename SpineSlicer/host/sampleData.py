"""Entries of Slicer's Sample Data module: two public volumes, and a study that is simulated here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineLib.translation import tr as _

CATEGORY = "Spine MRI"
# spinalcordtoolbox/sct_tutorial_data (MIT) at the commit in the address.
_URL = (
    "https://raw.githubusercontent.com/spinalcordtoolbox/sct_tutorial_data/"
    "f176fd21cfb0e07978761bfff4867c5f848d4c01/single_subject/data/"
)
PUBLIC = (
    {
        "sampleName": "CervicalT2Axial",
        "uris": _URL + "t2_ms/t2.nii.gz",
        "fileNames": "SpineMRI-cervical-t2.nii.gz",
        "nodeNames": "Cervical T2 axial",
        "checksums": "SHA256:5b25b71646e363cf0c24415db0eb0d836f0deb4ae0b024d1b939d505ab63783b",
    },
    {
        "sampleName": "LumbarT2Sagittal",
        "uris": _URL + "t2_lumbar/t2_lumbar.nii.gz",
        "fileNames": "SpineMRI-lumbar-t2.nii.gz",
        "nodeNames": "Lumbar T2 sagittal",
        "checksums": "SHA256:380bbd7ad8c90fdfc5f43ab297190fe49b8b7e8eea69fabba42b4b30d28c844f",
    },
)
SIMULATED = "SimulatedLumbarStudy"
SEED = 7


def registerSampleData(icons: str) -> None:
    """Adds the entries; for when Slicer has started.

    Args:
        icons: the folder of the thumbnails, named as the samples; one without is shown by name.
    """
    import SampleData

    for sample in PUBLIC:
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY, thumbnailFileName=_icon(icons, sample["sampleName"]), **sample
        )
    # Slicer asks for an address, a file and a node of each entry; this one's are never used.
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=SIMULATED,
        uris="simulated",
        fileNames="simulated",
        nodeNames="Simulated lumbar study",
        thumbnailFileName=_icon(icons, SIMULATED),
        customDownloader=lambda source: loadSimulatedStudy(),
    )


def loadSimulatedStudy(worker: Any = None, *, onLoaded: Any = None, onError: Any = None) -> Any:
    """Has a lumbar study simulated by the worker and loads its volumes; returns at once.

    The study lies in Slicer's temporary folder; no network is used.

    Args:
        worker: a `WorkerProcess`; by default one that ends when it is done.
        onLoaded: called with the volume nodes.
        onError: called with the error; by default it stands in the status bar.

    Returns:
        The worker.
    """
    import slicer

    from SpineSlicer.host.WorkerProcess import WorkerProcess

    own = worker is None
    worker = worker or WorkerProcess()
    folder = Path(slicer.app.temporaryPath) / f"SpineMRI-simulated-{SEED}"

    def finished(result: dict[str, Any]) -> None:
        nodes = loadStudyFolder(result["folder"])
        if onLoaded:
            onLoaded(nodes)
        if own:
            worker.stop()

    def failed(error: Any) -> None:
        if onError:
            onError(error)
        else:
            slicer.util.showStatusMessage(str(error), 5000)
        if own:
            worker.stop()

    slicer.util.showStatusMessage(_("Simulating a lumbar study…"), 3000)
    worker.request(
        "simulate",
        {"folder": str(folder), "kind": "lumbar", "seed": SEED, "companions": True},
        onResult=finished,
        onError=failed,
    )
    return worker


def loadStudyFolder(folder: str | Path) -> list[Any]:
    """Adds every stack of a folder of DICOM to the scene, under its study.

    Returns:
        The volume nodes.

    Raises:
        BadInput: nothing in the folder can be read.
    """
    import slicer

    from SpineLib.dicom import read, scan
    from SpineSlicer.scene.subjectHierarchy import placeUnder, studyItem
    from SpineSlicer.scene.volumeNodes import addVolumeNode, describe

    scene, nodes = slicer.mrmlScene, []
    for stack in scan(folder).stacks:
        if not stack.problem:
            name = scene.GenerateUniqueName(f"{stack.id} {stack.description}".strip())
            nodes.append(addVolumeNode(scene, read(stack), name))
            describe(nodes[-1], weighting=stack.weighting, region=stack.region)
            placeUnder(
                scene, nodes[-1], studyItem(scene, "Simulated study", stack.study_instance_uid)
            )
    return nodes


def _icon(folder: str, name: str) -> str:
    path = Path(folder) / f"{name}.png"
    return str(path) if path.is_file() else ""
