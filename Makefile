# make run        a site at http://localhost:5000 (PORT=, INSTANCE=folder, EXAMPLE=no)
# make test       the tests, on real servers beside the site (ARGS='-k name')
# make stop | status | logs | clean
# make token USER=name        an API token
# make ckan ARGS='user list'  CKAN's command line

INSTANCE ?= instance
YES ?= no
ARGS ?=
export ARGS
MAKE_SITE = deploy/bootstrap.sh --instance "$(INSTANCE)"

# USER is the login name in every environment: only one that is given to make counts.
ifneq ($(origin USER),command line)
override USER :=
endif

.PHONY: run test services stop status logs token clean ckan

run:
	@$(MAKE_SITE) run $(if $(PORT),--port $(PORT)) $(if $(EXAMPLE),--example "$(EXAMPLE)")

test:
	@$(MAKE_SITE) test

services:
	@$(MAKE_SITE) services --extra test

stop status logs:
	@$(MAKE_SITE) $@

token:
	@$(if $(USER),,echo "Whose? make token USER=name" >&2; exit 2;) \
	$(MAKE_SITE) token "$(USER)"

clean:
	@$(MAKE_SITE) clean $(if $(filter yes,$(YES)),--yes)

ckan:
	@$(MAKE_SITE) ckan
