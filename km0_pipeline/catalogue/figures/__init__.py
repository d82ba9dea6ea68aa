"""Plain data -> a figure that a reader sees, and the table that says the same.

One module a figure: `bars` (a number of several things), `steps` (one number over time), `timeline` (dates as exact as the
sources are), `places` (where things are), `building` (who is in which part of it), `network` (who is linked with whom).
Each is one pure function: what it is given is plain data and `t`, which says French or English; what it gives is a `Figure`.

Coordinates are percentages and sizes pixels, so that a figure grows with its column while its letters stay as they are: no
`viewBox`, no script, no style. Colours are those of classes (static/css/15-figures.css). Shape tells what colour tells.
Belongs here: how things are drawn. What is drawn, and in which words it is introduced, is for `pages`.
"""

from km0_pipeline.catalogue.figures.bars import Bar, bars, columns
from km0_pipeline.catalogue.figures.building import Occupant, building
from km0_pipeline.catalogue.figures.figure import Figure, Link
from km0_pipeline.catalogue.figures.network import Edge, Node, network
from km0_pipeline.catalogue.figures.places import Place, places
from km0_pipeline.catalogue.figures.steps import steps
from km0_pipeline.catalogue.figures.timeline import Event, Mark, timeline

__all__ = ["Bar", "Edge", "Event", "Figure", "Link", "Mark", "Node", "Occupant", "Place", "bars", "building", "columns", "network", "places", "steps", "timeline"]
