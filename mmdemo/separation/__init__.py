"""Takes the music away from under voices."""
