"""The small parts of sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def count(number: int, noun: str, plural: str = "", tr: Callable[[str], str] = str) -> str:
    """A number with its noun; English, as records hold it, where ``tr`` does not translate.

    Example:
        >>> count(1, "slice"), count(3, "slice"), count(2, "series", "series")
        ('1 slice', '3 slices', '2 series')
    """
    return f"{number} {tr(noun if number == 1 else plural or f'{noun}s')}"


def listed(words: Sequence[str], last: str) -> str:
    """Words as a person lists them; ``last`` stands before the last one.

    Example:
        >>> listed(["C4", "C5", "C6"], " and "), listed(["C4"], " and ")
        ('C4, C5 and C6', 'C4')
    """
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def ranges(numbers: list[int]) -> str:
    """Slice numbers as a person writes them.

    Example:
        >>> ranges([1, 2, 3, 7, 9, 10])
        '1–3, 7, 9–10'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
