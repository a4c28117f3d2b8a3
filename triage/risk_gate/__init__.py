"""Step 1: read every message for danger, before and outside everything else.

Pure Python, numpy and onnxruntime: no network, no database, no web import.
"""
