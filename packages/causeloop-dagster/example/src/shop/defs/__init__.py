"""The assets, and the component that reports their failures."""
