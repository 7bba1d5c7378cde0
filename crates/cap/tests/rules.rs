//! Every rule of the table finds its fault in a message that otherwise breaks none, and the
//! table is the documentation.

mod common;

use std::collections::BTreeSet;

use common::{at, cancel_of, exercise, full_alert};
use forewarn_cap::{
    Alert, Area, Finding, Grade, MsgType, NamedValue, Point, Polygon, RULES, Reference,
    ResponseType, Scope, Sequence, Severity, Status, Time, Urgency, check, check_at, check_xml,
    rules_markdown,
};

type Change = fn(&mut Alert);

fn polygon(alert: &mut Alert, corners_deg: &[(f64, f64)]) {
    alert.infos[0].areas[0].polygons = vec![Polygon::closed(corners_deg)];
}

fn corner(alert: &mut Alert, latitude_deg: f64, longitude_deg: f64) {
    alert.infos[0].areas[0].polygons[0].points[1] = Point {
        latitude_deg,
        longitude_deg,
    };
}

/// One change for each rule about a single message (several where the rule has several faces).
const MUTATIONS: &[(&str, Change)] = &[
    ("FW-CAP-020", |alert| alert.identifier = "a b".into()),
    ("FW-CAP-020", |alert| alert.identifier = "a,b".into()),
    ("FW-CAP-020", |alert| alert.identifier = String::new()),
    ("FW-CAP-021", |alert| {
        alert.sender = "a&b@example.org".into()
    }),
    ("FW-CAP-021", |alert| {
        alert.sender = "a<b@example.org".into()
    }),
    ("FW-CAP-022", |alert| alert.sender = "forewarn".into()),
    ("FW-CAP-023", |alert| {
        alert.infos[1].description = Some("bell \u{7}".into())
    }),
    ("FW-CAP-024", |alert| {
        alert.infos[0].headline = Some("Town \u{202e}nwot".into())
    }),
    ("FW-CAP-025", |alert| {
        alert.infos[0].instruction = Some(" \n".into())
    }),
    ("FW-CAP-025", |alert| {
        alert.infos[0].areas[0].area_desc = String::new()
    }),
    ("FW-CAP-026", |alert| alert.codes.push("two words".into())),
    ("FW-CAP-026", |alert| alert.addresses.push("a\"b".into())),
    ("FW-CAP-030", |alert| alert.msg_type = MsgType::Update),
    ("FW-CAP-030", |alert| alert.msg_type = MsgType::Cancel),
    ("FW-CAP-030", |alert| alert.msg_type = MsgType::Ack),
    ("FW-CAP-031", |alert| {
        alert.references = vec![refer("a b@example.org", "x", -60)]
    }),
    ("FW-CAP-032", |alert| {
        alert.references = vec![alert.reference()]
    }),
    ("FW-CAP-033", |alert| {
        alert.references = vec![refer("a@example.org", "x", 60)]
    }),
    ("FW-CAP-034", |alert| {
        alert.references = vec![
            refer("a@example.org", "x", -60),
            refer("a@example.org", "x", -60),
        ]
    }),
    ("FW-CAP-035", |alert| {
        (alert.msg_type, alert.note) = (MsgType::Error, None)
    }),
    ("FW-CAP-036", |alert| {
        alert.references = vec![refer("a@example.org", "x", -60)]
    }),
    ("FW-CAP-037", |alert| alert.infos.clear()),
    ("FW-CAP-038", |alert| {
        (alert.msg_type, alert.note) = (MsgType::Cancel, None)
    }),
    ("FW-CAP-039", |alert| {
        alert.note = Some("forewarn:action=retract".into())
    }),
    ("FW-CAP-040", |alert| {
        alert.infos[0]
            .parameters
            .push(NamedValue::new("forewarn:action", "retract"))
    }),
    ("FW-CAP-040", |alert| {
        alert.note = Some("forewarn:action=withdraw".into())
    }),
    ("FW-CAP-050", |alert| alert.infos[1].expires = None),
    ("FW-CAP-051", |alert| alert.infos[0].expires = Some(at(-1))),
    ("FW-CAP-051", |alert| alert.infos[0].expires = Some(at(0))),
    ("FW-CAP-052", |alert| {
        alert.infos[0].effective = Some(at(1_800))
    }),
    ("FW-CAP-053", |alert| alert.infos[0].onset = Some(at(1_801))),
    ("FW-CAP-054", |alert| {
        (alert.infos[0].urgency, alert.infos[0].onset) = (Urgency::Future, Some(at(-1)))
    }),
    ("FW-CAP-057", |alert| {
        alert.infos[0].effective = Some(at(-1))
    }),
    ("FW-CAP-060", |alert| alert.scope = Scope::Restricted),
    ("FW-CAP-061", |alert| {
        alert.restriction = Some("staff".into())
    }),
    ("FW-CAP-062", |alert| {
        (alert.scope, alert.addresses) = (Scope::Private, Vec::new())
    }),
    ("FW-CAP-063", |alert| alert.infos[1].areas.clear()),
    ("FW-CAP-070", |alert| alert.infos[0].headline = None),
    ("FW-CAP-071", |alert| alert.infos[0].description = None),
    ("FW-CAP-072", |alert| alert.infos[0].instruction = None),
    ("FW-CAP-076", |alert| {
        alert.infos[0].description = Some("EXERCISE - Exercise - EXERCISE".into())
    }),
    ("FW-CAP-076", |alert| {
        alert.infos[0].headline = Some("This is only a TEST.".into())
    }),
    ("FW-CAP-077", |alert| {
        alert.infos[0].headline = Some("x".repeat(161))
    }),
    ("FW-CAP-078", |alert| {
        alert.infos[0].headline = Some("Missile near {{place}}".into())
    }),
    ("FW-CAP-078", |alert| {
        alert.infos[0].description = Some("Impact in NaN minutes".into())
    }),
    ("FW-CAP-080", |alert| {
        (alert.infos[1].language, alert.infos[1].event) = (Some("en-gb".into()), "Flood".into())
    }),
    ("FW-CAP-081", |alert| {
        alert.infos[1].event_codes = vec![NamedValue::new("SAME", "FFW")]
    }),
    ("FW-CAP-082", |alert| {
        alert.infos[1].severity = Severity::Minor
    }),
    ("FW-CAP-082", |alert| {
        alert.infos[1].expires = Some(at(1_900))
    }),
    ("FW-CAP-083", |alert| {
        alert.infos[0].language = Some("english language".into())
    }),
    ("FW-CAP-083", |alert| {
        alert.infos[0].language = Some("en_GB".into())
    }),
    ("FW-CAP-084", |alert| {
        alert.infos[0].parameters.push(NamedValue::new("", "1"))
    }),
    ("FW-CAP-084", |alert| {
        alert.infos[0].areas[0]
            .geocodes
            .push(NamedValue::new("SAME", " "))
    }),
    ("FW-CAP-085", |alert| {
        alert.infos[0].urgency = Urgency::Unknown
    }),
    ("FW-CAP-086", |alert| {
        alert.infos[0].response_types.push(ResponseType::AllClear)
    }),
    ("FW-CAP-087", |alert| alert.infos[0].categories.clear()),
    ("FW-CAP-088", |alert| {
        alert.infos[0].response_types.push(ResponseType::Shelter)
    }),
    ("FW-CAP-100", |alert| {
        alert.infos[0].areas = vec![Area::new("Somewhere")]
    }),
    ("FW-CAP-101", |alert| corner(alert, 200.0, 19.5)),
    ("FW-CAP-101", |alert| {
        alert.infos[0].areas[0].circles[0].centre.latitude_deg = -90.001
    }),
    ("FW-CAP-102", |alert| corner(alert, 52.0, 500.0)),
    ("FW-CAP-103", |alert| {
        polygon(alert, &[(52.0, 19.0), (52.0, 19.5)])
    }),
    ("FW-CAP-103", |alert| polygon(alert, &[])),
    ("FW-CAP-103", |alert| {
        polygon(
            alert,
            &[(52.0, 19.0), (52.0, 19.5), (52.0, 19.0), (52.0, 19.5)],
        )
    }),
    ("FW-CAP-104", |alert| {
        alert.infos[0].areas[0].polygons[0].points.truncate(4)
    }),
    ("FW-CAP-105", |alert| {
        polygon(
            alert,
            &[(52.0, 179.0), (52.0, -179.0), (53.0, -179.0), (53.0, 179.0)],
        )
    }),
    ("FW-CAP-106", |alert| {
        polygon(
            alert,
            &[(52.0, 19.0), (53.0, 20.0), (53.0, 19.0), (52.0, 20.0)],
        )
    }),
    ("FW-CAP-106", |alert| {
        polygon(
            alert,
            &[
                (52.0, 19.0),
                (52.0, 20.0),
                (53.0, 20.0),
                (52.0, 19.5),
                (53.0, 19.0),
            ],
        )
    }),
    ("FW-CAP-106", |alert| {
        polygon(
            alert,
            &[(52.0, 19.0), (52.0, 20.0), (52.0, 20.0), (53.0, 20.0)],
        )
    }),
    ("FW-CAP-107", |alert| {
        alert.infos[0].areas[0].circles[0].radius_km = -1.0
    }),
    ("FW-CAP-107", |alert| {
        alert.infos[0].areas[0].circles[0].radius_km = 0.0
    }),
    ("FW-CAP-107", |alert| {
        alert.infos[0].areas[0].circles[0].radius_km = 30_000.0
    }),
    ("FW-CAP-108", |alert| corner(alert, f64::NAN, 19.0)),
    ("FW-CAP-108", |alert| {
        alert.infos[0].areas[0].circles[0].radius_km = f64::INFINITY
    }),
    ("FW-CAP-108", |alert| {
        alert.infos[0].areas[0].altitude_ft = Some(f64::NAN)
    }),
    ("FW-CAP-109", |alert| {
        polygon(alert, &[(52.0, 19.0), (52.0, 19.5), (52.0, 20.0)])
    }),
    ("FW-CAP-110", |alert| {
        alert.infos[0].areas[0].polygons[0].points = circle_points(1_001)
    }),
    ("FW-CAP-111", |alert| {
        alert.infos[0].areas[0].altitude_ft = None
    }),
    ("FW-CAP-111", |alert| {
        alert.infos[0].areas[0].ceiling_ft = Some(-1.0)
    }),
    ("FW-CAP-112", |alert| corner(alert, 0.0, 0.0)),
    ("FW-CAP-120", |alert| {
        alert.infos[0].resources[0].mime_type = "picture".into()
    }),
    ("FW-CAP-121", |alert| {
        alert.infos[0].resources[0].uri = None;
        alert.infos[0].resources[0].deref_uri = None;
    }),
    ("FW-CAP-122", |alert| {
        alert.infos[0].resources[0].digest = Some("abc".into())
    }),
    ("FW-CAP-123", |alert| {
        alert.infos[0].web = Some("example.org".into())
    }),
    ("FW-CAP-123", |alert| {
        alert.infos[0].web = Some("https://example.org/a b".into())
    }),
    ("FW-CAP-124", |alert| {
        alert.infos[0].resources[0].deref_uri = Some("<html>".into())
    }),
];

const EXERCISE_MUTATIONS: &[(&str, Change)] = &[
    ("FW-CAP-073", |alert| {
        alert.infos[0].description = Some("THIS IS\nNOT A  DRILL!".into())
    }),
    ("FW-CAP-073", |alert| {
        alert.note = Some("This is not an exercise".into())
    }),
    ("FW-CAP-073", |alert| {
        alert.status = Status::Draft;
        alert.infos[0].headline = Some("DRAFT: not a drill".into());
    }),
    ("FW-CAP-074", |alert| {
        alert.infos[0].headline = Some("Missile expected".into())
    }),
    ("FW-CAP-075", |alert| alert.note = None),
];

/// Texts for the rules about the text itself; the rest of rules 001 to 012 are in `xsd.rs`.
const TEXTS: &[(&str, &str, &str)] = &[
    ("FW-CAP-001", "<scope>", "<scope><"),
    ("FW-CAP-001", "<scope>", "\u{1}<scope>"),
    ("FW-CAP-001", "<scope>", "&#2;<scope>"),
    ("FW-CAP-001", "</alert>", "</alert><alert/>"),
    ("FW-CAP-001", "<scope>", "<x:scope>"),
    (
        "FW-CAP-002",
        "<alert",
        "<!DOCTYPE alert [<!ENTITY a \"b\">]><alert",
    ),
    ("FW-CAP-002", "Missile", "&missile;"),
    ("FW-CAP-001", "version=\"1.0\"", "version=\"1.0\"!"),
    ("FW-CAP-001", "version=\"1.0\"", "version=\"1.1\""),
    (
        "FW-CAP-001",
        "version=\"1.0\" encoding=\"UTF-8\"",
        "encoding=\"UTF-8\" version=\"1.0\"",
    ),
    ("FW-CAP-002", "<alert", "<?run me?><alert"),
    (
        "FW-CAP-013",
        "</alert>",
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></alert>",
    ),
];

fn refer(sender: &str, identifier: &str, offset_s: i64) -> Reference {
    Reference {
        sender: sender.into(),
        identifier: identifier.into(),
        sent: at(offset_s),
    }
}

/// A ring of a square's boundary with this many corners.
fn circle_points(count: usize) -> Vec<Point> {
    let side = |index: usize| index as f64 / count as f64;
    let mut corners: Vec<(f64, f64)> = (0..count).map(|index| (52.0, 19.0 + side(index))).collect();
    corners.push((53.0, 20.0));
    Polygon::closed(&corners).points
}

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn grade_of(id: &str) -> Grade {
    RULES
        .iter()
        .find(|rule| rule.id == id)
        .expect("a rule of the table")
        .grade
}

#[test]
fn the_full_alert_breaks_no_rule() {
    assert_eq!(check(&full_alert()), Vec::new());
    assert_eq!(check(&exercise()), Vec::new());
    assert_eq!(check(&cancel_of(&full_alert())), Vec::new());
    assert_eq!(check_xml(&full_alert().to_xml().unwrap()), Vec::new());
}

#[test]
fn each_fault_is_found_by_its_rule_and_errors_are_not_written() {
    let cases = MUTATIONS.iter().map(|case| (full_alert(), case));
    for (mut alert, (id, change)) in
        cases.chain(EXERCISE_MUTATIONS.iter().map(|case| (exercise(), case)))
    {
        change(&mut alert);
        let findings = check(&alert);
        assert!(ids(&findings).contains(id), "{id} not in {findings:?}");
        if grade_of(id) == Grade::Error {
            let refused = alert.to_xml().expect_err(id);
            assert!(ids(&refused.findings).contains(id));
        }
    }
}

#[test]
fn each_fault_of_the_text_is_found_with_its_place() {
    let good = full_alert().to_xml().unwrap();
    for (id, from, to) in TEXTS {
        let findings = check_xml(&good.replacen(from, to, 1));
        assert!(ids(&findings).contains(id), "{to}: {findings:?}");
        assert!(
            findings
                .iter()
                .all(|finding| finding.line.is_some() && finding.column.is_some())
        );
    }
    let deep = good.replacen("<scope>", &"<scope>".repeat(40), 1);
    assert_eq!(ids(&check_xml(&deep)), ["FW-CAP-003"]);
    let long = good.replacen("Missile", &"x".repeat(forewarn_cap::MAX_BYTES), 1);
    assert_eq!(ids(&check_xml(&long)), ["FW-CAP-003"]);
}

#[test]
fn findings_name_the_line_and_column_of_the_element() {
    let text = full_alert()
        .to_xml()
        .unwrap()
        .replacen("<polygon>52,19 ", "<polygon>200,19 ", 1);
    let finding = check_xml(&text)
        .into_iter()
        .find(|finding| finding.rule == "FW-CAP-101")
        .unwrap();
    let line = text
        .lines()
        .nth(finding.line.unwrap() as usize - 1)
        .unwrap();
    assert_eq!(
        line.find("<polygon>"),
        Some(finding.column.unwrap() as usize - 1),
        "{finding}"
    );
    assert_eq!(finding.path, "alert/info[1]/area[1]/polygon[1]");
}

#[test]
fn the_present_is_only_judged_when_given() {
    assert_eq!(ids(&check_at(&full_alert(), at(-1))), ["FW-CAP-055"]);
    assert_eq!(ids(&check_at(&full_alert(), at(0))), Vec::<&str>::new());
    assert_eq!(
        ids(&check_at(&full_alert(), at(1_800))),
        ["FW-CAP-056", "FW-CAP-056"]
    );
}

#[test]
fn a_sequence_finds_faults_between_messages() {
    let first = full_alert();
    let run = |change: Change| {
        let mut sequence = Sequence::new();
        assert_eq!(sequence.check(&first), Vec::new());
        let mut second = cancel_of(&first);
        change(&mut second);
        ids(&sequence.check(&second))
    };
    assert_eq!(run(|_| ()), Vec::<&str>::new());
    assert_eq!(
        run(|alert| alert.identifier = "fw-2026-0001".into()),
        ["FW-CAP-140"]
    );
    assert_eq!(
        run(|alert| alert.references[0].identifier = "other".into()),
        ["FW-CAP-141"]
    );
    assert_eq!(
        run(|alert| alert.references[0].sent = at(-1)),
        ["FW-CAP-142"]
    );
    assert_eq!(run(|alert| alert.status = Status::Exercise), ["FW-CAP-144"]);
    assert_eq!(
        run(|alert| alert.sender = "other@example.org".into()),
        ["FW-CAP-145"]
    );
    assert_eq!(run(|alert| alert.scope = Scope::Private), ["FW-CAP-146"]);
}

#[test]
fn nothing_follows_a_cancel_and_a_refused_cancel_cancels_nothing() {
    let first = full_alert();
    let mut sequence = Sequence::new();
    assert!(sequence.is_empty());
    sequence.check(&first);
    let mut exercise = cancel_of(&first);
    exercise.status = Status::Exercise;
    assert_eq!(ids(&sequence.check(&exercise)), ["FW-CAP-144"]);
    let mut cancel = cancel_of(&first);
    cancel.identifier = "fw-2026-0003".into();
    assert_eq!(sequence.check(&cancel), Vec::new());
    let mut again = cancel_of(&first);
    again.identifier = "fw-2026-0004".into();
    assert_eq!(ids(&sequence.check(&again)), ["FW-CAP-143"]);
    assert_eq!(sequence.len(), 4);
}

#[test]
fn a_retraction_is_told_from_a_cancel_after_writing_and_reading() {
    let mut retraction = cancel_of(&full_alert());
    retraction.infos = full_alert().infos;
    assert!(!retraction.is_retraction());
    retraction.mark_retraction();
    retraction.mark_retraction();
    let read = Alert::from_xml(&retraction.to_xml().unwrap()).unwrap();
    assert!(read.is_retraction());
    assert_eq!(read, retraction);
    assert!(!cancel_of(&full_alert()).is_retraction());
}

#[test]
fn every_rule_is_tested_here_or_in_the_schema_tests() {
    let mut tested: BTreeSet<&str> = MUTATIONS
        .iter()
        .chain(EXERCISE_MUTATIONS)
        .map(|(id, _)| *id)
        .collect();
    tested.extend(TEXTS.iter().map(|(id, ..)| *id));
    let elsewhere = [
        "FW-CAP-003",
        "FW-CAP-004",
        "FW-CAP-005",
        "FW-CAP-006",
        "FW-CAP-007",
        "FW-CAP-008",
        "FW-CAP-009",
        "FW-CAP-010",
        "FW-CAP-011",
        "FW-CAP-012",
        "FW-CAP-055",
        "FW-CAP-056",
        "FW-CAP-140",
        "FW-CAP-141",
        "FW-CAP-142",
        "FW-CAP-143",
        "FW-CAP-144",
        "FW-CAP-145",
        "FW-CAP-146",
    ];
    tested.extend(elsewhere);
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.len(), RULES.len(), "an identifier occurs twice");
    assert!(RULES.is_sorted_by_key(|rule| rule.id));
    assert_eq!(all, tested);
}

#[test]
fn the_documentation_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RULES.md");
    if std::env::var_os("FOREWARN_WRITE_RULES").is_some() {
        std::fs::write(path, rules_markdown()).unwrap();
    }
    let documented = std::fs::read_to_string(path).unwrap();
    assert!(
        documented == rules_markdown(),
        "run this test once with FOREWARN_WRITE_RULES=1"
    );
}

#[test]
fn times_compare_as_instants() {
    let mut alert = full_alert();
    // 13:00 an hour east is noon in UTC: the same instant as `sent`, so not before it.
    let noon: Time = "2026-03-01T13:00:00+01:00".parse().unwrap();
    alert
        .infos
        .iter_mut()
        .for_each(|info| info.effective = Some(noon));
    assert_eq!(check(&alert), Vec::new());
}
