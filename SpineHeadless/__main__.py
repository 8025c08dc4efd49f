"""``python -m SpineHeadless``: every command of `spine`."""

import sys

from SpineHeadless.cli import main

sys.exit(main())
