"""`python -m benchmarks`: the budgets of sagetop, each measured beside something that everyone can run."""
