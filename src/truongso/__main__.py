"""`python -m truongso …` is the same as `truongso …`."""

import sys

from truongso.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
