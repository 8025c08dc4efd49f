"""Training: segmentation, and the starter models from simulated slices."""
