"""The demo: a year of plausible failures with known causes, served as the real tools would serve them."""
