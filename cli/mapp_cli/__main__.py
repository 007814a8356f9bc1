"""`python -m mapp_cli` is `mapp`."""

import sys

from mapp_cli.main import cli

sys.exit(cli())
