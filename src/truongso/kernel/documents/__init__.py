"""Papers: PDF and pictures typeset from our own templates, with fonts that travel with the product."""

from truongso.kernel.documents.typesetting import compile_typst, compile_typst_png

__all__ = ["compile_typst", "compile_typst_png"]
