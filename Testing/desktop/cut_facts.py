"""Cuts the facts about Slicer's Python API down to what the stand-in checks (``facts.json``).

    python -m Testing.desktop.cut_facts ../shared/slicer-api

The classes are those of `KEPT`; what a class has from its base is written once, at the base.
"""

import json
import sys
from pathlib import Path

BASES = {
    "QWidget": "QObject", "QLayout": "QObject", "QAbstractButton": "QWidget",
    "QAbstractItemView": "QWidget", "QMouseEvent": "", "QDialog": "QWidget",
}  # fmt: skip
KEPT = (
    "QObject QWidget QLayout QAbstractButton QAbstractItemView QDialog QAction QActionGroup "
    "QApplication QButtonGroup QCheckBox QComboBox QDoubleSpinBox QFileDialog QFormLayout QFrame "
    "QGridLayout QGroupBox QHBoxLayout QHeaderView QInputDialog QItemSelectionModel QLabel QLineEdit "
    "QListWidget QListWidgetItem QMainWindow QMenu QMessageBox QPlainTextEdit QProcess "
    "QProcessEnvironment QProgressBar QPushButton QRadioButton QScrollArea QScrollBar QSettings "
    "QShortcut QSignalBlocker QSizePolicy QSlider QSortFilterProxyModel QSpinBox QSplitter "
    "QStackedWidget QStandardItem QStandardItemModel QStyle QTabBar QTableView QTableWidget "
    "QTableWidgetItem QTabWidget QTextBrowser QTextEdit QTimer QToolBar QToolButton QToolTip "
    "QTreeView QVBoxLayout QAbstractItemModel QModelIndex QItemSelection QClipboard QMimeData "
    "QEvent QMouseEvent QKeyEvent QDragEnterEvent QDropEvent QPaintEvent QWheelEvent QHelpEvent "
    "QPainter QPainterPath QBrush QPen QColor QPalette QFont QFontMetrics QPixmap QImage QIcon "
    "QPoint QPointF QRect QRectF QSize QKeySequence QUrl QFile QDir QFileInfo QUiLoader "
    "QDesktopServices QLinearGradient QPolygon QPolygonF QByteArray QTextDocument QElapsedTimer QLocale QDateTime "
    "Qt QApplication QCursor QStandardPaths QStyledItemDelegate QSpacerItem QLayoutItem "
    "ctkCollapsibleButton ctkPathLineEdit ctkSliderWidget ctkComboBox ctkCheckableComboBox "
    "ctkDirectoryButton ctkFittedTextBrowser ctkMessageBox ctkDoubleSlider ctkCollapsibleGroupBox "
    "qMRMLNodeComboBox qMRMLPlotView qMRMLPlotWidget qMRMLSegmentEditorWidget qMRMLSegmentsTableView "
    "qMRMLSliceControllerWidget qMRMLSliceView qMRMLSliceWidget qMRMLSliderWidget "
    "qMRMLSubjectHierarchyTreeView qMRMLTableView qMRMLThreeDView qMRMLThreeDWidget qMRMLWidget "
    "qSlicerLayoutManager qSlicerModuleManager qSlicerScriptedLoadableModuleWidget ctkDICOMDatabase"
).split()


def main(folder: Path) -> None:
    """Reads the four files of facts and writes ``facts.json`` beside this script."""
    widgets, classes, functions, application = (
        json.loads((folder / f"{name}.json").read_text())
        for name in ("widgets", "classes", "functions", "application")
    )
    listed = {**classes["qt"], **classes["ctk"], **classes["slicer"]}
    kept = {}
    for name in dict.fromkeys(KEPT):
        living = widgets.get(name, {})
        names = set(living.get("attributes", ())) | set(listed.get(name, ()))
        if not names:
            print("not in the facts:", name)
            continue
        # A living object has its meta-object's signals and properties too, whatever `dir` says.
        names |= {one.split(":")[0] for one in living.get("properties", ())}
        kept[name] = {
            "names": names,
            "signals": set(living.get("signals", ())),
            "properties": {one.split(":")[0] for one in living.get("properties", ())},
        }
    facts = {name: _less(name, one, kept) for name, one in kept.items()}
    result = {
        "classes": facts,
        "qt": sorted(classes["qt"]),
        "ctk": sorted(classes["ctk"]),
        "app": application["slicer.app"],
        "modules": application["slicer.modules"],
        "slicer": [name for name in application["slicer"] if not name.startswith("vtk")],
        "util": sorted(functions["slicer.util"]),
        "parameterNodeWrapper": sorted(functions["slicer.parameterNodeWrapper"]),
        "packaging": sorted(functions["slicer.packaging"]),
        "widget": functions["slicer.ScriptedLoadableModule"]["ScriptedLoadableModuleWidget"],
    }
    target = Path(__file__).with_name("facts.json")
    target.write_text(json.dumps(result, indent=None, separators=(",", ":")) + "\n")
    print(f"{target.stat().st_size // 1024} KB")


def _less(name: str, one: dict[str, set[str]], kept: dict[str, dict[str, set[str]]]) -> dict:
    """What the class adds to the largest kept class that it holds as a whole."""
    inside = [
        other
        for other, that in kept.items()
        if other != name and that["names"] < one["names"] and that["signals"] <= one["signals"]
        and (len(that["names"]) < len(one["names"]))
    ]  # fmt: skip
    base = max(inside, key=lambda other: len(kept[other]["names"]), default="")
    rest = {
        key: " ".join(sorted(values - (kept[base][key] if base else set())))
        for key, values in one.items()
    }
    return {"base": base, **{key: text for key, text in rest.items() if text}}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
