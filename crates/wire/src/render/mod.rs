//! Trees as text, HTML and JSON. Renderers read the tree; nothing below knows that they exist.
