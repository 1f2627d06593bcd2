"""The maker of the sample loop in ``.loop/``: an invented mirror service and the five weeks an agent worked on it.

``python -m benchmarks.sample`` writes the files anew; a test proves that they are what is committed.
"""
