"""Messages on arrival: which request or answer one is, whether it is whole, and who handles it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SpineLib import messages
from SpineLib.arguments import check_answer, read_arguments
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.replies import JsonObject

# In the order of `SpineLib.messages`; a class that others derive from has no answer of its own.
REQUESTS: tuple[type[messages.Request], ...] = tuple(
    kind
    for kind in vars(messages).values()
    if isinstance(kind, type) and issubclass(kind, messages.Request) and hasattr(kind, "answer")
)
COMMANDS = tuple(dict.fromkeys(request.command for request in REQUESTS))
Handlers = Mapping[type[messages.Request], Callable[[Any, Progress], Mapping[str, Any]]]


def request_of(command: str, arguments: Any) -> messages.Request:
    """A request as it arrived, checked.

    Args:
        command: one of `COMMANDS`.
        arguments: JSON values; ``action`` chooses among several requests of one command.

    Raises:
        BadRequest: an argument is missing, unknown or of another kind; it is named.
    """
    kind, arguments = _kind(command, arguments)
    return read_arguments(kind, arguments, f"{command} {kind.action}".rstrip())


def serve(handlers: Handlers, command: str, arguments: Any, progress: Progress) -> JsonObject:
    """What the one of ``handlers`` that a request is for answers to it; see `request_of`."""
    request = request_of(command, arguments)
    return dict(handlers[type(request)](request, progress))


def answered(command: str, arguments: Any, message: Mapping[str, Any]) -> JsonObject:
    """The answer to a request as it arrived, checked.

    Args:
        command, arguments: of the request that was sent.
        message: the worker's message of type ``result``.

    Raises:
        BadRequest: it answers another command, or a value is missing or of another kind.
    """
    if message.get("command") != command:
        raise BadRequest(f"The answer to {command} is one to {message.get('command')}")
    result = message.get("result")
    check_answer(_kind(command, arguments)[0].answer, result, command)
    return result  # type: ignore[return-value]


def _kind(command: str, arguments: Any) -> tuple[type[messages.Request], Any]:
    kinds = {request.action: request for request in REQUESTS if request.command == command}
    if not any(kinds) or not isinstance(arguments, dict):
        return next(iter(kinds.values())), arguments
    action = arguments.get("action")
    if action is None:
        raise BadRequest("The argument action is missing")
    if not isinstance(action, str) or action not in kinds:
        raise BadRequest(f"{command} has no action {action}; there are: {', '.join(kinds)}")
    return kinds[action], {key: value for key, value in arguments.items() if key != "action"}
