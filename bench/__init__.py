"""The benchmarks: how fast the product is beside what its stack can do, and whether it stays so as data grows."""
