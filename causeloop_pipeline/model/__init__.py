"""The product's vocabulary: names, allowed values and limits, free of any input or output."""
