//! Against exhaustive search, against another author's solver, and in size.

use pathfinding::matrix::Matrix;
use pathfinding::prelude::kuhn_munkres_min;
use proptest::prelude::*;

use super::*;

/// The least total cost, by trying everything.
fn brute_force(row_costs: &[f64], column_costs: &[f64], entries: &[Entry]) -> f64 {
    fn best(
        row: usize,
        used: &mut Vec<bool>,
        rows: &[f64],
        columns: &[f64],
        entries: &[Entry],
    ) -> f64 {
        if row == rows.len() {
            return (0..columns.len())
                .filter(|&at| !used[at])
                .map(|at| columns[at])
                .sum();
        }
        let mut least = rows[row] + best(row + 1, used, rows, columns, entries);
        for entry in entries.iter().filter(|entry| entry.row == row) {
            if !used[entry.column] {
                used[entry.column] = true;
                least = least.min(entry.cost + best(row + 1, used, rows, columns, entries));
                used[entry.column] = false;
            }
        }
        least
    }
    best(
        0,
        &mut vec![false; column_costs.len()],
        row_costs,
        column_costs,
        entries,
    )
}

fn cost_of(result: &Assignment, row_costs: &[f64], column_costs: &[f64], entries: &[Entry]) -> f64 {
    let mut total = 0.0;
    for (row, column) in result.column_of_row.iter().enumerate() {
        total += match column {
            None => row_costs[row],
            Some(column) => {
                assert_eq!(result.row_of_column[*column], Some(row));
                let pair = entries
                    .iter()
                    .filter(|entry| (entry.row, entry.column) == (row, *column));
                pair.map(|entry| entry.cost).fold(f64::INFINITY, f64::min)
            }
        };
    }
    let alone = (0..column_costs.len()).filter(|&at| result.row_of_column[at].is_none());
    total + alone.map(|at| column_costs[at]).sum::<f64>()
}

fn problem(rows: usize, columns: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<Entry>)> {
    // Few distinct costs, so that ties are frequent.
    let entry = (0..rows, 0..columns, -8i32..12).prop_map(|(row, column, cost)| Entry {
        row,
        column,
        cost: f64::from(cost) * 0.5,
    });
    let alone = |n| prop::collection::vec((0i32..10).prop_map(|cost| f64::from(cost) * 0.5), n..=n);
    (
        alone(rows),
        alone(columns),
        prop::collection::vec(entry, 0..rows * columns),
    )
}

proptest! {
    #[test]
    fn prop_equals_brute_force((rows, columns, entries) in (1usize..7, 1usize..7).prop_flat_map(|(r, c)| problem(r, c))) {
        let result = assign(&rows, &columns, &entries);
        let truth = brute_force(&rows, &columns, &entries);
        prop_assert!((result.total_cost - truth).abs() < 1e-9, "{} {truth}", result.total_cost);
        prop_assert!((cost_of(&result, &rows, &columns, &entries) - truth).abs() < 1e-9);
    }

    #[test]
    fn prop_order_of_entries_does_not_matter((rows, columns, entries) in problem(6, 6)) {
        let mut turned = entries.clone();
        turned.reverse();
        prop_assert_eq!(assign(&rows, &columns, &entries), assign(&rows, &columns, &turned));
    }

    #[test]
    fn prop_equals_kuhn_munkres(costs in prop::collection::vec(-1000i64..1000, 40 * 40)) {
        // Staying alone is dear, so that the optimum is a full assignment like the oracle's.
        let alone = vec![1e6; 40];
        let entries: Vec<Entry> = (0..1600).map(|at| Entry { row: at / 40, column: at % 40, cost: costs[at] as f64 }).collect();
        let weights = Matrix::from_vec(40, 40, costs).unwrap();
        let (truth, _) = kuhn_munkres_min(&weights);
        prop_assert!((assign(&alone, &alone, &entries).total_cost - truth as f64).abs() < 1e-6);
    }

    #[test]
    fn prop_grid_finds_what_a_search_through_all_finds(
        points in prop::collection::vec([-5.0..5.0f64, -5.0..5.0, -5.0..5.0], 0..60),
        centre in [-6.0..6.0f64, -6.0..6.0, -6.0..6.0], radius in 0.0..6.0f64, cell in 0.05..4.0f64,
    ) {
        let inside = |p: &[f64; 3]| p.iter().zip(&centre).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() <= radius * radius;
        let truth: Vec<usize> = (0..points.len()).filter(|&at| inside(&points[at])).collect();
        let mut found = Vec::new();
        GridIndex::new(points.clone(), cell).within(&centre, radius, &mut found);
        prop_assert_eq!(found, truth);
    }
}

#[test]
fn values_that_are_no_numbers_are_ignored() {
    let entries = [
        Entry {
            row: 0,
            column: 0,
            cost: f64::NAN,
        },
        Entry {
            row: 0,
            column: 7,
            cost: -5.0,
        },
        Entry {
            row: 0,
            column: 0,
            cost: f64::NEG_INFINITY,
        },
    ];
    assert_eq!(assign(&[1.0], &[1.0], &entries).column_of_row, [None]);
    let mut found = Vec::new();
    GridIndex::new(vec![[f64::NAN, 0.0], [0.0, 0.0]], 0.0).within(&[0.0, 0.0], 1.0, &mut found);
    assert_eq!(found, [1]);
}

#[test]
fn ten_thousand_against_ten_thousand_stay_local() {
    // A lattice with a shift: each row gates its own report and its neighbours, nothing else.
    let side = 100usize;
    let points: Vec<[f64; 2]> = (0..side * side)
        .map(|at| [(at / side) as f64, (at % side) as f64])
        .collect();
    let index = GridIndex::new(points.clone(), 1.5);
    let mut entries = Vec::new();
    let mut found = Vec::new();
    for (row, point) in points.iter().enumerate() {
        found.clear();
        index.within(&[point[0] + 0.1, point[1] - 0.1], 1.0, &mut found);
        entries.extend(found.iter().map(|&column| {
            let [dx, dy] = [
                points[column][0] - point[0] - 0.1,
                points[column][1] - point[1] + 0.1,
            ];
            Entry {
                row,
                column,
                cost: dx * dx + dy * dy,
            }
        }));
    }
    assert!(
        entries.len() < 6 * points.len(),
        "{} entries",
        entries.len()
    );
    let alone = vec![5.0; points.len()];
    let result = assign(&alone, &alone, &entries);
    assert!(
        result
            .column_of_row
            .iter()
            .enumerate()
            .all(|(row, column)| *column == Some(row))
    );
}
