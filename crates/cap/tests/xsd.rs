//! What is written passes the official OASIS schema, and the validator that says so refuses what
//! the schema refuses.

mod common;

use common::{cancel_of, exercise, full_alert, schema_errors, validator};
use forewarn_cap::{Alert, check_xml};

#[test]
fn val_messages_written_pass_the_oasis_schema() {
    let validator = validator();
    let mut retraction = cancel_of(&full_alert());
    retraction.infos = full_alert().infos;
    retraction.mark_retraction();
    for alert in [
        full_alert(),
        exercise(),
        cancel_of(&full_alert()),
        retraction,
    ] {
        let xml = alert.to_xml().unwrap();
        assert_eq!(
            schema_errors(&validator, &xml),
            Vec::<String>::new(),
            "{xml}"
        );
    }
}

#[test]
fn val_the_standards_own_example_passes_schema_and_reader() {
    let example = include_str!("data/cap_amber_alert_example.xml");
    assert_eq!(schema_errors(&validator(), example), Vec::<String>::new());
    let alert = Alert::from_xml(example).unwrap();
    assert_eq!(alert.sent.to_string(), "2003-06-11T22:39:00-07:00");
    assert_eq!(alert.infos.len(), 2);
    assert_eq!(alert.infos[1].event, "Abducción de Niño");
    // The standard's example names no end and tells nobody what to do: our rules are stricter.
    let rules: Vec<&str> = check_xml(example)
        .iter()
        .map(|finding| finding.rule)
        .collect();
    assert!(
        rules.contains(&"FW-CAP-050") && rules.contains(&"FW-CAP-072"),
        "{rules:?}"
    );
}

/// Each replaces one text of a good message by another; the schema and our reader must both refuse.
const BROKEN: &[(&str, &str, &str)] = &[
    (
        "FW-CAP-009",
        "<sent>2026-03-01T12:00:00-00:00</sent>",
        "<sent>2026-03-01T12:00:00Z</sent>",
    ),
    (
        "FW-CAP-009",
        "<sent>2026-03-01T12:00:00-00:00</sent>",
        "<sent>2026-03-01T12:00:00.5-00:00</sent>",
    ),
    (
        "FW-CAP-009",
        "<sent>2026-03-01T12:00:00-00:00</sent>",
        "<sent>2026-03-01T12:00:00</sent>",
    ),
    (
        "FW-CAP-009",
        "<sent>2026-03-01T12:00:00-00:00</sent>",
        "<sent>2026-02-30T12:00:00-00:00</sent>",
    ),
    (
        "FW-CAP-009",
        "<sent>2026-03-01T12:00:00-00:00</sent>",
        "<sent>2026-03-01T12:00:00,00:00</sent>",
    ),
    (
        "FW-CAP-009",
        "<expires>2026-03-01T12:30:00-00:00</expires>",
        "<expires>soon</expires>",
    ),
    (
        "FW-CAP-008",
        "<status>Actual</status>",
        "<status>Bogus</status>",
    ),
    (
        "FW-CAP-008",
        "<status>Actual</status>",
        "<status>actual</status>",
    ),
    (
        "FW-CAP-008",
        "<msgType>Alert</msgType>",
        "<msgType>Retract</msgType>",
    ),
    (
        "FW-CAP-008",
        "<urgency>Immediate</urgency>",
        "<urgency>Immediata</urgency>",
    ),
    (
        "FW-CAP-008",
        "<severity>Extreme</severity>",
        "<severity></severity>",
    ),
    (
        "FW-CAP-008",
        "<certainty>Observed</certainty>",
        "<certainty>Very Likely</certainty>",
    ),
    (
        "FW-CAP-008",
        "<category>CBRNE</category>",
        "<category>Missile</category>",
    ),
    ("FW-CAP-007", "<identifier>fw-2026-0001</identifier>", ""),
    ("FW-CAP-007", "<scope>Public</scope>", ""),
    ("FW-CAP-007", "<event>Missile</event>", ""),
    ("FW-CAP-007", "<areaDesc>The town</areaDesc>", ""),
    ("FW-CAP-007", "<value>CDW</value>", ""),
    (
        "FW-CAP-005",
        "<scope>Public</scope>",
        "<scope>Public</scope><retract>true</retract>",
    ),
    (
        "FW-CAP-005",
        "<scope>Public</scope>",
        "<scope>Public<b/></scope>",
    ),
    (
        "FW-CAP-005",
        "<scope>Public</scope>",
        "<scope>Public</scope>stray text",
    ),
    (
        "FW-CAP-006",
        "<scope>Public</scope>",
        "<scope>Public</scope><scope>Public</scope>",
    ),
    (
        "FW-CAP-006",
        "<msgType>Alert</msgType>",
        "<msgType>Alert</msgType><status>Actual</status>",
    ),
    (
        "FW-CAP-012",
        "<altitude>0</altitude>",
        "<altitude>low</altitude>",
    ),
    (
        "FW-CAP-012",
        "<altitude>0</altitude>",
        "<altitude>1e3</altitude>",
    ),
    ("FW-CAP-012", "<size>12</size>", "<size>12 kB</size>"),
    ("FW-CAP-004", "cap:1.2", "cap:1.1"),
    ("FW-CAP-001", "</alert>", ""),
];

#[test]
fn val_schema_validator_and_reader_refuse_the_same_broken_messages() {
    let validator = validator();
    let good = full_alert().to_xml().unwrap();
    for (rule, from, to) in BROKEN {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "`{from}` does not occur");
        assert!(
            !schema_errors(&validator, &broken).is_empty(),
            "the schema passes `{to}`"
        );
        let error = Alert::from_xml(&broken).expect_err(to);
        let rules: Vec<&str> = check_xml(&broken)
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert!(rules.contains(rule), "`{to}`: {rules:?}");
        assert!(error.line >= 1 && error.column >= 1);
    }
}

#[test]
fn the_reader_refuses_what_this_validator_overlooks() {
    // The schema refuses both (its strings preserve white space, its simple types have no
    // attributes) and libxml2 says so; the validator used here notices neither.
    let good = full_alert().to_xml().unwrap();
    for (rule, from, to) in [
        ("FW-CAP-008", "<status>Actual<", "<status> Actual <"),
        ("FW-CAP-005", "<scope>", "<scope kind=\"x\">"),
    ] {
        let error = Alert::from_xml(&good.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.rule, rule);
    }
}

/// Messages that the schema passes although they are dangerous; here stands the rule that does not.
const PASSED_BY_THE_SCHEMA: &[(&str, &str, &str)] = &[
    (
        "FW-CAP-030",
        "<msgType>Alert</msgType>",
        "<msgType>Cancel</msgType>",
    ),
    (
        "FW-CAP-030",
        "<msgType>Alert</msgType>",
        "<msgType>Update</msgType>",
    ),
    (
        "FW-CAP-010",
        "<incidents>",
        "<references>the one before</references><incidents>",
    ),
    ("FW-CAP-104", " 52,19</polygon>", "</polygon>"),
    ("FW-CAP-101", "<polygon>52,19 ", "<polygon>200,19 "),
    ("FW-CAP-102", "52.15,19.25 12.5", "52.15,500 12.5"),
    ("FW-CAP-011", "52.15,19.25 12.5", "here 12.5"),
    (
        "FW-CAP-105",
        "<polygon>52,19 52,19.5 52.3,19.5 52.3,19 52,19<",
        "<polygon>52,179 52,-179 53,-179 53,179 52,179<",
    ),
    (
        "FW-CAP-106",
        "<polygon>52,19 52,19.5 52.3,19.5 52.3,19 52,19<",
        "<polygon>52,19 53,20 53,19 52,20 52,19<",
    ),
    (
        "FW-CAP-051",
        "<expires>2026-03-01T12:30:00-00:00<",
        "<expires>2026-03-01T11:30:00-00:00<",
    ),
    (
        "FW-CAP-020",
        "<identifier>fw-2026-0001<",
        "<identifier>fw 2026,0001<",
    ),
    (
        "FW-CAP-020",
        "<identifier>fw-2026-0001<",
        "<identifier>fw&lt;0001<",
    ),
];

#[test]
fn val_the_rules_refuse_what_the_schema_passes() {
    let validator = validator();
    let good = full_alert().to_xml().unwrap();
    for (rule, from, to) in PASSED_BY_THE_SCHEMA {
        let dangerous = good.replacen(from, to, 1);
        assert_ne!(dangerous, good, "`{from}` does not occur");
        assert_eq!(
            schema_errors(&validator, &dangerous),
            Vec::<String>::new(),
            "{to}"
        );
        let found = check_xml(&dangerous)
            .into_iter()
            .find(|finding| finding.rule == *rule);
        let found = found.unwrap_or_else(|| panic!("`{to}` is not found by {rule}"));
        assert!(found.line.is_some() && found.column.is_some(), "{found}");
    }
}
