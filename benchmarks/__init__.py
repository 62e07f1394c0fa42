"""What the engine costs, beside a plain version of the same algorithm: ``python -m benchmarks`` in a checkout."""
