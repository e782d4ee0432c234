"""The demo's tools: each answers over HTTP in the shape that its real model documents."""
