"""``python -m SpineSlicer.headless``: every command of `spine`."""

import sys

from SpineSlicer.headless.cli import main

sys.exit(main())
