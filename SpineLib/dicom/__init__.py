"""DICOM in: scan a folder by its headers, split series into stacks, read a stack's pixels."""

from SpineLib.dicom.read import read
from SpineLib.dicom.scan import scan, scan_files
from SpineLib.dicom.stack import Scan, Series, Skipped, Source, Stack, Study
from SpineLib.dicom.volume_file import open_volume_file

__all__ = [
    "Scan",
    "Series",
    "Skipped",
    "Source",
    "Stack",
    "Study",
    "open_volume_file",
    "read",
    "scan",
    "scan_files",
]
