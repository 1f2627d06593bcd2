"""What the Proposals screen and its dialogs are made of."""
