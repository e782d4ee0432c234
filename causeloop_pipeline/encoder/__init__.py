"""The sentence encoder that an operator names, a folder with an ONNX model: off by default, for search."""
