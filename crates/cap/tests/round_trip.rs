//! Whatever can be written is read back equal and passes the schema; no text makes the reader panic.

mod common;

use common::{at, full_alert, schema_errors, validator};
use forewarn_cap::{
    Alert, Category, Certainty, Circle, Grade, MsgType, NamedValue, Point, Polygon, Scope,
    Severity, Status, Urgency, check, check_xml,
};
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    // Everything XML can carry that is not blank; placeholders and phrases are the rules' affair.
    "[ \t\r\n]{0,2}[a-zA-Z0-9<>&\"'\\]\u{a1}-\u{2ff}\u{1f600}]{1,20}[ \r\n\u{85}\u{2028}]{0,2}"
}

prop_compose! {
    fn square()(latitude_deg in -89.0..88.0f64, longitude_deg in -179.0..178.0f64, size_deg in 0.001..1.0f64) -> Polygon {
        Polygon::closed(&[
            (latitude_deg, longitude_deg),
            (latitude_deg, longitude_deg + size_deg),
            (latitude_deg + size_deg, longitude_deg + size_deg),
            (latitude_deg + size_deg, longitude_deg),
        ])
    }
}

prop_compose! {
    fn alerts()(
        texts in prop::collection::vec(words(), 8),
        polygons in prop::collection::vec(square(), 0..3),
        circle in (-90.0..=90.0f64, -180.0..=180.0f64, 0.001..20_000.0f64),
        choices in (0usize..5, 0usize..5, 0usize..5, 0usize..12, 0usize..3),
        times in (0i64..4_000, 1i64..100_000),
    ) -> Alert {
        let mut alert = full_alert();
        alert.status = Status::ALL[choices.0];
        alert.scope = Scope::ALL[choices.4];
        alert.restriction = (alert.scope == Scope::Restricted).then(|| texts[0].clone());
        alert.sent = at(times.0);
        alert.source = Some(texts[1].clone());
        alert.note = Some(texts[2].clone());
        let severity = Severity::ALL[choices.1];
        let certainty = Certainty::ALL[choices.2];
        for info in &mut alert.infos {
            info.categories = vec![Category::ALL[choices.3]];
            (info.urgency, info.severity, info.certainty) = (Urgency::ALL[choices.1], severity, certainty);
            (info.effective, info.onset) = (None, None);
            info.expires = Some(at(times.0 + times.1));
            info.headline = Some(texts[3].clone());
            info.description = Some(texts[4].clone());
            info.instruction = Some(texts[5].clone());
            info.parameters = vec![NamedValue::new(&texts[6], &texts[7])];
            let (latitude_deg, longitude_deg, radius_km) = circle;
            info.areas[0].polygons.clone_from(&polygons);
            info.areas[0].circles = vec![Circle { centre: Point { latitude_deg, longitude_deg }, radius_km }];
        }
        alert
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn prop_what_is_written_is_read_back_equal(alert in alerts()) {
        // Chance may spell `inf` or `TODO`, which is a placeholder.
        prop_assume!(check(&alert).iter().all(|finding| finding.rule != "FW-CAP-078"));
        let xml = alert.to_xml().map_err(|invalid| TestCaseError::fail(invalid.to_string()))?;
        let read = Alert::from_xml(&xml).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&read, &alert);
        prop_assert_eq!(read.to_xml().unwrap(), xml.clone());
        prop_assert_eq!(schema_errors(&validator(), &xml), Vec::<String>::new());
    }

    #[test]
    fn prop_a_message_without_errors_passes_the_schema(
        from in 0usize..3_000, length in 0usize..40, to in "[ -~]{0,6}",
    ) {
        let good = full_alert().to_xml().unwrap();
        let start = floor_boundary(&good, from.min(good.len()));
        let end = floor_boundary(&good, (from + length).min(good.len()));
        let changed = format!("{}{to}{}", &good[..start], &good[end..]);
        let accepted = check_xml(&changed).iter().all(|finding| finding.grade != Grade::Error);
        let errors = schema_errors(&validator(), &changed);
        prop_assert!(!accepted || errors.is_empty(), "{errors:?}\n{changed}");
    }

    #[test]
    fn prop_no_text_panics(text in "\\PC{0,200}") {
        prop_assert!(!check_xml(&text).is_empty());
        prop_assert!(Alert::from_xml(&text).is_err());
    }

    #[test]
    fn prop_no_markup_panics(parts in prop::collection::vec(prop::sample::select(PARTS), 0..30)) {
        let text = parts.concat();
        prop_assert_eq!(Alert::from_xml(&text).is_ok(), false);
        prop_assert!(!check_xml(&text).is_empty());
    }

    #[test]
    fn prop_a_dangling_message_type_is_always_refused(kind in prop::sample::select(&MsgType::ALL[1..])) {
        let mut alert = full_alert();
        alert.msg_type = kind;
        prop_assert!(alert.to_xml().is_err());
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

const PARTS: &[&str] = &[
    "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">",
    "</alert>",
    "<info>",
    "</info>",
    "<area>",
    "</area>",
    "<polygon>1,1 2,2",
    "</polygon>",
    "<sent>",
    "</sent>",
    "&amp;",
    "&#0;",
    "&x;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<",
    ">",
    "<!DOCTYPE a>",
    "<?xml version=\"1.0\"?>",
    "\n",
    "é",
    "<a b='c' b='d'/>",
    "<x:y/>",
];
