# One verb a line; `make help` lists them.

CARGO ?= cargo
BUF   ?= npx --yes @bufbuild/buf@1.75.0

LANGUAGES = $(notdir $(basename $(wildcard clients/generate/languages/*.py)))
CLIENTS  ?= $(LANGUAGES)
# What callers may rely on: the last release, and before there is one, the commit that the file names.
BASELINE ?= $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || cat proto/baseline)

FUZZ_TARGETS  = $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))
FUZZ_SECONDS ?= 10

VERSION   = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

.DEFAULT_GOAL := help
.PHONY: help demo test check lint proto deny audit fuzz grpcurl bench soak image static conformance compatibility clients reference generated

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

demo: ## start the gateway on an embedded Flinks, walk through a sign-in, stay up
	$(CARGO) run --locked -- demo

test: ## run all tests: the gateway's, under both generations of Flinks' documentation, and every client's
	tests/install
	$(CARGO) test --locked --workspace
	FLINKS_GENERATION=help-2019 $(CARGO) test --locked --test e2e -- --skip faults::
	$(MAKE) conformance

check: lint proto deny generated grpcurl compatibility fuzz ## all that CI runs beside the tests

lint: ## formatting, clippy and documentation, warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items

proto: ## lint and format the contract, and compare it with what callers rely on (needs npx)
	$(BUF) lint
	$(BUF) format --diff --exit-code
	$(BUF) breaking --against '.git#ref=$(BASELINE)'

deny: ## licences, bans and sources of all dependencies (needs cargo-deny)
	$(CARGO) deny --locked --log-level error check bans licenses sources
	$(CARGO) deny --locked --log-level error --manifest-path clients/rust/Cargo.toml --config deny.toml \
	  check bans licenses sources
	$(CARGO) deny --locked --log-level error --manifest-path fuzz/Cargo.toml --config deny.toml \
	  check bans licenses sources

audit: ## known holes in dependencies, where RustSec's database is at hand (needs cargo-deny)
	$(CARGO) deny --locked --offline check advisories

# Without a sanitizer: those find what unsafe code does, ours has none, and with one everything is built twice as long,
# by a nightly toolchain. Overflows and panics are found all the same.
FUZZ = $(CARGO) fuzz run --sanitizer none --target-dir target/fuzz

fuzz: ## try every decoder of bytes from outside with made-up ones, each for FUZZ_SECONDS=10 (needs cargo-fuzz)
	$(CARGO) fetch --locked --quiet --manifest-path fuzz/Cargo.toml
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p fuzz/corpus/$$target fuzz/regressions/$$target; \
	  $(FUZZ) $$target fuzz/corpus/$$target fuzz/seeds/$$target fuzz/regressions/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -max_len=65536 -verbosity=0 -print_final_stats=1 || exit 1; \
	done

grpcurl: ## paste the lines that the demo prints (needs grpcurl)
	tests/grpcurl.sh

conformance: ## build, install and run every client, or only CLIENTS="python go"
	$(CARGO) build --locked --workspace
	for client in $(CLIENTS); do \
	  echo "clients/$$client" && clients/$$client/install target/clients/$$client || exit 1; \
	done
	target/debug/flinks-conformance $(if $(filter-out $(CLIENTS),$(LANGUAGES)),,--page README.md) $(CLIENTS:%=target/clients/%)
	$(if $(filter typescript,$(CLIENTS)),clients/typescript/browser/test target/clients/typescript target/debug/flinks-gateway)

compatibility: ## run old clients against this gateway, and these clients against the old one
	clients/compatibility $(BASELINE)

clients: ## generate what the clients have from the contract (needs npx, python3, go, mvn, Debian 12's protoc and gRPC plugins)
	python3 clients/generate

reference: ## generate proto/reference.md (needs npx, go)
	GOBIN=$(CURDIR)/target/tools/protoc-gen-doc go install github.com/pseudomuto/protoc-gen-doc/cmd/protoc-gen-doc@v1.5.1
	$(BUF) generate --template proto/reference.gen.yaml

generated: clients reference ## fail when generating anything again changes it
	git diff --exit-code -- clients proto
	test -z "$$(git ls-files --others --exclude-standard -- clients proto)"

bench: ## measure speed and memory beside a naive gateway
	$(CARGO) bench --locked --profile dist --bench gateway

image: ## build the container image (needs docker)
	docker build --file deploy/Dockerfile --tag flinks-gateway:$(VERSION) .

static: ## build what the image holds without docker, and run it in an empty root (needs musl-tools, Rust's musl target, root)
	CC_x86_64_unknown_linux_musl=musl-gcc $(CARGO) build --locked --profile dist --no-default-features \
	  --target x86_64-unknown-linux-musl --bin flinks-gateway
	deploy/empty-root $${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-musl/dist/flinks-gateway

soak: ## inject all faults in full, against the gateway as it is shipped, and print what was lost, doubled and leaked
	tests/install
	SOAK=1 $(CARGO) test --locked --profile dist --test e2e -- --nocapture --test-threads=1 \
	  faults:: replacements_under_load rolling_restart >target/soak.txt || { cat target/soak.txt; exit 1; }
	@echo '| injected | calls | faults | answers | lost | doubled | leaked | took | notes |'
	@grep '^| ' target/soak.txt
