"""The panes of the Dash: each is a function of the view and of the width in cells there is."""
