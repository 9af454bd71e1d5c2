"""Moving house, backing up and restoring: everything that the stores keep, copied and compared."""
