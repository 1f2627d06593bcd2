"""The approval desk: propose, start, merge, reject, undo. It knows no screen, and alone calls `loopview.modify`."""
