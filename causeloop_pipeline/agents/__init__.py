"""What coding agents and other programs that speak the Model Context Protocol may ask and do."""
