"""The forms of both modules, as Qt Designer keeps them."""

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted([*ROOT.glob("Spine*/Resources/UI/*.ui"), *ROOT.glob("SpineSlicer/host/*.ui")])
# What only holds other widgets or room; everything else is there to be read or used.
CONTAINERS = ("qMRMLWidget", "QWidget", "QFrame", "QSplitter")


def texts(widget):
    return {
        one.get("name"): "".join(one.itertext()).strip()
        for one in widget.findall("property")
        if one.find("string") is not None
    }


def widgets(form):
    return list(ElementTree.parse(form).getroot().iter("widget"))


def test_both_modules_have_forms():
    assert {"SpineCompression.ui", "SpineSegmentation.ui", "Setup.ui"} <= {f.name for f in FORMS}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_control_has_a_tooltip(form):
    silent = [
        widget.get("name")
        for widget in widgets(form)
        if widget.get("class") not in CONTAINERS and not texts(widget).get("toolTip")
    ]
    assert not silent


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_no_name_and_no_key_is_given_twice(form):
    names = Counter(widget.get("name") for widget in widgets(form))
    assert not [name for name, count in names.items() if count > 1]
    keys = [texts(widget).get("shortcut", "") for widget in widgets(form)]
    keys += re.findall(
        r"&([^&\s])", " ".join(texts(widget).get("text", "") for widget in widgets(form))
    )
    twice = [key for key, count in Counter(k.lower() for k in keys if k).items() if count > 1]
    assert not twice


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_nothing_insists_on_more_than_400_pixels(form):
    for one in ElementTree.parse(form).getroot().iter("property"):
        if one.get("name") in ("minimumSize", "minimumWidth"):
            wide = one.find(".//width")
            assert int((wide.text if wide is not None else "".join(one.itertext())) or 0) <= 400
