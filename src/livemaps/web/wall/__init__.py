"""The wall: a screen that hangs in a room, shows itself, and is read from five metres.

    options   what the address asks for: which views, how long each, how far pixels shift
    head      what is always in sight: the city, both ages, the clock, the ring, the large signs
    parts     large figures, rows and the frame of a view
    open, told    the views: of what is open now, and of what the measures tell

`assets/wall.js` rotates the views and keeps the page alive.
"""
