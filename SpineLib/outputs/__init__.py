"""Results as files for people and other programs: report, tables, DICOM objects."""
