//! Who gets which report: optimal one-to-one assignment of what passed a gate.
//!
//! Rows (tracks) and columns (reports) may stay unassigned at a cost of their own: a missed
//! detection, a false alarm. Entries that are no better than leaving both alone are dropped, the
//! rest falls into independent clusters (union–find), and each cluster is solved exactly by
//! shortest augmenting paths with dual variables (R. Jonker, A. Volgenant, "A shortest augmenting
//! path algorithm for dense and sparse linear assignment problems", Computing 38, 1987). Cost
//! follows the size of the clusters, not the count of rows.

mod cluster;
mod grid;
mod path;
#[cfg(test)]
mod tests;

pub use cluster::{Cluster, clusters};
pub use grid::GridIndex;

/// A pair that passed the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Which row.
    pub row: usize,
    /// Which column.
    pub column: usize,
    /// Cost of pairing them; usually a negative log likelihood (ratio).
    pub cost: f64,
}

/// Who got what.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Column of each row.
    pub column_of_row: Vec<Option<usize>>,
    /// Row of each column.
    pub row_of_column: Vec<Option<usize>>,
    /// Sum of all costs, those of staying unassigned included.
    pub total_cost: f64,
}

/// Assigns at the least total cost.
///
/// `row_costs` and `column_costs` are the costs of leaving each row and column alone; their
/// lengths are the numbers of rows and columns. Entries outside them or with a cost that is not
/// finite are ignored; of entries for one pair the cheapest counts. The result depends only on
/// the set of entries, not on their order; of equal optima the one found first in order of row
/// and column is kept, always the same.
pub fn assign(row_costs: &[f64], column_costs: &[f64], entries: &[Entry]) -> Assignment {
    let gains = worthwhile(row_costs, column_costs, entries);
    let mut result = Assignment {
        column_of_row: vec![None; row_costs.len()],
        row_of_column: vec![None; column_costs.len()],
        total_cost: row_costs.iter().sum::<f64>() + column_costs.iter().sum::<f64>(),
    };
    for cluster in clusters(row_costs.len(), column_costs.len(), &gains) {
        for (row, column, cost) in path::solve(&cluster) {
            result.column_of_row[row] = Some(column);
            result.row_of_column[column] = Some(row);
            result.total_cost += cost;
        }
    }
    result
}

/// Entries that beat leaving both sides alone, with that difference as their (negative) cost,
/// in order of row and column.
fn worthwhile(row_costs: &[f64], column_costs: &[f64], entries: &[Entry]) -> Vec<Entry> {
    let mut kept: Vec<Entry> = entries
        .iter()
        .filter_map(|entry| {
            let alone = row_costs.get(entry.row)? + column_costs.get(entry.column)?;
            let cost = entry.cost - alone;
            (cost.is_finite() && cost < 0.0).then_some(Entry { cost, ..*entry })
        })
        .collect();
    kept.sort_by(|a, b| {
        (a.row, a.column)
            .cmp(&(b.row, b.column))
            .then(a.cost.total_cmp(&b.cost))
    });
    kept.dedup_by_key(|entry| (entry.row, entry.column));
    kept
}
