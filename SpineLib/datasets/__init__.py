"""Labelled data, whatever folder it lies in: what training learns from and evaluation asks."""

from SpineLib.datasets.cases import LabelledStack, LabelledVolume, SliceLabel

__all__ = ["LabelledStack", "LabelledVolume", "SliceLabel"]
