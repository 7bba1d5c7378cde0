//! The order of times.

use super::{Findings, Key, child};
use crate::time::Time;
use crate::types::{Alert, Info, MsgType, Urgency};

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    let warns = matches!(alert.msg_type, MsgType::Alert | MsgType::Update);
    for (index, info) in alert.infos.iter().enumerate() {
        let path = child("alert", "info", index);
        findings.require(
            !warns || info.expires.is_some(),
            Key::ExpiresAbsent,
            &path,
            || "no `expires`".to_owned(),
        );
        check_expires(alert, info, &path, findings);
        check_begin(alert, info, &path, findings);
    }
}

fn check_expires(alert: &Alert, info: &Info, path: &str, findings: &mut Findings) {
    let Some(expires) = info.expires else { return };
    let path = format!("{path}/expires[1]");
    let after = |other: Time| expires.unix_s() > other.unix_s();
    findings.require(after(alert.sent), Key::ExpiresSent, &path, || {
        format!("{expires} is not after {}", alert.sent)
    });
    if let Some(effective) = info.effective {
        findings.require(after(effective), Key::ExpiresEffective, &path, || {
            format!("{expires} is not after {effective}")
        });
    }
    if let Some(onset) = info.onset {
        let lasts = expires.unix_s() >= onset.unix_s();
        findings.require(lasts, Key::ExpiresOnset, &path, || {
            format!("{expires} is before {onset}")
        });
    }
}

fn check_begin(alert: &Alert, info: &Info, path: &str, findings: &mut Findings) {
    if let Some(effective) = info.effective {
        let good = effective.unix_s() >= alert.sent.unix_s();
        let path = format!("{path}/effective[1]");
        findings.require(good, Key::EffectivePast, &path, || {
            format!("{effective} is before {}", alert.sent)
        });
    }
    // Something already under way has begun before the message: only the later urgencies promise
    // time in between.
    let ahead = matches!(info.urgency, Urgency::Expected | Urgency::Future);
    if let Some(onset) = info.onset.filter(|_| ahead) {
        let effective = info.effective.unwrap_or(alert.sent);
        let good = onset.unix_s() >= effective.unix_s();
        findings.require(
            good,
            Key::OnsetEffective,
            &format!("{path}/onset[1]"),
            || format!("{onset} is before {effective}"),
        );
    }
}

/// The rules that need the present.
pub(super) fn check_now(alert: &Alert, now: Time, findings: &mut Findings) {
    let past = alert.sent.unix_s() <= now.unix_s();
    findings.require(past, Key::SentFuture, "alert/sent[1]", || {
        format!("{} is after {now}", alert.sent)
    });
    for (index, info) in alert.infos.iter().enumerate() {
        let Some(expires) = info.expires else {
            continue;
        };
        let valid = expires.unix_s() > now.unix_s();
        let path = format!("{}/expires[1]", child("alert", "info", index));
        findings.require(valid, Key::ExpiredNow, &path, || {
            format!("{expires} has passed")
        });
    }
}
