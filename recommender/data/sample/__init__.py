"""The built-in sample: what Matinee shows where there is neither data nor a network. Real films, made-up viewers."""
