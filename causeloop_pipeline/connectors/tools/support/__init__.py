"""Tools in which customers report what fails."""
