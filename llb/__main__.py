"""`python -m llb`: the command line of a checkout; an installed package has it as `llb`."""

from llb.cli import main

if __name__ == "__main__":
    main(prog="python -m llb")
