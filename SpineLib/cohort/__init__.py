"""Thousands of studies: planned, read by whatever engine there is, and collected. docs/cohort.md.

Truth is on the disk, one folder a study, whole or absent. An engine only brings studies to workers,
and any of them may die at any moment.
"""
