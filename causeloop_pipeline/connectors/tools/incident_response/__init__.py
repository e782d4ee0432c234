"""Tools in which incidents are opened and worked on."""
