"""What a cohort is read with: program, models and options; a run with others is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.cohort.planned import PlannedStudy, digest
from SpineLib.errors import BadInput, BadRequest
from SpineLib.json_values import parse_json
from SpineLib.models import ModelFolder
from SpineLib.options import ReadOptions
from SpineLib.reasons import UNKNOWN
from SpineLib.store.files import write_text
from SpineLib.store.lock import holding

NAME = "setting.json"
_PATIENCE = 60.0  # seconds for the first of many shards to write it


@dataclass(frozen=True)
class ModelKey:
    """A model, and for what it could be asked.

    Attributes:
        task, name, version, sha256: as of its card.
        planes, weightings: as of its applicability.
        question: key of the question that it answers on slices; empty for the others.
    """

    task: str
    name: str
    version: str
    sha256: str
    planes: tuple[str, ...]
    weightings: tuple[str, ...]
    question: str = ""

    @classmethod
    def of(cls, model: ModelFolder) -> ModelKey:
        """The key of a model."""
        card, limits = model.card, model.card.applicability
        return cls(
            card.task, card.name, card.version, card.weights_sha256, tuple(limits.planes),
            tuple(limits.weightings), card.question.key if card.question else "",
        )  # fmt: skip

    def could_answer(self, study: PlannedStudy, *, force: bool) -> bool:
        """Whether it could say anything of the study, whatever part of the spine that shows.

        A header's part of the spine is not believed: the picture may show another one.
        """
        if study.stacks is None:
            return True
        planes = {plane for plane, _ in study.stacks}
        if self.task == "levels":  # found on sagittal stacks, for axial ones
            return {"axial", "sagittal"} <= planes
        if self.task == "canal" or force:
            return bool(planes & set(self.planes))
        fitting = set(self.weightings)
        return any(
            plane in self.planes
            and (
                UNKNOWN in fitting or (weighting, study.weighting)[weighting == UNKNOWN] in fitting
            )
            for plane, weighting in study.stacks
        )


@dataclass(frozen=True)
class Setting:
    """What makes two readings of the same images the same.

    Attributes:
        software: version of the program.
        models: in the order in which they are asked.
        named: models that the person named, names or folders.
        threshold, force: as of `ReadOptions`.
    """

    software: str
    models: tuple[ModelKey, ...]
    named: tuple[str, ...] = ()
    threshold: float | None = None
    force: bool = False

    @classmethod
    def here(
        cls, named: tuple[str, ...] = (), threshold: float | None = None, *, force: bool = False
    ) -> Setting:
        """The setting with the program and the models of this computer.

        Raises:
            BadModel: a model is not here.
        """
        from SpineLib.inference.models import Models

        models_at_hand = Models.at_hand(named)
        models = [models_at_hand.canal, *models_at_hand.of_slices, models_at_hand.segmentation]
        models += [models_at_hand.levels] if models_at_hand.levels else []
        keys = tuple(map(ModelKey.of, models))
        return cls(__version__, keys, named, threshold, force)

    def again_here(self) -> Setting:
        """What this computer would read with, asked for the same."""
        return Setting.here(self.named, self.threshold, force=self.force)

    @property
    def digest(self) -> str:
        """Stands for all of it."""
        return digest(json.dumps(asdict(self), sort_keys=True))

    def key_of(self, study: PlannedStudy) -> str:
        """Names a reading of a study: its images, and what of the setting can matter to it.

        So a new model has only those studies read again to which it could say something.
        """
        able = [m for m in self.models if m.could_answer(study, force=self.force)]
        named = [f"{m.task} {m.name} {m.version} {m.sha256}" for m in able]
        return digest(study.fingerprint, self.software, f"{self.threshold} {self.force}", *named)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Question and model of each answer that a slice can have."""
        return [(model.question, model.name) for model in self.models if model.question]

    def options(self, study: PlannedStudy, device: str) -> ReadOptions:
        """How a study is to be read."""
        return ReadOptions(
            models=self.named, device=device, threshold=self.threshold, force=self.force,
            weighting=study.weighting, region=study.region,
        )  # fmt: skip

    def difference(self, other: Setting) -> str:
        """How another one differs, in words; empty where it does not."""
        if self.software != other.software:
            return f"version {other.software} and not {self.software}"
        mine, others = ({m.name: m for m in setting.models} for setting in (self, other))
        names = [n for n in {**mine, **others} if mine.get(n) != others.get(n)]
        if names:
            return f"other models: {', '.join(names)}"
        return "" if self == other else "other options"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Setting:
        """From what `dataclasses.asdict` gave, also by way of JSON."""
        models = tuple(
            ModelKey(**{**m, "planes": tuple(m["planes"]), "weightings": tuple(m["weightings"])})
            for m in data["models"]
        )
        given = {f.name: data[f.name] for f in fields(cls)}
        return cls(**{**given, "models": models, "named": tuple(data["named"])})


def read_setting(cohort: Path) -> Setting | None:
    """The setting of a cohort; None where nothing was read yet.

    Raises:
        BadInput: it is damaged.
    """
    path = cohort / NAME
    try:
        return Setting.from_dict(parse_json(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("The setting of the cohort cannot be read", file=path) from error


def settle(cohort: Path, wanted: Setting, *, renew: bool) -> Setting:
    """The setting that a run reads with: the cohort's own, or ``wanted`` where it has none.

    Args:
        cohort: its folder.
        wanted: with the program and models of this computer.
        renew: let it take the place of another one.

    Raises:
        BadRequest: the cohort is read with another one.
    """
    with holding(cohort / NAME, patience=_PATIENCE):
        known = read_setting(cohort)
        if known is not None and not renew and known != wanted:
            raise BadRequest(
                f"This cohort is read with another setting; here is {known.difference(wanted)}",
                file=cohort,
                advice="Use the same program and models, or have what differs read again.",
                command="spine cohort run --renew",
            )
        if known != wanted:
            write_text(cohort / NAME, json.dumps(asdict(wanted), indent=1))
    return wanted
