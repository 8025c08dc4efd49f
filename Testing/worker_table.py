"""The table of the worker's commands in docs/worker.md; ``python -m Testing.worker_table`` mends it."""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

from SpineLib.arguments import in_words, needed
from SpineLib.messages import Request
from SpineLib.protocol import REQUESTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "worker.md"
BEGIN, END = "<!-- made by Testing/worker_table.py -->\n", "<!-- end -->\n"


def table() -> str:
    """A row a request: what it does, its arguments, what its answer holds."""
    rows = ["| command | what it does | arguments | answer |", "|---|---|---|---|"]
    for kind in REQUESTS:
        name = f"`{kind.command}`" + f" `action: {kind.action}`" * bool(kind.action)
        answer = ", ".join(f"`{key}`" for key in get_type_hints(kind.answer))
        what = (kind.__doc__ or "").splitlines()[0].replace("``", "`")
        rows.append(f"| {name} | {what} | {'; '.join(_arguments(kind))} | {answer} |")
    return "\n".join(rows) + "\n"


def _arguments(kind: type[Request]) -> list[str]:
    hints = get_type_hints(kind)
    known = sorted(fields(kind), key=lambda field: not needed(field))
    return [f"`{field.name}` {_kind(field, hints[field.name])}" for field in known] or ["–"]


def _kind(field, hint) -> str:
    words = in_words(hint)
    for article in ("a ", "an "):
        words = words.removeprefix(article)
    if needed(field):
        return f"**{words}**"
    plain = field.default in (MISSING, None, "", (), False)
    return words if plain else f"{words}, else {_json(field.default)}"


def _json(value) -> str:
    return " ".join(value) if isinstance(value, tuple) else f"`{value}`"


def page_with(text: str) -> str:
    """The page with the table as it is today."""
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return before + BEGIN + table() + after


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
