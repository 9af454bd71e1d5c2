"""How good the lists and the predicted stars are, measured so that the figures can be believed."""
