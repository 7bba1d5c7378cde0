//! Independent parts of a sparse problem.

use super::Entry;

/// Rows and columns that are connected by entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Its rows, ascending.
    pub rows: Vec<usize>,
    /// Its columns, ascending.
    pub columns: Vec<usize>,
    /// Its entries, ordered by row, then column, as the input was.
    pub entries: Vec<Entry>,
}

/// Splits entries (ordered by row, then column) into connected parts, in order of their first
/// row. Rows and columns without an entry are in none.
pub fn clusters(rows: usize, columns: usize, entries: &[Entry]) -> Vec<Cluster> {
    let mut parent: Vec<usize> = (0..rows + columns).collect();
    for entry in entries {
        let (a, b) = (
            root(&mut parent, entry.row),
            root(&mut parent, rows + entry.column),
        );
        // The smaller number becomes the root, so that the result has one order only.
        parent[a.max(b)] = a.min(b);
    }
    let mut place = vec![usize::MAX; rows + columns];
    let mut parts: Vec<Cluster> = Vec::new();
    for entry in entries {
        let at = root(&mut parent, entry.row);
        if place[at] == usize::MAX {
            place[at] = parts.len();
            parts.push(Cluster {
                rows: Vec::new(),
                columns: Vec::new(),
                entries: Vec::new(),
            });
        }
        let part = &mut parts[place[at]];
        if part.rows.last() != Some(&entry.row) {
            part.rows.push(entry.row);
        }
        part.columns.push(entry.column);
        part.entries.push(*entry);
    }
    for part in &mut parts {
        part.columns.sort_unstable();
        part.columns.dedup();
    }
    parts
}

/// The representative of a node, with its path halved on the way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
