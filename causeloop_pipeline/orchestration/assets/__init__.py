"""The stages of the loop, one file each."""
