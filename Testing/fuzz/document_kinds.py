"""Damaged cards, findings, labels, projects, recipes and archives."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

from Testing.fuzz.kinds import Kind
from Testing.fuzz.mutations import json_bytes, of_bytes, of_text, of_zip


class Cards(Kind):
    """A model's folder with another card."""

    name = "cards"

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = rng.choice(sorted(p for p in (self.corpus / "cards").iterdir() if p.is_dir()))
        place = folder / "model"
        shutil.copytree(source, place)
        card = place / "model.json"
        card.write_bytes(json_bytes(rng, card.read_bytes()))
        return place

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom.stack import Stack
        from SpineLib.models.applicability import check, made_for
        from SpineLib.models.folder import open_folder

        model = open_folder(path)
        self.refusing(model.verify)
        stack = Stack(id="1", plane="axial", weighting="T2", region="cervical", rows=9, columns=9)
        made_for(model.card.applicability), check(model.card, stack)
        return json.dumps(model.card.to_dict())


class FindingsFiles(Kind):
    """A reading's ``findings.json``: read, written again, as a table and as a page."""

    name = "findings"

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = rng.choice(sorted((self.corpus / "findings").iterdir()))
        (folder / "findings.json").write_bytes(json_bytes(rng, source.read_bytes()))
        return folder

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.findings_file import write_json
        from SpineLib.outputs.findings_csv import write_csv
        from SpineLib.outputs.report import render
        from SpineLib.reading import Reading

        reading = Reading.load(path)
        write_json(reading.findings, path / "again.json")
        write_csv(reading.findings, path / "again.csv")
        return len(render(reading, {}))


class Labels(Kind):
    """Boxes, tables, label files, pictures, pairs of image and mask, datalists."""

    name = "labels"

    def __init__(self, corpus: Path) -> None:
        super().__init__(corpus)
        # What the first one loads is no input's memory.
        self.run(corpus / "labels" / "study" / "dataset.toml", random.Random(0))

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = self.corpus / "labels"
        files = [p for p in sorted(source.iterdir()) if p.is_file()]
        target = rng.choice([*files, *files, *(p for p in (source / "study").rglob("*.csv")),
                             source / "study" / "dataset.toml"])  # fmt: skip
        if target.is_relative_to(source / "study"):
            shutil.copytree(source / "study", folder / "study")
            changed = folder / target.relative_to(source)
        else:
            for path in files:
                shutil.copyfile(path, folder / path.name)
            changed = folder / target.name
        raw = changed.read_bytes()
        kinds = {".json": json_bytes, ".csv": of_text, ".xml": of_text, ".toml": of_text}
        changed.write_bytes(kinds.get(changed.suffix, of_bytes)(rng, raw))
        return changed

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.datasets.flat import open_pictures
        from SpineLib.datasets.layout import open_layout
        from SpineLib.datasets.open_volumes import open_canals, open_volumes
        from SpineLib.datasets.tidy import open_tidy
        from SpineLib.datasets.voc import read_annotation
        from SpineLib.datasets.vocabulary import vocabulary

        if "study" in path.parts[-4:]:
            study = next(p for p in path.parents if p.name == "study")
            return [one.labels for one in open_layout(study)]
        if path.name == "tidy.csv":
            return open_tidy(path, self.corpus / "labels" / "study")
        if path.suffix == ".xml":
            return read_annotation(path, vocabulary("grading"))
        if path.suffix in (".png", ".jpeg"):
            return open_pictures([path])
        if path.name == "datalist.json":
            return self._datalist(path)
        pairs = path.with_name("pairs.csv")
        self.refusing(lambda: open_canals(str(pairs)))
        return [volume.open() for volume in open_volumes(str(pairs))]

    def _datalist(self, path: Path) -> Any:
        from SpineLib.loop.exchange import is_datalist, read_datalist
        from SpineLib.loop.sources import Wanted
        from SpineLib.models import open_model

        if not is_datalist(path):
            return None
        wanted = Wanted(open_model("starter-segmentation").card, "segmentation", "", "lumbar", "T2")
        return list(read_datalist(path, wanted))

    def claimed(self, path: Path) -> int:
        return 1032 * path.stat().st_size


class Projects(Kind):
    """A reading study with damaged files: what it holds, whose labels, where it stands."""

    name = "projects"

    def make(self, rng: random.Random, folder: Path) -> Path:
        place = folder / "project"
        shutil.copytree(self.corpus / "projects" / "project", place)
        files = [p for p in sorted(place.rglob("*")) if p.is_file() and p.stat().st_size]
        for path in rng.sample(files, min(len(files), rng.choice((1, 1, 2)))):
            raw = path.read_bytes()
            change = json_bytes if path.suffix == ".json" else of_text
            path.write_bytes(change(rng, raw))
        return place

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.projects.consensus import disagreements
        from SpineLib.projects.exporting import write_tidy
        from SpineLib.projects.project import open_project
        from SpineLib.projects.session import ReaderSession
        from SpineLib.projects.status import status_of

        project = open_project(path)
        json.dumps(status_of(project), allow_nan=False)
        self.refusing(lambda: disagreements(project))
        self.refusing(lambda: write_tidy(project, path.with_name("table.csv")))
        with ReaderSession(project, "anna") as session:
            return session.progress


class Datasets(Kind):
    """A correction loop's data set with damaged files: what it holds, and open for writing."""

    name = "datasets"

    def make(self, rng: random.Random, folder: Path) -> Path:
        place = folder / "dataset"
        shutil.copytree(self.corpus / "datasets" / "dataset", place)
        files = [p for p in sorted(place.rglob("*")) if p.is_file() and p.stat().st_size]
        for path in rng.sample(files, rng.choice((1, 1, 2))):
            raw = path.read_bytes()
            kinds = {".json": json_bytes, ".jsonl": of_text, ".csv": of_text}
            path.write_bytes(kinds.get(path.suffix, of_bytes)(rng, raw))
        return place

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.doors.commands.loop import status_of
        from SpineLib.loop.dataset import open_dataset
        from SpineLib.loop.writer import DatasetWriter

        dataset = open_dataset(path)
        json.dumps(status_of(dataset), allow_nan=False)
        for case in dataset.cases.values():
            self.refusing(case.open_answer)
            self.refusing(case.open_image)
        with DatasetWriter(path) as writer:
            return writer.notes


class Recipes(Kind):
    """A recipe of training, as a person writes one."""

    name = "recipes"

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = rng.choice(sorted((self.corpus / "recipes").iterdir()))
        path = folder / source.name
        path.write_bytes(of_text(rng, source.read_bytes()))
        return path

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.training.recipe import read_recipe

        return read_recipe(path).values()


class Archives(Kind):
    """A zip archive: taken for a model, and for a study."""

    name = "archives"

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = rng.choice(sorted((self.corpus / "cards").glob("*.zip")))
        path = folder / "in.zip"
        path.write_bytes(of_zip(rng, source.read_bytes()))
        return path

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom import scan
        from SpineLib.models.importing import import_model

        os.environ["SPINE_MODELS"] = str(path.with_name("models"))
        self.refusing(lambda: scan(path))
        try:
            return import_model(path).card.name
        finally:
            outside = [p for p in path.parent.rglob("*") if p.name == "passwd"]
            assert not outside, "an archive wrote outside of its folder"
