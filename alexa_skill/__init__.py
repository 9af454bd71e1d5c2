"""The Echo's side of Matinee: "Alexa, open movie", over the same list record as the site."""
