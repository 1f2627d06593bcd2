"""One edit, from an instruction to a published commit. Only the desk (:mod:`loopview.engine.desk`) calls this."""
