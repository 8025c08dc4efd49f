"""The harness from the command line; see `Testing.fuzz`."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from Testing.fuzz.campaign import Campaign, Tally
from Testing.fuzz.corpus import make_corpus
from Testing.fuzz.kinds import every_kind

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Runs what is asked; 1 where something was found."""
    asked = _parsed(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as name:
        corpus = make_corpus(Path(name) / "corpus", real_data())
        if asked.only:
            return _again(asked.only, corpus, asked.keep)
        names = asked.kind or [name for name in every_kind() if name != "faults"]
        seconds = None if asked.count else 60.0 * asked.minutes / len(names)
        campaign = Campaign(corpus, asked.seed, asked.processes, asked.keep)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: campaign.stop())
        report: dict[str, Any] = {}
        for kind in names:
            if campaign.stopped:
                break
            tally = campaign.run(kind, count=asked.count, seconds=seconds, first=asked.first)
            report[kind] = {"seed": asked.seed, "first": asked.first, **vars(tally)}
            _say(kind, tally)
            if asked.out:
                asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(one["found"] for one in report.values()))


def real_data() -> Path | None:
    """The folder of real MR data, where there is one."""
    folder = Path(os.environ.get("SPINE_DATA", ROOT.parent / "shared" / "data"))
    return folder if folder.is_dir() else None


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m Testing.fuzz", description=__doc__)
    known = list(every_kind())
    parser.add_argument("--kind", action="append", choices=known, help="only this; may repeat")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="of all inputs")
    parser.add_argument("--count", type=int, help="inputs of each kind, in place of --minutes")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--minutes", type=float, default=1.0, help="of all kinds together")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the inputs of faults")
    parser.add_argument("--out", type=Path, help="JSON file for the report")
    parser.add_argument("--only", metavar="KIND:SEED:NUMBER", help="one input again")
    return parser.parse_args(arguments)


def _again(what: str, corpus: Path, keep: Path | None) -> int:
    """Runs one input in this process, with its traceback."""
    import random

    name, seed, index = what.split(":")
    kind = every_kind()[name](corpus)
    rng = random.Random(f"{name}:{seed}:{index}")
    folder = keep or Path(tempfile.mkdtemp(prefix="fuzz-input-"))
    folder.mkdir(parents=True, exist_ok=True)
    path = kind.make(rng, folder)
    print(f"The input is {path}", flush=True)
    answer = kind.run(path, rng)
    apart = kind.differs(path, answer) if answer is not None else ""
    print(apart or "An answer", flush=True)
    return int(bool(apart))


def _say(kind: str, tally: Tally) -> None:
    ended = ", ".join(f"{count} {how}" for how, count in tally.outcomes.most_common())
    print(f"{kind}: {tally.inputs} inputs: {ended}", flush=True)
    for where, one in sorted(tally.found.items(), key=lambda pair: -pair[1]["count"]):
        print(f"  {one['count']} × {where}: {one['what']} ({', '.join(one['inputs'])})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
