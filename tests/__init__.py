"""The tests: they read like stories and run on the real stack."""
