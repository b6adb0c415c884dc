"""How well an account is: a score from weighted parts, with the reasons in words."""
