"""How a shared link looks: the picture that is drawn for each page."""
