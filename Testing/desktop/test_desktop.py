"""The stand-in itself: it answers as PythonQt does, and refuses what Slicer does not have."""

import ast
from pathlib import Path

import pytest

from Testing.desktop.facts import facts, known, names

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("SpineCompression", "SpineSegmentation", "SpineSlicer/scene", "SpineSlicer/host")


def test_a_property_is_an_attribute_and_a_signal_is_a_string(desktop):
    import qt

    clicks = []
    button = qt.QPushButton("Read")
    button.connect("clicked(bool)", clicks.append)
    button.text = "Cancel"
    button.click()
    assert (button.text, clicks) == ("Cancel", [False])


@pytest.mark.parametrize("what", ["button.rainbow", "button.rainbow = 1", "qt.QRainbow",
                                  "button.connect('rainbow()', print)", "slicer.app.rainbow"])  # fmt: skip
def test_a_name_that_slicer_does_not_have_is_refused(desktop, what):
    import qt
    import slicer

    with pytest.raises(AttributeError, match=r"rainbow|Rainbow"):
        exec(what, {"qt": qt, "slicer": slicer, "button": qt.QPushButton()})


@pytest.mark.parametrize("what", ["qt.QTimer().singleShot = True", "label.setText = 'x'",
                                  "label.clear = None", "mine.update = 3", "label.size = 'big'"])  # fmt: skip
def test_what_is_no_property_is_not_assigned_to(desktop, what):
    import qt

    class Mine(qt.QLabel):
        pass

    with pytest.raises(AttributeError, match=what.split(" =")[0].split(".")[-1]):
        exec(what, {"qt": qt, "label": qt.QLabel(), "mine": Mine()})


def test_a_timer_is_made_to_fire_once_by_a_call(desktop):
    import qt

    timer = qt.QTimer()
    timer.setSingleShot(True)
    assert timer.isSingleShot() and callable(timer.singleShot)


def test_a_widgets_name_is_its_object_name(desktop):
    import qt

    label = qt.QLabel()
    label.name = "stackReasonLabel"
    assert label.objectName == "stackReasonLabel" == label.name


def test_enums_convert_as_pythonqts_do(desktop):
    import qt

    assert int(qt.QProcess().state()) == 0 == int(qt.QProcess.NotRunning)


def test_a_python_widget_paints_itself(desktop):
    import qt

    class Red(qt.QWidget):
        def paintEvent(self, event):
            painter = qt.QPainter(self)
            painter.fillRect(self.rect, qt.QColor("#FF0000"))
            painter.end()

    picture = Red().grab().toImage()
    assert qt.QColor(picture.pixel(5, 5)).red() == 255


@pytest.mark.parametrize(
    "file", [f for s in SIDES for f in sorted((ROOT / s).rglob("*.py"))], ids=lambda f: f.name
)
def test_every_name_of_qt_in_a_module_is_slicers(file):
    """Also those on paths that no test takes: ``qt.A`` and ``qt.A.B`` as they stand in the text."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Attribute):
            continue
        kit, parts = node, []
        while isinstance(kit, ast.Attribute):
            parts.insert(0, kit.attr)
            kit = kit.value
        if not isinstance(kit, ast.Name) or kit.id not in ("qt", "ctk"):
            continue
        assert parts[0] in facts()[kit.id], f"{kit.id}.{parts[0]}"
        if len(parts) > 1 and not parts[1].startswith("__"):
            assert known(parts[0]), f"{kit.id}.{parts[0]} is not in facts.json; see cut_facts.py"
            assert parts[1] in names(parts[0]), f"{kit.id}.{parts[0]}.{parts[1]}"


@pytest.mark.parametrize(("key", "heard"), [("PgUp", 1), ("Alt+Left", 0)])
def test_a_key_of_slicers_own_is_not_heard_by_a_panel(desktop, key, heard):
    import qt

    from Testing.SpineCompression.readers import key as press

    widget = desktop.open("SpineSegmentation", ROOT / "SpineSegmentation")
    hears, shortcut = [], qt.QShortcut(qt.QKeySequence(key), widget.parent)
    shortcut.setContext(qt.Qt.ApplicationShortcut)
    shortcut.connect("activated()", lambda: hears.append(key))
    press(desktop, key)
    shortcut.setEnabled(False)
    widget.cleanup()
    assert len(hears) == heard
