"""Models: a folder with ``model.json`` (the card) and ``weights.safetensors``.

None of this imports torch: cards, hashes and applicability are read in Slicer's own process.
"""

from SpineLib.models.card import Card, read_card
from SpineLib.models.folder import ModelFolder, open_folder, write_model
from SpineLib.models.importing import import_model
from SpineLib.models.registry import broken_models, find_models, open_model, remove, user_folder

__all__ = [
    "Card",
    "ModelFolder",
    "broken_models",
    "find_models",
    "import_model",
    "open_folder",
    "open_model",
    "read_card",
    "remove",
    "user_folder",
    "write_model",
]
