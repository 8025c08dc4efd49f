"""What a run keeps while it goes: checkpoints, curves, TensorBoard's events, its record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from SpineLib.models import Card
from SpineLib.models.card import Figure
from SpineLib.training.checkpoints import load_checkpoint, save_checkpoint
from SpineLib.training.package import write_best
from SpineLib.training.recipe_sections import Select
from SpineLib.training.run import Run, draw_curves, write_curves


@dataclass
class State:
    """What training has come to; with the tensors, all that a checkpoint holds.

    Attributes:
        step: steps done.
        best: ``step`` and ``metrics`` of the best validation.
        waited: validations since then.
        losses: of the steps since the last validation.
        rows: of ``curves.csv``.
        learning: seconds in steps.
        waiting: seconds in which the next batch was waited for.
    """

    step: int = 0
    best: dict[str, Any] | None = None
    waited: int = 0
    losses: list[float] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)
    learning: float = 0.0
    waiting: float = 0.0

    def best_figure(self, metric: str) -> float | None:
        """The selected figure of the best validation."""
        return None if self.best is None else self.best["metrics"][metric]

    def validated(self, metrics: dict[str, float], select: Select, **row: float) -> bool:
        """Takes in a validation; True where it is the best so far."""
        loss = sum(self.losses) / len(self.losses)
        self.rows.append({"step": self.step, **row, "training_loss": loss, **metrics})
        self.losses = []
        better = select.better(metrics[select.metric], self.best_figure(select.metric))
        self.waited = 0 if better else self.waited + 1
        if better:
            self.best = {"step": self.step, "metrics": metrics}
        return better


class Keeper:
    """Writes a run's files; only the first process has one.

    Args:
        run: just begun or opened.
        state: as the run goes on from; changed by the trainer.
        steps: of the whole training.
        epoch: steps of an epoch.
        metric: the figure that is selected by.
    """

    def __init__(self, run: Run, state: State, *, steps: int, epoch: int, metric: str) -> None:
        # Here, not after days: the curves are drawn at the end.
        import matplotlib  # noqa: F401
        from torch.utils.tensorboard import SummaryWriter

        self.run, self.state = run, state
        self._steps, self._epoch, self._metric = steps, epoch, metric
        self._board = SummaryWriter(str(run.folder), purge_step=state.step + 1)

    def losses(self, losses: list[float]) -> None:
        """Notes the losses of the last steps."""
        for step, loss in enumerate(losses, self.state.step - len(losses) + 1):
            self._board.add_scalar("loss of the step", loss, step)

    def best(self, weights: dict[str, torch.Tensor], card: Card) -> None:
        """Keeps weights and card; the card's figures are those of the validation."""
        assert self.state.best is not None
        metrics = self.state.best["metrics"]
        on = f"the validation data that chose these weights (step {self.state.step} of training)"
        figures = tuple(Figure(n, round(v, 4), on) for n, v in metrics.items() if math.isfinite(v))
        values = {
            "step": self.state.step,
            "metrics": metrics,
            "weights": weights,
            "card": replace(card, figures=figures).to_dict(),
        }
        save_checkpoint(self.run.best_checkpoint, values)

    def last(self, tensors: dict[str, Any]) -> None:
        """Keeps all that a resume goes on from, and says so in the record."""
        save_checkpoint(self.run.last, {**tensors, "state": vars(self.state)})
        state = self.state
        seconds = state.learning + state.waiting
        self.run = self.run.noted(
            step=state.step,
            steps=self._steps,
            epochs=round(state.step / self._epoch, 3),
            best=state.best,
            seconds_in_steps=round(seconds, 1),
            steps_per_second=round(state.step / seconds, 3) if seconds else None,
            loader_share=round(state.waiting / seconds, 3) if seconds else None,
        )

    def curves(self) -> None:
        """Notes the last validation."""
        write_curves(self.run.folder, self.state.rows)
        row = self.state.rows[-1]
        for name, value in row.items():
            if name != "step":
                self._board.add_scalar(name, value, int(row["step"]))
        self._board.flush()

    def end(self, reason: str, *, finished: bool) -> Run:
        """Draws the curves and says how the run ended; with ``finished`` writes its model."""
        draw_curves(self.run.folder, self.state.rows, self._metric)
        if finished:
            write_best(self.run)
        self.run = self.run.noted(finished=finished, ended=reason)
        return self.run

    def close(self) -> None:
        """Closes TensorBoard's file."""
        self._board.close()


def state_of(run: Run) -> tuple[State, dict[str, Any]]:
    """The state and the tensors of a run's last checkpoint; both fresh where there is none."""
    if not run.last.exists():
        return State(), {}
    values = load_checkpoint(run.last)
    return State(**values.pop("state")), values
