"""Where `nurture` and `python -m nurture` begin."""

from nurture.cli.main import main

if __name__ == "__main__":
    main()
