"""Real readings, and one Slicer without a desktop for all tests of this folder."""

from Testing.desktop import desktop  # noqa: F401
from Testing.headless import app, scene  # noqa: F401
from Testing.readings import brief, cervical, graded, lumbar, unsure  # noqa: F401
from Testing.SpineCompression.panels import shown, ui, widget, worker  # noqa: F401
from Testing.SpineCompression.readers import answered, choose  # noqa: F401
from Testing.SpineLib.projects.conftest import dicom, make_project, truth  # noqa: F401
from Testing.SpineLib.projects.conftest import reading as labelling  # noqa: F401
