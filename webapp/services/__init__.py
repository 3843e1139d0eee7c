"""The business: plain functions that never commit and know no HTTP."""
