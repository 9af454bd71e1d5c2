"""Lists of everybody for files: the films of every person, and the people of every film, in one schema for all recipes."""
