#!/usr/bin/env python
"""The command line of the site. A mistake in the environment is said in one sentence."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching_site.settings")
    from coaching_site.environment import BadVariable

    try:
        from django.conf import settings
        from django.core.management import execute_from_command_line

        # Read here, because Django would go on for a while without settings that it cannot read.
        _ = settings.INSTALLED_APPS
        execute_from_command_line(sys.argv)
    except BadVariable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
