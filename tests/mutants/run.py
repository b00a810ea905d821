#!/usr/bin/env python3
"""Breaks one rule of sync at a time and lets the simulation find it.

Each mutant is a replacement of a few lines that must match exactly once: when the code moves on, the runner says so instead of testing
nothing. All of them are built into one program, in a copy of the last commit, and each is off until `GRIDWALK_MUTANT` names it; the work
tree is never touched.

    tests/mutants/run.py                 all of them; writes tests/mutants/TABLE.md
    tests/mutants/run.py NAME [NAME …]   only these; the others keep their line in the table
    tests/mutants/run.py --check         does each still apply? Builds nothing
    SEEDS=400 FROM=1000                  seeds tried for each (default 300), and the first of them

A seed counts only when it passes while no mutant is named, and only when a check broke: not when a program itself fell. Exits with 1 when a
mutant lives or no longer applies.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = Path(os.environ.get("MUTANTS_DIR", ROOT / "target" / "mutants"))
TABLE = ROOT / "tests" / "mutants" / "TABLE.md"
SEEDS = int(os.environ.get("SEEDS", "300"))
FROM = int(os.environ.get("FROM", "0"))
SIM = "whatever_happens_nothing_is_lost_and_everybody_agrees_in_the_end"
# The dev profile, whose dependencies are there already; what is broken is compiled anew, quickly, and still runs fast enough.
ENV = {**os.environ, "RUST_BACKTRACE": "0", "CARGO_TERM_COLOR": "never", "CARGO_PROFILE_DEV_OPT_LEVEL": "1", "SIM_STOP": "1"}
ENV.setdefault("CARGO_TARGET_DIR", str(ROOT / "target"))


def run(*args, **kwargs):
    return subprocess.run(args, text=True, capture_output=True, **kwargs)


def must(*args, **kwargs):
    out = run(*args, **kwargs)
    if out.returncode:
        sys.exit(f"{' '.join(args)}:\n{out.stderr[-3000:]}")
    return out


def fresh_copy():
    """The last commit, in a work tree of its own."""
    if not SCRATCH.exists():
        must("git", "worktree", "add", "--detach", str(SCRATCH), "HEAD", cwd=ROOT)
    head, there = (must("git", "rev-parse", "HEAD", cwd=at).stdout.strip() for at in (ROOT, SCRATCH))
    if head != there:
        must("git", "checkout", "-q", "--force", "--detach", head, cwd=SCRATCH)


SWITCH = """
/// Is this rule to be broken?
#[allow(dead_code)]
fn mutant(name: &str) -> bool {
    static NAMED: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    NAMED.get_or_init(|| std::env::var("GRIDWALK_MUTANT").unwrap_or_default()) == name
}
"""


def with_all(base):
    """Every file that some mutant touches, with all of them in it; and of each mutant that does not apply any more, why."""
    texts, stale = {}, {}
    for mutant in MUTANTS:
        for file, old, new in mutant["edits"]:
            text = texts.get(file) or must("git", "show", f"HEAD:./{file}", cwd=base).stdout + SWITCH
            if text.count(old) != 1:
                stale[mutant["name"]] = f"no longer applies to {file} ({text.count(old)} matches)"
                continue
            texts[file] = text.replace(old, new.replace("MUTANT", f'mutant("{mutant["name"]}")'))
    return texts, stale


def built(package, target):
    """The test program of a target."""
    what = ["--test", target] if target else ["--lib"]
    out = run("cargo", "test", "-p", package, *what, "--no-run", cwd=SCRATCH, env=ENV)
    found = re.findall(r"Executable .*\((.*)\)", out.stderr)
    if out.returncode or not found:
        sys.exit(f"{package} does not compile:\n{out.stderr[-3000:]}")
    return str(SCRATCH / found[-1])


def first_words(text):
    """(file, words) of the first panic."""
    found = re.search(r"panicked at ([^\n]*?):\d+:\d+:\n([^\n]*)(?:\n +left: ([^\n]*)\n +right: ([^\n]*))?", text)
    if not found:
        return "", "no panic was printed"
    words = found.group(2).strip()
    if found.group(3) is not None:
        words = f"{words.replace('assertion `left == right` failed', '').strip(': ')}: {found.group(3)[:90]} ≠ {found.group(4)[:60]}".strip(": ")
    return found.group(1), words


def seed_of(mutant, program):
    """(seed, words) of the first history that shows the mutant and passes without it; None when there is none."""
    named, start = {**ENV, "GRIDWALK_MUTANT": mutant["name"]}, FROM
    while start < FROM + SEEDS:
        out = run(program, SIM, cwd=SCRATCH / "tests", env={**named, "SIM_FROM": str(start), "SIM_SEEDS": str(FROM + SEEDS - start)})
        if out.returncode == 0:
            return None
        seeds = sorted(int(s) for s in re.findall(r"seed (\d+) failed after", out.stdout + out.stderr))
        if not seeds:
            sys.exit(f"{mutant['name']}: the simulation did not run:\n{(out.stdout + out.stderr)[-2000:]}")
        for seed in seeds:
            one = {"SIM_SEED": str(seed)}
            alone = run(program, SIM, cwd=SCRATCH / "tests", env={**named, **one})
            file, words = first_words(alone.stdout + alone.stderr)
            if file.startswith("tests/") and run(program, SIM, cwd=SCRATCH / "tests", env={**ENV, **one}).returncode == 0:
                return f"seed {seed}", words
            print(f"  (seed {seed} does not count: {file} {words[:120]})", file=sys.stderr, flush=True)
            start = max(start, seed + 1)
    return None


def test_of(mutant):
    """(test, words) when the named test breaks, and only with the mutant."""
    package, target, name = mutant["test"]
    program = built(package, target)
    plain = run(program, name, cwd=SCRATCH, env=ENV)
    if plain.returncode or not re.search(rf"test [\w:]*{name} \.\.\. ok", plain.stdout):
        sys.exit(f"{mutant['name']}: {name} does not pass without the mutant:\n{(plain.stdout + plain.stderr)[-2000:]}")
    out = run(program, name, cwd=SCRATCH, env={**ENV, "GRIDWALK_MUTANT": mutant["name"]})
    return (f"test `{name}`", first_words(out.stdout + out.stderr)[1]) if out.returncode else None


def lines_of_table():
    if not TABLE.exists():
        return {}
    rows = [line for line in TABLE.read_text(encoding="utf8").splitlines() if line.startswith("| ")]
    return {line.split("|")[1].strip(): line for line in rows[1:]}


def write_table(lines):
    text = "# Each rule broken once\n\nWritten by `tests/mutants/run.py`: a rule of merging and sync, broken; the first history or the test that shows it; the check that broke.\n\n"
    text += "| broken rule | found by | what broke |\n|---|---|---|\n"
    text += "".join(f"{lines[m['name']]}\n" for m in MUTANTS if m["name"] in lines)
    TABLE.write_text(text, encoding="utf8")


def main():
    asked = set(sys.argv[1:])
    if asked == {"--check"}:
        sys.exit("\n".join(f"{name}: {why}" for name, why in with_all(ROOT)[1].items()) or None)
    unknown = asked - {m["name"] for m in MUTANTS}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    fresh_copy()
    texts, stale = with_all(SCRATCH)
    for file, text in texts.items():
        # what is as it was is not compiled again
        if (SCRATCH / file).read_text(encoding="utf8") != text:
            (SCRATCH / file).write_text(text, encoding="utf8")
    program = None
    alive, lines = [], lines_of_table()
    for mutant in MUTANTS:
        if asked and mutant["name"] not in asked:
            continue
        why = stale.get(mutant["name"])
        result = None
        if not why and "test" in mutant:
            result = test_of(mutant)
        elif not why:
            program = program or built("e2e", "sim")
            result = seed_of(mutant, program)
        if result is None:
            alive.append(mutant["name"])
        by, words = result or ("–", f"**{why or 'lives'}**")
        words = words.replace("|", "\\|").replace("`", "'")
        lines[mutant["name"]] = f"| {mutant['name']} | {by} | {words[:200]} |"
        print(lines[mutant["name"]], flush=True)
        write_table(lines)
    if alive:
        sys.exit(f"not found: {', '.join(alive)}")


if __name__ == "__main__":
    main()
