"""What the arguments of requests are, by name, so that a wrong one is said and not stumbled over."""

from __future__ import annotations

from typing import Any

from SpineLib.errors import BadRequest

_TEXTS = {
    "action", "against", "by", "candidate", "comparison", "contrast", "dataset", "device",
    "disease", "file", "folder", "format", "input", "kind", "label", "model", "name", "note",
    "orientation", "output", "path", "pictures", "plane", "profile", "project", "reading", "reason",
    "region", "run", "series", "sop_instance_uid", "source", "stack", "study", "vendor",
    "weighting",
}  # fmt: skip
_LISTS = {"cases", "files", "models", "present", "replay", "tasks"}
_TABLES = {"boxes", "changes", "margins", "scanner"}
_FLAGS = {"activation", "companions", "enhanced", "force", "images_only"}
_WHOLE = {"frame", "seed", "workers"}
_NUMBERS = {"minutes", "threshold"}


def require_kinds(arguments: Any) -> dict[str, Any]:
    """A request's arguments, each of the kind that its name has in every command.

    Args:
        arguments: as they came.

    Returns:
        Those that are not null, which says the same as leaving one out.

    Raises:
        BadRequest: they are no JSON object, or one is of another kind.
    """
    if not isinstance(arguments, dict):
        raise BadRequest("The arguments of a request are not a JSON object")
    for name, value in arguments.items():
        wanted = _wanted(name)
        if value is not None and wanted and not _fits(value, wanted):
            raise BadRequest(f"The argument {name} is not {wanted}")
    return {name: value for name, value in arguments.items() if value is not None}


def _wanted(name: str) -> str:
    kinds = (
        (_TEXTS, "a text"), (_LISTS, "a list of texts"), (_TABLES, "a JSON object"),
        (_FLAGS, "true or false"), (_WHOLE, "a whole number"), (_NUMBERS, "a number"),
    )  # fmt: skip
    return next((words for names, words in kinds if name in names), "")


def _fits(value: Any, wanted: str) -> bool:
    if wanted == "a text":
        return isinstance(value, str) and "\0" not in value
    if wanted == "a list of texts":
        texts = isinstance(value, (list, tuple))
        return texts and all(isinstance(one, str) and "\0" not in one for one in value)
    if wanted == "a JSON object":
        return isinstance(value, dict)
    if wanted == "true or false":
        return isinstance(value, bool)
    if wanted == "a whole number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
