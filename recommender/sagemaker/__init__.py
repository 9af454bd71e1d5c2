"""The papers' factorisation machine in the shape that Amazon SageMaker gives it: its files, its jobs, its container and its endpoint."""
