"""``python -m kam``."""

from kam.cli.main import main

if __name__ == "__main__":
    main()
