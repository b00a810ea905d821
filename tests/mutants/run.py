#!/usr/bin/env python3
"""Breaks one rule of sync at a time and lets the simulation find it.

Each mutant is a replacement of a few lines that must match exactly once: when the code moves on, the runner says so instead of testing
nothing. It works in a copy of the last commit, so the work tree is never touched.

    tests/mutants/run.py                 all of them
    tests/mutants/run.py NAME [NAME …]   only these
    SEEDS=400                            seeds tried for each (default 200)

Prints a table: mutant, the seed that found it, what broke. Exits with 1 when one lives or no longer applies.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = Path(os.environ.get("MUTANTS_DIR", ROOT / "target" / "mutants"))
SEEDS = os.environ.get("SEEDS", "200")


def run(*args, **kwargs):
    return subprocess.run(args, text=True, capture_output=True, **kwargs)


def fresh_copy():
    """The last commit, in a work tree of its own."""
    if not SCRATCH.exists():
        out = run("git", "worktree", "add", "--detach", str(SCRATCH), "HEAD", cwd=ROOT)
        if out.returncode:
            sys.exit(out.stderr)
    head = run("git", "rev-parse", "HEAD", cwd=ROOT).stdout.strip()
    for command in (["checkout", "-q", "--detach", head], ["checkout", "-q", "--", "."]):
        out = run("git", *command, cwd=SCRATCH)
        if out.returncode:
            sys.exit(out.stderr)


def broken(mutant):
    """Applies it; the words why not, or None."""
    for file, old, new in mutant["edits"]:
        path = SCRATCH / file
        text = path.read_text(encoding="utf8")
        if text.count(old) != 1:
            return f"no longer applies to {file} ({text.count(old)} matches)"
        path.write_text(text.replace(old, new), encoding="utf8")
    return None


def mended(mutant):
    run("git", "checkout", "-q", "--", *[file for file, _, _ in mutant["edits"]], cwd=SCRATCH)


def last_words(text):
    """The first panic's own words."""
    found = re.search(r"panicked at ([^\n]*):\n([^\n]*)", text)
    return found.group(2).strip() if found else "no panic was printed"


def found_by(mutant):
    """(what found it, its words), or None when nothing did."""
    env = {**os.environ, "RUST_BACKTRACE": "0", "SIM_STOP": "1", "SIM_SEEDS": SEEDS, "CARGO_TERM_COLOR": "never"}
    env.setdefault("CARGO_TARGET_DIR", str(ROOT / "target" / "of-mutants"))
    if "test" in mutant:
        package, name = mutant["test"]
        command = ["cargo", "test", "-q", "-p", package, name]
    else:
        command = ["cargo", "test", "-q", "-p", "e2e", "--test", "sim", "whatever"]
    out = run(*command, cwd=SCRATCH, env=env)
    text = out.stdout + out.stderr
    if "could not compile" in text:
        sys.exit(f"{mutant['name']} does not compile:\n{text[-3000:]}")
    if out.returncode == 0:
        return None
    if "test" in mutant:
        return f"test {mutant['test'][1]}", last_words(text)
    seed = re.search(r"seed (\d+) failed", text)
    return f"seed {seed.group(1) if seed else '?'}", last_words(text)


def main():
    asked = set(sys.argv[1:])
    unknown = asked - {m["name"] for m in MUTANTS}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    fresh_copy()
    alive = []
    print("| mutant | found by | what broke |\n|---|---|---|", flush=True)
    for mutant in MUTANTS:
        if asked and mutant["name"] not in asked:
            continue
        why = broken(mutant)
        result = None if why else found_by(mutant)
        mended(mutant)
        if result is None:
            alive.append(mutant["name"])
        by, words = result or ("–", f"**{why or 'lives'}**")
        words = words.replace("|", "\\|")
        print(f"| {mutant['name']} | {by} | {words[:160]} |", flush=True)
    if alive:
        sys.exit(f"not found: {', '.join(alive)}")


if __name__ == "__main__":
    main()
