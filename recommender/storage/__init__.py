"""Places where things are kept: blobs (data sets, models) and profiles (people's ratings and lists)."""
