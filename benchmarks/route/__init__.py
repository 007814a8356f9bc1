"""Every published figure of recognising and routing, from one command: `python -m benchmarks.route`."""
