//! An independent reader, the crate `oasiscap` 0.2, understands what is written.
//!
//! It cannot tell a Cancel without references, an unknown rule of ours, expiry before sending or
//! any relation between messages; it does not keep the offset's sign of zero. It is a check of the
//! values that arrive, not of the rules.

mod common;

use common::{cancel_of, full_alert};
use oasiscap::v1dot2;

fn read(text: &str) -> v1dot2::Alert {
    text.parse::<v1dot2::Alert>()
        .expect("another reader understands it")
}

#[test]
fn val_oasiscap_reads_the_same_values() {
    let ours = full_alert();
    let theirs = read(&ours.to_xml().unwrap());
    assert_eq!(theirs.identifier.as_str(), ours.identifier);
    assert_eq!(theirs.sender.as_str(), ours.sender);
    assert_eq!(theirs.sent.to_string(), ours.sent.to_string());
    assert_eq!(theirs.status, v1dot2::Status::Actual);
    assert_eq!(theirs.info.len(), ours.infos.len());
    for (their, our) in theirs.info.iter().zip(&ours.infos) {
        assert_eq!(their.event, our.event);
        assert_eq!(
            their.expires.map(|time| time.to_string()),
            our.expires.map(|time| time.to_string())
        );
        assert_eq!(their.areas.len(), 1);
        assert_eq!(their.areas[0].polygons.len(), 1);
        assert_eq!(their.areas[0].circles.len(), 1);
    }
}

#[test]
fn val_oasiscap_reads_our_references() {
    let alert = full_alert();
    let theirs = read(&cancel_of(&alert).to_xml().unwrap());
    assert_eq!(theirs.message_type, v1dot2::MessageType::Cancel);
    let references: Vec<_> = theirs
        .references
        .iter()
        .flat_map(|list| list.iter())
        .collect();
    assert_eq!(references.len(), 1);
    assert_eq!(references[0].identifier.as_str(), alert.identifier);
    assert_eq!(references[0].sent.to_string(), alert.sent.to_string());
}
