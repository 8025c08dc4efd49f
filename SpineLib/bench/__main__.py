"""One part of the benchmark in its own process: ``python -m SpineLib.bench time dicom 5``."""

from __future__ import annotations

import importlib
import json
import sys

from SpineLib.bench.paired import paired, peak_memory_mb


def main() -> None:
    what, part, rounds = sys.argv[1:4]
    module = importlib.import_module(f"SpineLib.bench.{part}")
    with module.contenders() as (contenders, notes):
        if what == "memory":
            next(iter(contenders.values()))()
            result = {"peak_memory_mb": peak_memory_mb()}
        else:
            result = paired(contenders, int(rounds)) | {"notes": list(notes)}
    print(json.dumps(result))


main()
