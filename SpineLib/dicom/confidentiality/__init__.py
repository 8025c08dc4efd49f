"""DICOM's basic application confidentiality profile (PS3.15 Annex E) on one data set at a time."""

from SpineLib.dicom.confidentiality.burnt_in import Suspicion, burnt_in
from SpineLib.dicom.confidentiality.dataset import Deidentifier
from SpineLib.dicom.confidentiality.key import Key, open_key, shared_key, write_key
from SpineLib.options import ProfileOption as Option

__all__ = ["Deidentifier", "Key", "Option", "Suspicion", "burnt_in", "open_key", "shared_key",
           "write_key"]  # fmt: skip
