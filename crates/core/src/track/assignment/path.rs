//! Shortest augmenting paths on one cluster.
//!
//! Each row has a private column of cost zero that stands for staying alone, so that every row
//! can be assigned. Rows enter one by one; a Dijkstra search over reduced costs finds the
//! cheapest way to make room, and the dual variables keep the reduced costs non-negative.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::cluster::Cluster;

const NONE: usize = usize::MAX;

/// The optimal pairs of a cluster whose costs are relative to staying alone:
/// (row, column, cost).
pub(super) fn solve(cluster: &Cluster) -> Vec<(usize, usize, f64)> {
    if let [only] = cluster.entries.as_slice() {
        return vec![(only.row, only.column, only.cost)];
    }
    let mut solver = Solver::new(cluster);
    for row in 0..solver.rows {
        solver.augment(row);
    }
    solver.pairs(cluster)
}

/// Distance and column in the search's queue, nearest first, then by column.
#[derive(PartialEq)]
struct Reached(f64, usize);

impl Eq for Reached {}
impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

struct Solver {
    rows: usize,
    columns: usize,
    /// First arc of each row; the arcs of row `r` are `start[r]..start[r + 1]`.
    start: Vec<usize>,
    /// Column and cost of each arc.
    arcs: Vec<(usize, f64)>,
    row_dual: Vec<f64>,
    column_dual: Vec<f64>,
    row_of: Vec<usize>,
    column_of: Vec<usize>,
    distance: Vec<f64>,
    came_from: Vec<usize>,
    done: Vec<bool>,
}

impl Solver {
    fn new(cluster: &Cluster) -> Self {
        let (rows, columns) = (cluster.rows.len(), cluster.columns.len());
        let mut start = Vec::with_capacity(rows + 1);
        let mut arcs = Vec::with_capacity(cluster.entries.len() + rows);
        let mut next = 0;
        for (local, row) in cluster.rows.iter().enumerate() {
            start.push(arcs.len());
            while let Some(entry) = cluster.entries.get(next).filter(|entry| entry.row == *row) {
                let column = cluster
                    .columns
                    .binary_search(&entry.column)
                    .unwrap_or(columns);
                arcs.push((column, entry.cost));
                next += 1;
            }
            arcs.push((columns + local, 0.0));
        }
        start.push(arcs.len());
        let all = columns + rows;
        Self {
            rows,
            columns,
            start,
            arcs,
            row_dual: vec![0.0; rows],
            column_dual: vec![0.0; all],
            row_of: vec![NONE; all],
            column_of: vec![NONE; rows],
            distance: vec![f64::INFINITY; all],
            came_from: vec![NONE; all],
            done: vec![false; all],
        }
    }

    /// Assigns one more row along the cheapest path.
    fn augment(&mut self, first_row: usize) {
        let mut queue = BinaryHeap::new();
        let mut touched = Vec::new();
        let mut settled = Vec::new();
        let mut row = first_row;
        let mut so_far = 0.0;
        let end = loop {
            self.relax(row, so_far, &mut queue, &mut touched);
            let Some(Reverse(Reached(distance, column))) = self.nearest(&mut queue) else {
                break NONE;
            };
            so_far = distance;
            if self.row_of[column] == NONE {
                break column;
            }
            self.done[column] = true;
            settled.push(column);
            row = self.row_of[column];
        };
        self.row_dual[first_row] += so_far;
        for column in settled {
            let slack = so_far - self.distance[column];
            self.row_dual[self.row_of[column]] += slack;
            self.column_dual[column] -= slack;
        }
        self.flip(end, first_row);
        for column in touched {
            self.distance[column] = f64::INFINITY;
            self.came_from[column] = NONE;
            self.done[column] = false;
        }
    }

    fn relax(
        &mut self,
        row: usize,
        so_far: f64,
        queue: &mut BinaryHeap<Reverse<Reached>>,
        touched: &mut Vec<usize>,
    ) {
        for at in self.start[row]..self.start[row + 1] {
            let (column, cost) = self.arcs[at];
            let distance = so_far + cost - self.row_dual[row] - self.column_dual[column];
            if self.done[column] || distance >= self.distance[column] {
                continue;
            }
            if self.came_from[column] == NONE {
                touched.push(column);
            }
            self.distance[column] = distance;
            self.came_from[column] = row;
            queue.push(Reverse(Reached(distance, column)));
        }
    }

    /// The nearest column that is not settled; entries that were bettered are skipped.
    fn nearest(&self, queue: &mut BinaryHeap<Reverse<Reached>>) -> Option<Reverse<Reached>> {
        while let Some(found) = queue.pop() {
            if !self.done[found.0.1] && found.0.0 <= self.distance[found.0.1] {
                return Some(found);
            }
        }
        None
    }

    /// Hands the columns on along the path that ends at `column`.
    fn flip(&mut self, mut column: usize, first_row: usize) {
        while column != NONE {
            let row = self.came_from[column];
            self.row_of[column] = row;
            std::mem::swap(&mut self.column_of[row], &mut column);
            if row == first_row {
                break;
            }
        }
    }

    fn pairs(&self, cluster: &Cluster) -> Vec<(usize, usize, f64)> {
        let cost_of = |row: usize, column: usize| {
            let arcs = &self.arcs[self.start[row]..self.start[row + 1]];
            arcs.iter()
                .find(|arc| arc.0 == column)
                .map_or(0.0, |arc| arc.1)
        };
        let taken = self
            .column_of
            .iter()
            .enumerate()
            .filter(|&(_, &column)| column < self.columns);
        taken
            .map(|(row, &column)| {
                (
                    cluster.rows[row],
                    cluster.columns[column],
                    cost_of(row, column),
                )
            })
            .collect()
    }
}
