help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## /    make \1	/p' $(MAKEFILE_LIST)

backup: ## Make a backup (takes a moment)
	@sleep 1; echo "backup made"

logs: ## Follow the logs, until Ctrl-C
	@while :; do echo "a line of the log of $(or $(NAME),everything)"; sleep 1; done

check: ## Fail, as a broken service would
	@echo "the disk of $(or $(NAME),the server) is full" >&2; exit 7

# A recipe that reports an event of its own. Without onramp-analytics the line does nothing.
rebuild-scaffold: scaffold-build ## Build a scaffold again, and report it
	@$(call analytics-event,scaffold_built,service_name=$(NAME))
