"""Slicer without a desktop: scene, views and pictures, from the slicer-core wheel."""
