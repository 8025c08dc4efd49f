"""The one training loop, for every task, on one process or many (Lightning Fabric)."""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from SpineLib.errors import BadInput, Cancelled, SpineError
from SpineLib.progress import Progress
from SpineLib.store.files import alone
from SpineLib.training.keeping import Keeper, state_of
from SpineLib.training.launching import launch, leave
from SpineLib.training.optimising import Schedule, make_optimiser
from SpineLib.training.run import Run, begin_run, forget_unbegun, session
from SpineLib.training.sampling import Batches, Share, default_workers, seed_torch
from SpineLib.training.starting import load_start, require_card
from SpineLib.training.stopping import cancelled, heard_between_steps
from SpineLib.training.task import Item, Task

# Losses are fetched from a GPU this often: a fetch each step would let it run dry.
_LOOK_EVERY = 10

Validated = Callable[[int, dict[str, float]], None]


class NotFinite(SpineError):
    """The loss or the selected figure became NaN or infinite."""


class OutOfMemory(SpineError):
    """The device's memory does not hold a batch."""


def train(
    task: Task,
    folder: str | Path,
    *,
    device: str = "auto",
    resume: bool = False,
    start: Mapping[str, torch.Tensor] | None = None,
    data: dict[str, Any] | None = None,
    minutes: float | None = None,
    workers: int | None = None,
    validated: Validated | None = None,
    progress: Progress | None = None,
) -> Run:
    """Trains a task by its recipe and leaves all of it in a folder.

    Under ``torchrun`` every process calls this; the first one writes.

    Args:
        task: with its recipe.
        folder: of the run; see `SpineLib.training.run`.
        device: see `SpineLib.inference.device.choose`.
        resume: go on with the run in the folder; the result is that of a run never interrupted.
            A finished run is given back as it is.
        start: weights to begin with instead of random ones.
        data: record of the data, from `SpineLib.training.tasks.Data.record`.
        minutes: stop after so long, with a checkpoint to go on from.
        workers: loader processes; None chooses by the machine's cores.
        validated: told the step and the figures of each validation, in every process.
        progress: one unit a step.

    Returns:
        The run; ``finished`` is False where ``minutes`` ended it.

    Raises:
        NotFinite: the loss became NaN or infinite; the last checkpoint is from before.
        OutOfMemory: a batch does not fit the device.
        OutputError: the disk is full, the folder holds something else, or another program trains
            there; checkpoints stay.
        BadInput: the folder's run is of another recipe or of other data.
        Cancelled: the person cancelled, by Ctrl-C or SIGTERM too; what was learnt until then is in
            a checkpoint. Where several processes train, the last checkpoint stays.
    """
    ends = math.inf if minutes is None else time.monotonic() + 60 * minutes
    fabric, held = launch(device, task.recipe.training.precision), ExitStack()
    try:
        on_first(fabric, lambda: held.enter_context(alone(folder)))
        run = on_first(fabric, lambda: begin_run(folder, task.recipe, data=data, resume=resume))
        if run.finished:
            return run
        if workers is None:
            workers = default_workers(int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
        try:
            trainer = _Trainer(task, fabric, run, workers, start)
        except Exception:
            if fabric.global_rank == 0:
                forget_unbegun(run)
            raise
        progress = progress or Progress()
        with heard_between_steps(progress) if fabric.world_size == 1 else nullcontext():
            done = trainer.go(progress, ends, validated)
        fabric.barrier()
        return done
    except torch.OutOfMemoryError as error:
        raise _too_large(task) from error
    except (KeyboardInterrupt, Cancelled) as error:
        raise cancelled(folder) from error
    finally:
        held.close()
        leave()


def on_first(fabric: Fabric, work: Callable[[], Any]) -> Any:
    """Does something in the first process; all of them get its result, or its error."""
    result: Any = None
    if fabric.global_rank == 0:
        try:
            result = work()
        except SpineError as error:
            result = error
    result = fabric.broadcast(result)
    if isinstance(result, SpineError):
        raise result
    return result


class _Step(nn.Module):
    """The loss of a batch as one forward call, so that DDP sees one, whatever the loss does."""

    def __init__(self, network: nn.Module, task: Task) -> None:
        super().__init__()
        self.network = network
        self._task = task

    def forward(self, *batch: torch.Tensor) -> torch.Tensor:
        return self._task.loss(self.network, batch)


class _Trainer:
    """One process's part in a run; made anew for each start and resume."""

    def __init__(
        self,
        task: Task,
        fabric: Fabric,
        run: Run,
        workers: int,
        start: Mapping[str, torch.Tensor] | None,
    ) -> None:
        self.task, self.fabric, self.recipe = task, fabric, task.recipe
        self.settings = settings = self.recipe.training
        share = Share(settings.batch, settings.accumulate, fabric.global_rank, fabric.world_size)
        self.batches = Batches(
            task.training_items(),
            self.recipe.seed,
            share,
            workers=workers,
            pinned=fabric.device.type == "cuda",
        )
        self.epoch = self.batches.steps_per_epoch
        self.steps = settings.steps or self.epoch * (settings.epochs or 0)
        self.interval = min(settings.validate_every or self.epoch, self.steps)
        self._look_every = _LOOK_EVERY if fabric.device.type == "cuda" else 1
        self.state, tensors = state_of(run)
        self._build(start)
        if tensors:
            self._load(tensors, run)
        self.run = on_first(fabric, lambda: self._noted(run, workers))

    def _build(self, start: Mapping[str, torch.Tensor] | None) -> None:
        torch.manual_seed(self.recipe.seed)
        network = self.task.network()
        if start is not None:
            load_start(network, start)
        require_card(self.task, network)
        on_gpu = self.fabric.device.type == "cuda"
        if self.fabric.world_size > 1 and on_gpu:
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        network = network.to(self.fabric.device, memory_format=_layout(network))  # type: ignore[call-overload]
        self.network = network
        if on_gpu:
            torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
            self._try_memory()
        recipe = self.recipe.optimiser
        self.optimiser = make_optimiser(recipe, network)
        self.schedule = Schedule(recipe, self.recipe.select, self.optimiser, self.steps)
        self.step, self.stepper = self.fabric.setup(_Step(network, self.task), self.optimiser)
        self.average: AveragedModel | None = None
        if self.settings.average is not None:
            mean = get_ema_multi_avg_fn(self.settings.average)
            self.average = AveragedModel(network, multi_avg_fn=mean, use_buffers=True)

    @property
    def kept(self) -> nn.Module:
        """The network that is validated and kept."""
        return self.network if self.average is None else self.average.module

    def go(self, progress: Progress, ends: float, validated: Validated | None) -> Run:
        """Trains to the end, or until the clock says ``ends``."""
        self.progress = progress
        self.keeper = self._keeper() if self.fabric.global_rank == 0 else None
        try:
            return self._loop(ends, validated)
        finally:
            if self.keeper is not None:
                self.keeper.close()

    def _loop(self, ends: float, validated: Validated | None) -> Run:
        self.progress.stage("Training", self.steps)
        self.progress.advance(self.state.step)
        begun, pending = self.state.step, list[torch.Tensor]()
        try:
            if self._is_due() and not self._is_validated() and self._validate(validated):
                return self._end("early stopping", finished=True)
            self.network.train()
            for parts in self._timed(self.batches.after(self.state.step, self.steps)):
                pending.append(self._learn(parts))
                self.state.step += 1
                if self._is_due() or len(pending) == self._look_every:
                    self._look(pending)
                    pending = []
                if self._is_due() and self._validate(validated):
                    return self._end("early stopping", finished=True)
                self.progress.advance()
                if not pending and self.state.step < self.steps and self._is_over(ends):
                    self._checkpoint()
                    return self._end("minutes", finished=False)
        except Cancelled:
            if self.state.step > begun:
                self._keep(pending)
            raise
        return self._end("all steps", finished=True)

    def _is_due(self) -> bool:
        """Whether the step that was done is one after which is validated."""
        step = self.state.step
        return step > 0 and (step % self.interval == 0 or step == self.steps)

    def _is_validated(self) -> bool:
        """Whether that was done; a cancel may have come between."""
        rows = self.state.rows
        return bool(rows) and rows[-1]["step"] == self.state.step

    def _keep(self, pending: list[torch.Tensor]) -> None:
        """A checkpoint of what was learnt before a cancel, which comes between two steps.

        Of several processes each hears of it at another step, so that they cannot write together;
        there the last checkpoint stays.
        """
        if self.fabric.world_size == 1:
            if pending:
                self._look(pending)
            self._checkpoint()

    def _timed(self, batches: Iterator[list[Item]]) -> Iterator[list[Item]]:
        """The batches; what was waited for them is noted, but for the loader's start."""
        begun = None
        for parts in batches:
            if begun is not None:
                self.state.waiting += time.monotonic() - begun
            yield parts
            begun = time.monotonic()

    def _learn(self, parts: list[Item]) -> torch.Tensor:
        """One step of the optimiser; gives the mean loss, still on the device.

        A cancel is heard before the step only: half a batch would be in no checkpoint, but in the
        running means of a normalisation.
        """
        self.progress.check()
        begun = time.monotonic()
        total = torch.zeros((), device=self.fabric.device)
        for n, part in enumerate(parts):
            seed_torch(self.recipe.seed, self.state.step, n, self.fabric.global_rank)
            batch = tuple(_moved(tensor, self.fabric.device) for tensor in part)
            with self.fabric.no_backward_sync(self.step, enabled=n + 1 < len(parts)):
                loss = self.step(*batch)
                self.fabric.backward(loss / len(parts))
            total += loss.detach() / len(parts)
        largest = self.settings.gradient_clip
        if largest is not None:
            self.fabric.clip_gradients(
                self.step, self.stepper, max_norm=largest, error_if_nonfinite=False
            )
        self.stepper.step()
        self.stepper.zero_grad(set_to_none=True)
        self.schedule.after_step()
        if self.average is not None:
            self.average.update_parameters(self.network)
        self.state.learning += time.monotonic() - begun
        return total

    def _look(self, pending: list[torch.Tensor]) -> None:
        """Fetches the losses of the last steps, as the mean over all processes."""
        begun = time.monotonic()
        losses = torch.stack(pending)
        if self.fabric.world_size > 1:
            torch.distributed.all_reduce(losses, torch.distributed.ReduceOp.SUM)
        values = (losses / self.fabric.world_size).tolist()
        self.state.learning += time.monotonic() - begun
        for step, loss in enumerate(values, self.state.step - len(values) + 1):
            if not math.isfinite(loss):
                raise NotFinite(
                    f"The training loss became {loss} at step {step}",
                    file=self.run.folder,
                    advice=f"{self._kept_so_far()} A lower optimiser.rate or a "
                    "training.gradient_clip often helps; look for broken images or labels.",
                )
        self.state.losses += values
        if self.keeper is not None:
            self.keeper.losses(values)

    def _kept_so_far(self) -> str:
        if self.run.last.exists():
            return "The last checkpoint is of before."
        return "There was no checkpoint yet; start again in another folder."

    def _validate(self, validated: Validated | None) -> bool:
        """Validates, keeps what is better, writes a checkpoint; True where training is to end."""
        metrics = on_first(self.fabric, self._figures)
        state, select = self.state, self.recipe.select
        epoch = state.step / self.epoch
        rate = self.optimiser.param_groups[0]["lr"]
        better = state.validated(metrics, select, epoch=round(epoch, 4), rate=rate)
        self.schedule.after_validation(metrics[select.metric])
        if better:  # first: what a full disk interrupts here is done again from the last checkpoint
            self._on_keeper(lambda k: k.best(self.task.weights(self.kept), self.task.card()))
        self._checkpoint()
        self._on_keeper(Keeper.curves)
        if validated is not None:
            validated(state.step, metrics)
        self.network.train()
        patience = self.settings.patience
        return (
            patience is not None
            and state.waited >= patience
            and epoch >= self.settings.minimum_epochs
            and state.step < self.steps
        )

    def _figures(self) -> dict[str, float]:
        with torch.no_grad():
            given = self.task.validate(self.kept.eval(), self.fabric.device, self.progress)
        metrics = {name: float(value) for name, value in given.items()}
        wanted = self.recipe.select.metric
        if wanted not in metrics:
            raise BadInput(
                f"The recipe selects by {wanted}, which the validation does not give",
                file=self.recipe.file,
                advice=f"It gives {', '.join(metrics)}.",
            )
        if not math.isfinite(metrics[wanted]):
            raise NotFinite(
                f"{wanted} of the validation is {metrics[wanted]} at step {self.state.step}",
                file=self.run.folder,
                advice="Look whether the validation data hold every class; else a lower "
                "optimiser.rate may help.",
            )
        return metrics

    def _checkpoint(self) -> None:
        tensors = {
            "network": self.network.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "precision": self.fabric.strategy.precision.state_dict(),
        }
        self._on_keeper(lambda keeper: keeper.last(tensors))

    def _load(self, tensors: dict[str, Any], run: Run) -> None:
        try:
            self.network.load_state_dict(tensors["network"])
            if self.average is not None:
                self.average.load_state_dict(tensors["average"])
            self.optimiser.load_state_dict(tensors["optimiser"])
            self.schedule.load_state_dict(tensors["schedule"])
            self.fabric.strategy.precision.load_state_dict(tensors["precision"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise BadInput(
                "The checkpoint does not fit the recipe's network", file=run.last
            ) from error

    def _noted(self, run: Run, workers: int) -> Run:
        """The run with this session in its record."""
        device = self.fabric.device
        this = session(
            device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
            precision=str(getattr(self.fabric.strategy.precision, "precision", "32")),
            world=self.fabric.world_size,
            workers=workers,
            step=self.state.step,
        )
        sessions = [*run.record["sessions"], this]
        return run.noted(sessions=sessions, steps=self.steps, ended="")

    def _keeper(self) -> Keeper:
        metric = self.recipe.select.metric
        return Keeper(self.run, self.state, steps=self.steps, epoch=self.epoch, metric=metric)

    def _on_keeper(self, work: Callable[[Keeper], Any]) -> Any:
        return on_first(self.fabric, lambda: work(self.keeper))  # type: ignore[arg-type]

    def _end(self, reason: str, *, finished: bool) -> Run:
        return self._on_keeper(lambda keeper: keeper.end(reason, finished=finished))

    def _is_over(self, ends: float) -> bool:
        return ends != math.inf and bool(self.fabric.broadcast(time.monotonic() >= ends))

    def _try_memory(self) -> None:
        """One whole step on the first batch, undone: a batch too large is told before the start."""
        before = copy.deepcopy(self.network.state_dict())
        trial = make_optimiser(self.recipe.optimiser, self.network)
        self.network.train()
        first = next(self.batches.after(0, 1))[0]
        with self.fabric.autocast():
            loss = self.task.loss(
                self.network, tuple(_moved(tensor, self.fabric.device) for tensor in first)
            )
        loss.backward()
        trial.step()
        self.network.zero_grad(set_to_none=True)
        self.network.load_state_dict(before)


def _layout(network: nn.Module) -> torch.memory_format:
    """Channels last: what convolutions compute fastest in."""
    volumes = any(isinstance(m, nn.Conv3d) for m in network.modules())
    return torch.channels_last_3d if volumes else torch.channels_last


def _moved(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    layout = layouts.get(tensor.dim(), torch.preserve_format)
    return tensor.to(device, non_blocking=True, memory_format=layout)


def _too_large(task: Task) -> OutOfMemory:
    training = task.recipe.training
    return OutOfMemory(
        f"The device's memory does not hold {training.batch // training.accumulate} of the "
        f"{training.batch} items of a batch at once",
        advice="Use a smaller batch or more processes, or split the batch, which is the same method in "
        "less memory.",
        command=f"--set training.accumulate={training.accumulate * 2}",
    )
