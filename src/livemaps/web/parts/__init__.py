"""The parts of the first screen: each turns a view's values into elements."""
