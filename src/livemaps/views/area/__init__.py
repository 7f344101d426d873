"""What the pages of areas show: all areas of a layer side by side, and one of them."""

from livemaps.views.area.one import AreaView, area_view
from livemaps.views.area.rows import AreaRows, area_rows
from livemaps.views.area.side_by_side import LayerView, layer_view
from livemaps.views.area.values import (
    AgencyRow,
    Basis,
    Figures,
    Measured,
    Moved,
    Movers,
    OldRequest,
    Part,
    ServiceRow,
)
from livemaps.views.values import Change

__all__ = [
    "AgencyRow",
    "AreaRows",
    "AreaView",
    "Basis",
    "Change",
    "Figures",
    "LayerView",
    "Measured",
    "Moved",
    "Movers",
    "OldRequest",
    "Part",
    "ServiceRow",
    "area_rows",
    "area_view",
    "layer_view",
]
