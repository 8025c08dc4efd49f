"""Segmentations, volumes and their places in a scene; runs in Slicer and headless alike."""
