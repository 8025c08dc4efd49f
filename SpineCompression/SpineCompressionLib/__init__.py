"""A reading's verdicts and grades in a scene, and back; runs in Slicer and headless alike."""
