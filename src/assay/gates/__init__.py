"""Facts → policy → decision: the place that says yes or no."""
