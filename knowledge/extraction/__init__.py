"""From what was said to what may be remembered. Knows neither the database nor Django."""
