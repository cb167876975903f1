# One verb a line; `make help` lists them.

CARGO ?= cargo
BUF   ?= npx --yes @bufbuild/buf@1.75.0

.DEFAULT_GOAL := help
.PHONY: help demo test check lint proto deny grpcurl bench

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: ## start the gateway on an embedded Flinks, walk through a sign-in, stay up
	$(CARGO) run --locked -- demo

test: ## run all tests, under both generations of Flinks' documentation
	$(CARGO) test --locked --workspace
	FLINKS_GENERATION=help-2019 $(CARGO) test --locked --test e2e

check: lint proto deny test grpcurl ## all that CI runs

lint: ## formatting, clippy and documentation, warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items

proto: ## lint and format the contract (needs npx)
	$(BUF) lint
	$(BUF) format --diff --exit-code

deny: ## licences, bans and sources of all dependencies (needs cargo-deny)
	$(CARGO) deny --locked --log-level error check bans licenses sources

grpcurl: ## paste the lines that the demo prints (needs grpcurl)
	tests/grpcurl.sh

bench: ## measure speed and memory beside a naive gateway
	$(CARGO) bench --locked --profile dist --bench gateway
