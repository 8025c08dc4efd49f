"""``python -m SpineLib``: the commands that need no scene."""

import sys

from SpineLib.doors.cli import main

sys.exit(main())
