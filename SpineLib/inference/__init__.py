"""From volumes and models to findings: device, canal, compression, grading, segmentation."""
