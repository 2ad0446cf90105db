"""What is known of the neighbours: the share of confirmed among those read together and connected together.

Only outcomes declared as known enter. A customer's own outcome never enters its own figure: the figures of
customers whose outcome is known are made in parts, each from the outcomes of the other parts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wattwarden.models.theft.features import Features
from wattwarden.models.theft.invoices import ELECTRICITY, Customers, Floats, Ints, Invoices, group_of

LARGEST_WALK = 400
"""A day with more readings in a region says nothing of who lives next to whom."""
REGION_PRIOR = 20.0
CONNECTED_PRIOR = 5.0
WALK_PRIORS = (0.2, 1.0)
"""Weight of the overall share, relative to the usual weight of the neighbours."""
CONNECTED_NEIGHBOURS = (20, 100)
"""Customers connected just before, and just after, in the same region."""
NAMES = (
    *(f"confirmed_walk_{prior}" for prior in WALK_PRIORS),
    "confirmed_region",
    *(f"confirmed_connected_{reach}" for reach in CONNECTED_NEIGHBOURS),
)


@dataclass(frozen=True)
class Neighbours:
    """Who is near whom.

    Attributes:
        walks: Customers × customers: shared reading days, each worth less the more customers share it.
        region: Number of each customer's region.
        connected: Customers sorted by region and day of connection.
    """

    walks: sparse.csr_array
    region: Ints
    connected: Ints

    def features(self, outcome: NDArray[np.bool_], known: NDArray[np.bool_], part: Ints) -> Features:
        """Figures of all customers, from the outcomes of the known ones.

        Args:
            outcome: Of each customer; not looked at where not known.
            part: Into which part each customer falls; each part is told the outcomes of the others only.
        """
        values = self._shares(outcome, known)
        for number in np.unique(part):
            held = known & (part == number)
            values[held] = self._shares(outcome, known & (part != number))[held]
        return Features(NAMES, values.astype(np.float32))

    def _shares(self, outcome: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
        """Share of confirmed among the known neighbours, drawn towards the overall share."""
        weight = known.astype(np.float64)
        hits = weight * outcome
        overall = hits.sum() / max(weight.sum(), 1.0)
        near, near_hits = self.walks @ weight, self.walks @ hits
        usual = max(float(np.median(near)), 1e-9)
        columns = [(near_hits + overall * usual * prior) / (near + usual * prior) for prior in WALK_PRIORS]
        there, there_hits = np.bincount(self.region, weight), np.bincount(self.region, hits)
        by_region = (there_hits + overall * REGION_PRIOR) / (there + REGION_PRIOR)
        columns.append(by_region[self.region])
        columns += [self._connected(weight, hits, overall, reach) for reach in CONNECTED_NEIGHBOURS]
        return np.column_stack(columns)

    def _connected(self, weight: Floats, hits: Floats, overall: float, reach: int) -> Floats:
        """The share among those connected at about the same time."""
        count, place = len(weight), np.arange(len(weight))
        low, high = np.maximum(place - reach, 0), np.minimum(place + reach + 1, count)
        sums = [np.r_[0.0, np.cumsum(values[self.connected])] for values in (weight, hits)]
        near, near_hits = (values[high] - values[low] for values in sums)
        share = np.empty(count)
        share[self.connected] = (near_hits + overall * CONNECTED_PRIOR) / (near + CONNECTED_PRIOR)
        return share


def find_neighbours(invoices: Invoices, customers: Customers) -> Neighbours:
    """Neighbours by shared reading days and by day of connection."""
    rows = invoices.kind == ELECTRICITY
    customer = invoices.customer[rows]
    region = group_of(customers.codes["region"])
    walk = group_of(region[customer], invoices.day[rows])
    shape = (len(customers.names), int(walk.max(initial=-1)) + 1)
    taken = sparse.csr_array((np.ones(len(walk)), (customer, walk)), shape=shape)
    taken.data[:] = 1.0
    size = np.asarray(taken.sum(axis=0)).ravel()
    worth = np.where(size <= LARGEST_WALK, 1 / np.sqrt(np.maximum(size, 1)), 0.0)
    weighted = (taken @ sparse.diags_array(worth)).tocsr()
    walks = (weighted @ weighted.T).tocsr()
    walks.setdiag(0)
    walks.eliminate_zeros()
    return Neighbours(walks, region, np.lexsort((customers.connected, region)))
