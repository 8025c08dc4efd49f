"""What is mutated: small real files, and simulated ones, in every format that is read."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np

from SpineLib.findings import Findings
from SpineLib.findings_file import write_json
from SpineLib.volume import Frame, Volume, read_volume, to_sitk, write_volume

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
_ID = re.compile(r'"id": "[0-9a-f]{32}"')
MOST_BYTES = 400_000  # of a real file; larger ones only cost time


def make_corpus(folder: Path, data: Path | None) -> Path:
    """Writes the files that are mutated.

    Args:
        folder: new.
        data: the real MR data; None makes do with simulated files.
    """
    for make in (
        _dicom,
        _volumes,
        _cards,
        _findings,
        _labels,
        _projects,
        _datasets,
        _recipes,
        _outcomes,
    ):
        place = folder / make.__name__.lstrip("_")
        place.mkdir(parents=True)
        make(place, data)
    _settle(folder)
    return folder


def _settle(folder: Path) -> None:
    """Takes what is of the moment out of records, so that the same seed gives the same inputs."""
    for path in sorted(folder.rglob("*.json*")):
        text = path.read_text(encoding="utf-8")
        text = _TIME.sub("2026-01-01T00:00:00.000+00:00", text)
        path.write_text(_ID.sub('"id": "' + "0" * 32 + '"', text), encoding="utf-8")


def _dicom(folder: Path, data: Path | None) -> None:
    from SpineLib.simulate.dicom_out import Identity, write_series
    from SpineLib.simulate.headers import VENDORS
    from SpineLib.simulate.scanner import Protocol
    from Testing.SpineLib.datasets import labelled

    for vendor in VENDORS:
        for enhanced in (False, True):
            volume = labelled.stack_of([0, 1, 0, 1])
            protocol = Protocol(rows=24, columns=24, slices=4)
            write_series(
                folder / f"simulated-{vendor}-{enhanced}", [volume], protocol, Identity(vendor),
                number=4, region="cervical", plane="axial", vendor=vendor, enhanced=enhanced,
            )  # fmt: skip
    if data is None:
        return
    seen: dict[Path, int] = {}
    for path in sorted((data / "torture").rglob("*")) + sorted((data / "dicom").rglob("*.dcm")):
        named = path.is_file() and path.suffix not in (".gz", ".nii", ".json", ".txt", ".md")
        if not named or path.name.startswith("LICENSE") or path.stat().st_size > MOST_BYTES:
            continue
        count = seen[path.parent] = seen.get(path.parent, 0) + 1
        if count <= 3:
            place = folder / f"real-{path.parent.relative_to(data)}".replace("/", "-")
            place.mkdir(exist_ok=True)
            shutil.copyfile(path, place / path.name)


def _volumes(folder: Path, data: Path | None) -> None:
    import SimpleITK as sitk

    rng = np.random.default_rng(0)
    turned = np.array([[-0.7, 0, 0.1, 9], [0, 0.66, -1.4, -20], [0, 0.24, 3.7, 30], [0, 0, 0, 1]])
    turned[:3, :3] = np.linalg.qr(turned[:3, :3])[0] * (0.7, 0.7, 4.0)
    images = {"noise": Volume(rng.integers(0, 900, (5, 8, 9)).astype(np.int16), turned)}
    images["float"] = Volume(rng.normal(size=(4, 6, 5)).astype(np.float32), turned)
    images["mask"] = Volume(np.array(images["noise"].voxels > 700, np.uint8), turned)
    if data is not None:
        for name in ("nifti/cervical_t2_axial/t2.nii.gz", "spider/mask_005.nii.gz",
                     "nifti/gm_challenge/sub-9418/sub-9418_run-1_T2starw.nii.gz"):  # fmt: skip
            whole = read_volume(data / name)
            middle = tuple(slice(n // 2 - 4, n // 2 + 4) for n in whole.shape)
            matrix = whole.ijk_to_ras.copy()
            matrix[:3, 3] = whole.ras([part.start for part in reversed(middle)])
            images[name.split("/")[-1].split(".")[0]] = Volume(whole.voxels[middle], matrix)
    for name, volume in images.items():
        for suffix in (".nii", ".nii.gz", ".nrrd", ".mha", ".nhdr", ".mhd"):
            for compress in (True, False):
                place = folder / f"{name}-{suffix.replace('.', '')}-{compress}"
                place.mkdir()
                sitk.WriteImage(to_sitk(volume), str(place / f"T2_{name}{suffix}"), compress)


def _cards(folder: Path, data: Path | None) -> None:
    import hashlib
    from dataclasses import replace

    from SpineLib.models.card import read_card
    from SpineLib.store.files import resources

    weights = np.random.default_rng(1).bytes(500)
    for path in sorted((resources() / "Models").glob("*/model.json")):
        card = read_card(path)
        name = card.name.replace("starter", "mine")
        card = replace(card, name=name, weights_sha256=hashlib.sha256(weights).hexdigest())
        place = folder / card.name
        place.mkdir()
        (place / "model.json").write_text(json.dumps(card.to_dict()), encoding="utf-8")
        (place / card.weights_file).write_bytes(weights)
        with zipfile.ZipFile(folder / f"{card.name}.zip", "w") as archive:
            for path in sorted(place.iterdir()):
                archive.writestr(zipfile.ZipInfo(f"model/{path.name}"), path.read_bytes())


def _findings(folder: Path, data: Path | None) -> None:
    from Testing.readings import cervical_findings

    frames = tuple(Frame(f"1.2.826.0.1.{k}") for k in range(19))
    matrix = np.diag([-0.7, -0.7, 4.0, 1.0])
    volume = Volume(np.zeros((19, 8, 8), np.uint8), matrix, frames, "1.2.826.0.2")
    findings = cervical_findings(volume)
    write_json(findings, folder / "whole.json")
    few = Findings.from_dict(findings.to_dict())
    few.stacks[0].slices = few.stacks[0].slices[:2]
    write_json(few, folder / "few.json")


def _labels(folder: Path, data: Path | None) -> None:
    from PIL import Image

    from Testing.SpineLib.datasets import labelled

    study = folder / "study"
    uids = labelled.write_stack(study / "P1" / "ax_t2", labelled.stack_of([0, 1, 0]), patient="A")
    (study / "P1" / "compression_label.csv").write_text("0\n1\n0\n")
    (study / "dataset.toml").write_text('order = "feet-first"\n')
    (study / "patients.csv").write_text("patient,site,age\nP1,Toronto,44\n")
    tidy = "sop_instance_uid,frame,label,reader\n" + "".join(f"{u},1,1,anna\n" for u in uids)
    (folder / "tidy.csv").write_text(tidy)
    (folder / "box.xml").write_text(
        "<annotation><folder>ax_t2</folder><filename>IM0002.png</filename>"
        "<path>C:\\x\\ax_t2\\IM0002.png</path><size><width>24</width><height>24</height>"
        "<depth>1</depth></size><object><name>1b</name><bndbox><xmin>4</xmin><ymin>5</ymin>"
        "<xmax>12</xmax><ymax>13</ymax></bndbox></object></annotation>"
    )
    ramp = np.linspace(0, 4100, 24 * 24).reshape(24, 24)
    Image.fromarray(ramp.astype(np.uint16)).save(folder / "deep.png")
    Image.fromarray((ramp / 17).astype(np.uint8)).save(folder / "grey.png")
    Image.fromarray((ramp / 17).astype(np.uint8)).save(folder / "grey.jpeg")
    image = Volume(np.random.default_rng(0).integers(0, 99, (4, 8, 8)).astype(np.int16), np.eye(4))
    mask = np.zeros((4, 8, 8), np.uint8)
    mask[1], mask[2], mask[3] = 1, 100, 201
    write_volume(image, folder / "image.nii")
    write_volume(image.with_voxels(mask), folder / "mask.nii")
    (folder / "pairs.csv").write_text(
        "image,mask,patient,labels,orientation,site\nimage.nii,mask.nii,a,SPIDER,LPS,x\n"
    )
    listed = {"image": "image.nii", "label": "mask.nii", "patient": "a"}
    (folder / "datalist.json").write_text(
        json.dumps({"training": [listed], "test": [], "labels": {"0": "background"}})
    )


def _projects(folder: Path, data: Path | None) -> None:
    from SpineLib.labels import COMPRESSED
    from SpineLib.projects.project import create
    from SpineLib.projects.session import ReaderSession
    from SpineLib.projects.studies import add
    from Testing.SpineLib.datasets import labelled

    project, dicom = create(folder / "project", title="Two readers"), folder / "project" / "dicom"
    for name in ("P1", "P2"):
        labelled.write_stack(dicom / name, labelled.stack_of([0, 1, 0], size=16), patient=name)
    project = add(project, dicom)
    with ReaderSession(project, "anna", seed=1) as session:
        for _ in range(4):
            session.label(COMPRESSED, comment="x")


def _datasets(folder: Path, data: Path | None) -> None:
    from SpineLib.loop.dataset import create_dataset
    from SpineLib.loop.images import of_volume
    from SpineLib.loop.writer import DatasetWriter
    from SpineLib.models.folder import open_folder

    model = open_folder(folder.parent / "cards" / "mine-segmentation")
    made = create_dataset(folder / "dataset", title="Ours", task="segmentation", model=model)
    rng = np.random.default_rng(0)
    matrix = np.diag([-1.0, -1.0, 4.0, 1.0])
    labels = np.zeros((4, 8, 8), np.uint8)
    labels[1], labels[2], labels[3] = 1, 100, 201
    with DatasetWriter(made.folder) as writer:
        for n in range(3):
            image = Volume(rng.integers(0, 900, (4, 8, 8)).astype(np.int16), matrix)
            writer.add(
                of_volume(image), patient=f"p{n}", region="lumbar", weighting="T2",
                labels=image.with_voxels(labels) if n else None, by="anna",
            )  # fmt: skip
        writer.freeze(0.34, by="anna")


def _recipes(folder: Path, data: Path | None) -> None:
    from SpineLib.training.recipe import names, path_of

    for name in names():
        shutil.copyfile(path_of(name), folder / f"{name}.toml")


def _outcomes(folder: Path, data: Path | None) -> None:
    """Sixty patients of a few necks, the same by visit, a mapping file, and a model of them."""
    import csv

    from SpineLib.outcome.model import write_model
    from SpineLib.outcome.recipe import read_recipe
    from SpineLib.outcome.run import recalibrated
    from SpineLib.outcome.table import read_cohort
    from SpineLib.simulate.clinical import draw_patients, measure_neck

    rows = draw_patients([measure_neck(n) for n in range(6)] * 10, 1, missing=0.05)
    for row in rows:
        row |= {"operation_date": "2023-05-02", "followup_date_6": "2023-11-06"}
    visits = []
    for row in rows:
        one = {"record_id": row["patient"], "redcap_event_name": "baseline_arm_1"}
        visits += [
            {**one, "pre_mJOA": row["mjoa"], "gender": row["sex"], "Groesse": 1.7},
            {**one, "redcap_event_name": "six_arm_1", "pre_mJOA": row["mjoa_6"]},
        ]
    for name, lines in (("cohort.csv", rows), ("visits.csv", visits)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(lines[0]))
            table.writeheader()
            table.writerows(lines)
    (folder / "mapping.toml").write_text(
        '[columns]\npre_mJOA = "mjoa"\ngender = "sex"\nGroesse = "height"\n[values.sex]\n'
        '1 = "male"\n[multiply]\nheight = 100.0\n[events]\nbaseline_arm_1 = "before"\n'
        "six_arm_1 = 6\n", encoding="utf-8",
    )  # fmt: skip
    cohort = read_cohort(folder / "cohort.csv")
    made = recalibrated(cohort, read_recipe("nouri2015"), "nouri2015", draws=3)
    write_model(made, folder / "model")
