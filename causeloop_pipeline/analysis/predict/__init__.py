"""Whether, when and how badly a pattern recurs."""
