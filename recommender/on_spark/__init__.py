"""Everybody's lists made by the machines of Apache Spark, span by span, with the kernels that make them on one machine."""
