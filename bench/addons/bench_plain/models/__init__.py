"""The models of bench_plain."""
