"""What is measured, against whom and against which limit: `python -m bench` prints figures, ratios and where they come from."""
