"""`python -m tui` is `sagetop`."""

from tui.cli import main

if __name__ == "__main__":
    main()
