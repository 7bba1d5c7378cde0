//! Same input, same bytes: whatever the threads, the speed, the instruction set, the channel.

use super::*;

#[track_caller]
fn must_be_the_reference(out: &Path) {
    assert!(
        events(out) == events(&reference().out),
        "events differ in {}",
        out.display()
    );
}

#[test]
fn two_threads_give_the_same_bytes() {
    let out = folder("two-threads");
    must_end_with(
        &forewarn(&[
            "run",
            text(&reference().recording),
            "--out",
            text(&out),
            "--threads",
            "2",
        ]),
        0,
    );
    must_be_the_reference(&out);
}

#[test]
fn an_older_processor_gives_the_same_bytes() {
    let out = folder("older-processor");
    let output = Command::new(env!("CARGO_BIN_EXE_forewarn"))
        .args(["run", text(&reference().recording), "--out", text(&out)])
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F")
        .output()
        .unwrap();
    must_end_with(&output, 0);
    must_be_the_reference(&out);
    let again = folder("older-recording");
    let output = Command::new(env!("CARGO_BIN_EXE_forewarn"))
        .args(["simulate", text(&scenario()), "--out", text(&again)])
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F")
        .output()
        .unwrap();
    must_end_with(&output, 0);
    let detections = |dir: &Path| std::fs::read(dir.join("detections.ndjson")).unwrap();
    assert!(detections(&again) == detections(&reference().recording));
}

#[test]
fn standard_input_gives_the_same_bytes() {
    let recording = copy_of_recording("standard-input");
    let detections = std::fs::read(recording.join("detections.ndjson")).unwrap();
    std::fs::remove_file(recording.join("detections.ndjson")).unwrap();
    let out = folder("standard-input-out");
    let arguments = [
        "run",
        text(&recording),
        "--out",
        text(&out),
        "--detections",
        "-",
    ];
    must_end_with(&forewarn_with_input(&arguments, &detections), 0);
    must_be_the_reference(&out);
}

#[test]
fn a_faster_clock_gives_the_same_bytes() {
    let out = folder("paced");
    must_end_with(
        &forewarn(&[
            "run",
            text(&reference().recording),
            "--out",
            text(&out),
            "--speed",
            "500",
        ]),
        0,
    );
    must_be_the_reference(&out);
}

#[test]
fn the_seed_decides_the_recording() {
    let (same, other) = (folder("same-seed"), folder("other-seed"));
    must_end_with(
        &forewarn(&[
            "simulate",
            text(&scenario()),
            "--out",
            text(&same),
            "--seed",
            "1",
        ]),
        0,
    );
    must_end_with(
        &forewarn(&[
            "simulate",
            text(&scenario()),
            "--out",
            text(&other),
            "--seed",
            "2",
        ]),
        0,
    );
    let all = |dir: &Path| {
        [
            "detections.ndjson",
            "truth.ndjson",
            "sensors.toml",
            "recording.toml",
        ]
        .map(|name| std::fs::read(dir.join(name)).unwrap())
    };
    assert!(all(&same) == all(&reference().recording));
    assert!(all(&same) != all(&other));
}
