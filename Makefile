# onramp-analytics. `make demo` shows it, `make test` tests it; each needs Node 20.20, git and npm.

.PHONY: help demo demo-web collector test test-slow build lint docs bench torture clean

help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## /    make \1	/p' Makefile

demo: build ## Run the homelab example against a collector on this machine
	@npm run --silent build -w packages/collector
	@node examples/demo.mjs

demo-web: build ## Count real visits to an example site, on this machine
	@npm run --silent build -w packages/collector
	@node examples/demo-web.mjs

collector: node_modules/.installed ## Run the collector: docs/collector.md
	@npm run --silent collector

test: build ## Run the tests
	@npm run --silent test

test-slow: build ## Run the slow tests: sieges, kills, pages in every state
	@npm run --silent test:slow

build: node_modules/.installed ## Build bin/onramp-analytics
	@npm run --silent build

lint: node_modules/.installed ## Check style and types
	@npm run --silent lint
	@npm run --silent types

docs: build ## Write the generated parts of the docs anew
	@npm run --silent docs

bench: build ## Measure the overhead; takes a few minutes
	@npm run --silent bench
	@npm run --silent build -w packages/collector
	@node bench/collector.mjs
	@node bench/pages.mjs

torture: build ## Hundreds of kills, and other slow cruelty
	@npm run --silent torture

clean: ## Remove what was built and installed
	@rm -rf build packages/*/dist node_modules

node_modules/.installed: package-lock.json
	@npm ci --no-progress --no-audit --no-fund --loglevel=error
	@touch $@
