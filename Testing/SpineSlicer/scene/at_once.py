"""What the modules do in steps, some a turn of the event loop, done at once."""

from SpineLib.slabs import finish
from SpineSlicer.scene.heldVolumes import holdingVolume
from SpineSlicer.scene.naming import following, statedCount
from SpineSlicer.scene.shownSegmentation import showingSegmentation


def showSegmentation(scene, reading, volumeNode=None):
    """The segmentation node of a reading and its volume's."""
    return finish(showingSegmentation(scene, reading, volumeNode))


def heldVolume(scene, volume, stack):
    """The scene's volume node with the same images."""
    return finish(holdingVolume(scene, volume, stack))


def stateLumbarCount(node, count, *, reader=""):
    """Names all structures from how many lumbar vertebrae the patient has."""
    finding = statedCount(node, count, reader=reader)
    finish(following(node))
    return finding
