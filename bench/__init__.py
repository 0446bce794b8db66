"""The benchmarks, each runnable by one command: `python -m bench NAME`; `python -m bench` runs all."""
