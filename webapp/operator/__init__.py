"""The operator's page: is everything well, and if not, where. It needs none of the stores, so it is there while they are not."""
