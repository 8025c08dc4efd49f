"""Reading projects: readers label slices blinded, settle disagreements, and export what they said.

The rooms below `session` run in Slicer's own process and import neither torch nor pandas;
`readers` and `page` do, and only the command that needs them imports them.
"""
