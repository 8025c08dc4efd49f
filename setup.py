"""What pyproject.toml cannot say: a wheel holds Resources/ too, inside of SpineLib."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(".", include=["SpineLib*", "SpineSlicer*"]),
        "SpineLib.schemas",
        "SpineLib.training.recipes",
        "SpineLib.outcome.recipes",
        "SpineLib._resources",
    ],
    package_dir={"SpineLib._resources": "Resources"},
)
