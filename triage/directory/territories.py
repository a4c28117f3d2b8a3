"""Which territories lie in which: ids are `region`, `region/mrc` and `region/mrc/municipality`."""

from __future__ import annotations

REGIONS = {
    "01": "bas_saint_laurent",
    "02": "saguenay_lac_saint_jean",
    "03": "capitale_nationale",
    "04": "mauricie",
    "05": "estrie",
    "06": "montreal",
    "07": "outaouais",
    "08": "abitibi_temiscamingue",
    "09": "cote_nord",
    "10": "nord_du_quebec",
    "11": "gaspesie_iles_de_la_madeleine",
    "12": "chaudiere_appalaches",
    "13": "laval",
    "14": "lanaudiere",
    "15": "laurentides",
    "16": "monteregie",
    "17": "centre_du_quebec",
}


def serves(served: str, territory: str | None) -> bool:
    """Whether what serves `served`, a region's name or an id, serves somebody who is in `territory`, an id."""
    if territory is None:
        return False
    inside = territory == served or territory.startswith(f"{served}/")
    return inside or REGIONS.get(territory.split("/")[0]) == served
