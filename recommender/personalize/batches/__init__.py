"""Lists for many at once: files with a line for each user, item or question in, and beside each an answer in the same words as Amazon's."""
