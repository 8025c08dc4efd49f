"""A station that takes MR studies as they arrive, reads them, and sends the results. docs/pacs.md.

It is off until somebody starts it. What was acknowledged is on the disk, and each study's folder
says how far it is, so that a station that is killed at any moment goes on where it was.
"""
