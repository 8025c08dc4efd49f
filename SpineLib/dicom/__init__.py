"""DICOM in: scan a folder by its headers, split series into stacks, read a stack's pixels."""

from SpineLib.dicom.read import SlicesLost, read
from SpineLib.dicom.scan import scan, scan_files, without
from SpineLib.dicom.stack import Scan, Series, Skipped, Source, Stack, Study
from SpineLib.dicom.volume_file import is_volume_file, open_volume_file, scan_volume_file

__all__ = [
    "Scan",
    "Series",
    "Skipped",
    "SlicesLost",
    "Source",
    "Stack",
    "Study",
    "is_volume_file",
    "open_volume_file",
    "read",
    "scan",
    "scan_files",
    "scan_volume_file",
    "without",
]
