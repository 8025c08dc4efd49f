"""Hidden Slicer module: tells the DICOM module about series that hold several stacks."""


class DICOMSpineStackPlugin:
    """Registers the plugin; Slicer finds it by this file's name and calls it once."""

    def __init__(self, parent):
        from slicer.i18n import tr as _

        parent.title = _("DICOM Spine Stack Plugin")
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.contributors = ["SlicerSpineMRI contributors"]
        parent.helpText = _(
            "Offers every stack of an MR series with several angled stacks as a volume of its own."
        )
        parent.acknowledgementText = ""
        parent.hidden = True
        _register()


def _register():
    import slicer

    if not hasattr(slicer.modules, "dicomPlugins"):
        slicer.modules.dicomPlugins = {}
    # Slicer calls what stands here; a function, so that starting Slicer imports nothing of ours.
    slicer.modules.dicomPlugins["DICOMSpineStackPlugin"] = _plugin


def _plugin():
    from SpineSegmentationLib.DICOMSpineStackPluginClass import DICOMSpineStackPluginClass

    return DICOMSpineStackPluginClass()
