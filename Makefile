# Thin: each target names one command. What takes more than a line is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run demo test bench pace load check types fmt lint screenshots window-test sim fuzz clean-demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build everything needed and start the demo (prints an address; opens the window where there is a display)
	scripts/run

demo: run ## the same as run

test: ## all tests: Rust, UI, real Chromium, the real window, the story on every sample roster
	scripts/test

check: ## the quick look before a commit: does everything compile and type-check
	cargo check --workspace --all-targets --exclude gridwalk
	scripts/ui modules
	npm --prefix app/ui run check

lint: ## formatting, clippy, the UI's own rules
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	scripts/ui modules
	npm --prefix app/ui run lint

fmt: ## format all Rust
	cargo fmt --all

types: ## write the TypeScript types from the command list
	GRIDWALK_WRITE_TYPES=1 cargo test -q -p shared-model the_generated_types_are_current

window-test: ## click in the real window on a display of its own
	scripts/setup test
	scripts/ui
	cargo build -p gridwalk -p sync-server
	scripts/window-test

screenshots: ## a picture of every screen: into docs/screenshots, and in every look and both languages into target/screenshots
	scripts/setup test
	scripts/ui
	cargo build -p app-headless -p sync-server
	npm --prefix app/ui run screenshots
	npm --prefix app/ui run screenshots -- --all

pace: ## what a worker waits for on a phone with five years in it, in a browser (minutes)
	scripts/ui
	cargo build --release -p app-headless -p sync-server
	GRIDWALK_BIN=$${CARGO_TARGET_DIR:-target}/release npm --prefix app/ui run pace

bench: ## the promised times, measured in release beside their lower bounds
	cargo bench -p e2e --bench promises

load: ## a thousand devices at once through the server: requests a second, the slowest hundredth, memory (LOAD_STRICT=1 fails beyond the promise)
	cargo test --release -p sync-server --test load -- --ignored --nocapture

sim: ## the simulated network: SEEDS=2000 runs as many histories, SEED=7 replays one
	SIM_SEEDS=$(or $(SEEDS),2000) SIM_SEED=$(SEED) cargo test --profile sim -p e2e --test sim -- --nocapture

fuzz: ## mutants of changes, commands and requests through the server: MUTANTS=1000000, SEED=2 another run
	FUZZ_MUTANTS=$(or $(MUTANTS),100000) FUZZ_SEED=$(or $(SEED),1) cargo test --release -p sync-server --test fuzz -- --nocapture

clean-demo: ## forget the demo's data
	rm -rf .demo
