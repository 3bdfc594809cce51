enable-override: ## Enable an override: make enable-override NAME
	@test -f overrides-available/$(NAME).yml || { echo "No such override: $(NAME)" >&2; exit 1; }
	@ln -sf ../overrides-available/$(NAME).yml overrides-enabled/$(NAME).yml

disable-override: ## Disable an override
	@rm -f overrides-enabled/$(NAME).yml
