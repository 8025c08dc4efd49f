"""SlicerSpineMRI's library: reads spine MR studies, flags, grades and segments them.

Pure Python: it never imports slicer, qt, ctk or vtk, and imports torch and monai only
inside the functions and rooms that need them, so that Slicer's own process can use the
words (`volume`, `labels`, `findings`) and the DICOM reader without either.
"""

__version__ = "0.1.0"
