//! `smoke`: every target on stable Rust, for a fixed time or a fixed number of inputs.
//!
//! Inputs come from a seed, so a failure names everything that repeats it: target and number.
//!
//! ```text
//! smoke [--seconds N | --inputs N] [TARGET…]   run; N is shared between the targets
//! smoke --replay NUMBER TARGET                 one input again
//! smoke --corpus FOLDER TARGET                 write the valid inputs to begin with
//! ```

use std::{
    panic,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use conclave_fuzz::{TARGETS, Target, mutate};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SEED: u64 = 0x636f_6e63_6c61_7665;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::from(2)
        }
    }
}

/// When to stop.
#[derive(Clone, Copy)]
enum Limit {
    Time(Duration),
    Inputs(u64),
}

fn run(args: Vec<String>) -> Result<bool, String> {
    let mut limit = Limit::Time(Duration::from_secs(30));
    let (mut replay, mut corpus, mut chosen) = (None, None, Vec::new());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut number = || -> Result<u64, String> {
            let word = args.next().ok_or(format!("{arg} needs a number"))?;
            word.parse().map_err(|_| format!("{word} is no number"))
        };
        match arg.as_str() {
            "--seconds" => limit = Limit::Time(Duration::from_secs(number()?)),
            "--inputs" => limit = Limit::Inputs(number()?),
            "--replay" => replay = Some(number()?),
            "--corpus" => corpus = Some(args.next().ok_or("--corpus needs a folder")?),
            name => chosen.push(*named(name)?),
        }
    }
    if chosen.is_empty() {
        chosen = TARGETS.to_vec();
    }
    if let Some(folder) = corpus {
        return write_corpus(Path::new(&folder), &chosen).map(|()| true);
    }
    if let Some(number) = replay {
        return Ok(chosen
            .iter()
            .all(|target| one(target, &(target.corpus)(), number).is_ok()));
    }
    // A panic is reported once, with the input that caused it.
    panic::set_hook(Box::new(|_| {}));
    let share = match limit {
        Limit::Time(time) => Limit::Time(time / u32::try_from(chosen.len()).unwrap_or(1)),
        Limit::Inputs(n) => Limit::Inputs(n.div_ceil(chosen.len() as u64)),
    };
    let mut good = true;
    for target in &chosen {
        good &= fuzz(target, share);
    }
    Ok(good)
}

fn named(name: &str) -> Result<&'static Target, String> {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| {
            let all: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            format!("there is no target {name}; there are: {}", all.join(" "))
        })
}

/// Runs one target and says how it went.
fn fuzz(target: &Target, limit: Limit) -> bool {
    let corpus = (target.corpus)();
    if corpus.is_empty() {
        println!("{:<14} FAILED: no valid input to begin with", target.name);
        return false;
    }
    for (n, valid) in corpus.iter().enumerate() {
        if let Err(why) = guarded(target, valid) {
            println!("{:<14} FAILED at valid input {n}: {why}", target.name);
            return false;
        }
    }
    let start = Instant::now();
    let (mut number, mut slowest) = (0, (Duration::ZERO, 0));
    let more = |number| match limit {
        Limit::Time(time) => start.elapsed() < time,
        Limit::Inputs(n) => number < n,
    };
    while more(number) {
        let before = Instant::now();
        if let Err(why) = one(target, &corpus, number) {
            println!("{:<14} FAILED at input {number}: {why}", target.name);
            println!("{:<14} again: --replay {number} {}", "", target.name);
            return false;
        }
        slowest = slowest.max((before.elapsed(), number));
        number += 1;
    }
    println!(
        "{:<14} {number:>9} inputs, slowest {:>6.1} ms (number {})",
        target.name,
        slowest.0.as_secs_f64() * 1e3,
        slowest.1
    );
    true
}

fn one(target: &Target, corpus: &[Vec<u8>], number: u64) -> Result<(), String> {
    guarded(target, &mutate::input(corpus, SEED, number))
}

/// Runs one input; an error is a panic or more memory than its size allows.
fn guarded(target: &Target, bytes: &[u8]) -> Result<(), String> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let outcome = panic::catch_unwind(|| (target.run)(bytes));
    let used = MEMORY.peak_usage().saturating_sub(before);
    if let Err(cause) = outcome {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        return Err(format!("panic: {}", text.unwrap_or_default()));
    }
    let allowed = target.spare + 64 * bytes.len();
    if used > allowed {
        return Err(format!("{} bytes cost {used} bytes of memory", bytes.len()));
    }
    Ok(())
}

fn write_corpus(folder: &Path, chosen: &[Target]) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    for target in chosen {
        for (n, bytes) in (target.corpus)().iter().enumerate() {
            let file = folder.join(format!("{}-{n}", target.name));
            std::fs::write(file, bytes).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    fn target(run: fn(&[u8])) -> Target {
        Target {
            name: "planted",
            run,
            corpus: || vec![vec![1, 2, 3]],
            spare: 1 << 20,
        }
    }

    #[test]
    fn a_panic_and_a_glutton_are_found() {
        assert_eq!(guarded(&target(|_| {}), &[0]), Ok(()));
        let panics = guarded(&target(|b| assert!(b.is_empty(), "planted")), &[0]);
        assert!(panics.is_err_and(|why| why.contains("planted")));
        let eats = target(|_| drop(black_box(vec![1_u8; 8 << 20])));
        assert!(guarded(&eats, &[0]).is_err_and(|why| why.contains("memory")));
        // Found by mutation too, not only in what is handed over.
        let picky = target(|b| assert!(b.len() == 3, "planted"));
        assert!(!fuzz(&picky, Limit::Inputs(1000)));
    }
}
