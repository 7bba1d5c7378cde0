//! A uniform grid for gates: what lies within a radius, without looking at everything.

/// Points in `D` dimensions, sorted by the cell of a uniform grid.
///
/// Building takes O(n log n); a query looks at the cells that its radius touches, so that with
/// bounded local density all gates of n tracks against n reports cost O(n log n).
#[derive(Debug, Clone)]
pub struct GridIndex<const D: usize> {
    cell: f64,
    /// Cell and point, ascending by cell, then by point.
    sorted: Vec<([i64; D], usize)>,
    points: Vec<[f64; D]>,
}

impl<const D: usize> GridIndex<D> {
    /// Of finite points; those that are not finite are never found. `cell` is the grid's pitch,
    /// best near the usual query radius; it is in the points' own unit and at least 1e-12.
    pub fn new(points: Vec<[f64; D]>, cell: f64) -> Self {
        let cell = if cell > 1e-12 { cell } else { 1e-12 };
        let mut sorted: Vec<_> = points
            .iter()
            .enumerate()
            .filter(|(_, point)| point.iter().all(|x| x.is_finite()))
            .map(|(at, point)| (point.map(|x| cell_of(x, cell)), at))
            .collect();
        sorted.sort_unstable();
        Self {
            cell,
            sorted,
            points,
        }
    }

    /// Appends to `found` the points within `radius` of `centre` (Euclidean), ascending.
    pub fn within(&self, centre: &[f64; D], radius: f64, found: &mut Vec<usize>) {
        let begin = found.len();
        let low = centre.map(|x| cell_of(x - radius, self.cell));
        let high = centre.map(|x| cell_of(x + radius, self.cell));
        // Rows of cells along the last axis lie together in `sorted`.
        let rows: f64 = (0..D.saturating_sub(1))
            .map(|axis| (high[axis] - low[axis]) as f64 + 1.0)
            .product();
        let mut take = |from: usize, to: usize| {
            let near = |at: &&([i64; D], usize)| {
                distance_squared(&self.points[at.1], centre) <= radius * radius
            };
            found.extend(self.sorted[from..to].iter().filter(near).map(|at| at.1));
        };
        if rows > self.sorted.len() as f64 {
            take(0, self.sorted.len());
        } else {
            let mut cell = low;
            loop {
                let last = high[D - 1];
                let from = self.sorted.partition_point(|at| at.0 < cell);
                let mut end = cell;
                end[D - 1] = last;
                let to = from + self.sorted[from..].partition_point(|at| at.0 <= end);
                take(from, to);
                if !step(&mut cell, &low, &high) {
                    break;
                }
            }
        }
        found[begin..].sort_unstable();
    }
}

/// Goes to the next row of cells; false after the last.
fn step<const D: usize>(cell: &mut [i64; D], low: &[i64; D], high: &[i64; D]) -> bool {
    for axis in (0..D.saturating_sub(1)).rev() {
        if cell[axis] < high[axis] {
            cell[axis] += 1;
            return true;
        }
        cell[axis] = low[axis];
    }
    false
}

fn cell_of(x: f64, cell: f64) -> i64 {
    (x / cell).floor() as i64
}

fn distance_squared<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
