.PHONY: build enable-service disable-service start-service stop-service restart-service nuke-service

build:
	@mkdir -p etc

enable-service: build ## Enable a service: make enable-service NAME
	@test -f services-available/$(NAME).yml || { \
		echo "No such service: services-available/$(NAME).yml" >&2; exit 1; }
	@ln -sf ../services-available/$(NAME).yml services-enabled/$(NAME).yml
	@$(MAKE) --no-print-directory scaffold-build $(NAME)
	@echo "$(NAME) enabled"

disable-service: stop-service ## Disable a service
	@rm -f services-enabled/$(NAME).yml

start-service: enable-service ## Start a service
	@echo "$(NAME) started"

stop-service: ## Stop a service
	@echo "$(NAME) stopped"

restart-service: stop-service start-service ## Restart a service

nuke-service: ## Disable a service and remove its data
	@$(MAKE) --no-print-directory disable-service $(NAME)
	@rm -rf etc/$(NAME)

scaffold-build: ## Build the scaffold of a service
	@if [ -d services-scaffold/$(NAME) ]; then \
		mkdir -p etc/$(NAME); cp services-scaffold/$(NAME)/env.template etc/$(NAME)/env; \
		echo "scaffold of $(NAME) built"; fi

list-services: ## List the services there are
	@ls services-available | sed 's/\.yml$$//'
