"""The view of charts, as Slicer makes it for the first layout that holds one, and keeps it."""

import vtk
from PySide6 import QtWidgets


class qMRMLPlotView(QtWidgets.QWidget):
    """A chart in a scene of VTK's; it draws nothing."""

    def __init__(self):
        super().__init__()
        self._scene, self._chart = vtk.vtkContextScene(), vtk.vtkChartXY()
        self._scene.AddItem(self._chart)

    def chart(self):
        return self._chart

    def scene(self):
        return self._scene


class qMRMLPlotWidget(QtWidgets.QWidget):
    """A view of charts; its controller is left out."""

    def __init__(self):
        super().__init__()
        self._view = qMRMLPlotView()

    def plotView(self):
        return self._view
