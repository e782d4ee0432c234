"""Figures that tell whether an installation works, and whether it does so silently no longer."""
