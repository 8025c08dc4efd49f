"""A reading in a scene, and back; needs no application, so that it runs in Slicer and headless."""
