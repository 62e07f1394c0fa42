"""`python -m tests.parity FIXTURE.npz`."""

from tests.parity.command import main

raise SystemExit(main())
