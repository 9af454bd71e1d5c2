# Everything one does with a clone of Matinee; `make` alone prints it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run run-aws test lint fix check bench figures papers proof-power-cut proof-race proof-kill proof-kill-people proof-full-disk proof-degraded screenshots browser-tools npm-tools stand-ins env env-dev clean check-stack policies skill-package skill-zip proof-migrate proof-echo proof-front check-deploy deploy-tools stack-tools api-tools proof-api proof-personalize proof-everywhere spark-tools proof-spark neural-tools client-tools proof-pipelines proof-personalize-kill proof-long proof-kernels proof-arm

# The first Python on this machine that is new enough; PYTHON=/path/to/python names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$each" -c "$(NEW_ENOUGH)" 2>/dev/null && echo "$$each" && break; done; true)

# What is done is remembered by these files, so that a second call does nothing and needs no network.
VENV := .venv
PACKAGES := $(VENV)/.packages
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
BENCH_VENV := .bench-venv
PEERS := $(BENCH_VENV)/.installed
STAND_INS_VENV := .stand-ins-venv
STAND_INS := $(STAND_INS_VENV)/.installed
STACK_VENV := .stack-venv
STACK_TOOLS := $(STACK_VENV)/.installed
BROWSER_TOOLS := node_modules/.installed
API_VENV := .api-venv
API_TOOLS := $(API_VENV)/.installed
DEPLOY_VENV := .deploy-venv
DEPLOY_TOOLS := $(DEPLOY_VENV)/.installed
SPARK_VENV := .spark-venv
SPARK_TOOLS := $(SPARK_VENV)/.installed
NEURAL_TOOLS := $(VENV)/.neural
CLIENTS_VENV := .clients-venv
CLIENT_TOOLS := $(CLIENTS_VENV)/.installed
OBSERVATORY := tests/deploy/observatory
OBSERVATORY_TOOLS := $(OBSERVATORY)/node_modules/.installed

PIP := $(VENV)/bin/python -m pip --disable-pip-version-check -qq install
PIP_FAILED := { echo "The packages could not be installed; what pip said stands above. It needs a network once, and none after that."; exit 1; }

help: ## Prints this.
	@echo "What Matinee can do here:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r target says; do printf '  make %-16s %s\n' "$$target" "$$says"; done

run: $(INSTALLED) ## Starts the site on http://127.0.0.1:8000, with data and a first model if there are none yet.
	@echo "Starting Matinee; its address is printed when it is ready, and Ctrl-C stops it."
	@exec $(VENV)/bin/matinee serve $(ARGS)

run-aws: $(INSTALLED) $(STAND_INS) ## Demonstrates the shape on AWS with stand-ins for S3 and DynamoDB, and prints an item; ARGS=--once ends by itself.
	@exec $(VENV)/bin/python -m deploy.aws.demonstration $(ARGS)

test: $(TOOLS) $(STAND_INS) ## Runs all tests, several at once; ARGS="-k rating" runs some, ARGS=--require-browser skips none of those in a browser.
	@echo "Running the tests."
	@OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(VENV)/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(TOOLS) ## Checks format, style, types and which room imports which.
	@echo "Checking format (ruff), style (ruff), types (mypy) and imports (import-linter)."
	@wrong=(); \
	$(VENV)/bin/python -m ruff format --check --quiet . || wrong+=("format: make fix mends it"); \
	$(VENV)/bin/python -m ruff check --quiet . || wrong+=(style); \
	$(VENV)/bin/python -m mypy || wrong+=(types); \
	$(VENV)/bin/lint-imports || wrong+=(imports); \
	for each in "$${wrong[@]}"; do echo "Wrong: $$each"; done; \
	test $${#wrong[@]} -eq 0

fix: $(TOOLS) ## Formats the code and mends what ruff can mend.
	@echo "Formatting and mending the code."
	@$(VENV)/bin/python -m ruff check --quiet --fix . || true
	@$(VENV)/bin/python -m ruff format .

check: ## Runs lint and test.
	@echo "Checking everything: first lint, then the tests."
	@$(MAKE) lint
	@$(MAKE) test

bench: $(INSTALLED) $(PEERS) ## Measures speed and memory against peers and limits; ARGS=lists measures one part, ARGS="--long --keep" all, for the README.
	@echo "Measuring; nothing else should run on this machine meanwhile."
	@$(VENV)/bin/python -m bench $(ARGS)

figures: $(TOOLS) ## Measures every recipe on every split and writes the tables of docs/models; ARGS=--pages measures nothing.
	@echo "Measuring the recipes; all of them together take some hours, and each figure is kept as soon as it is there."
	@$(VENV)/bin/python -m bench.model_figures $(ARGS)

papers: $(TOOLS) ## Writes docs/papers.ipynb from docs/papers.py and executes it into var/papers.ipynb, on MATINEE_DATA or the sample.
	@echo "Repeating the papers; on real ratings this takes some minutes."
	@$(VENV)/bin/python -m bench.notebook --run var/papers.ipynb

proof-power-cut: $(TOOLS) ## Replays 900 disk states a power cut could leave, and shows that careless syncing would lose ratings.
	@echo "Replaying power cuts on the profile store; this takes a few minutes."
	@$(VENV)/bin/python -m tests.faults.power_cut --states 900
	@$(VENV)/bin/python -m tests.faults.power_cut --states 120 --planted

proof-race: $(TOOLS) $(STAND_INS) $(BROWSER_TOOLS) ## Lets raters, builders, readers and a trainer race on SQLite and DynamoDB's stand-ins, and shows that faults would be seen.
	@echo "Racing seven processes over one profile store; this takes three minutes."
	@$(VENV)/bin/python -m tests.faults.race --rounds 5
	@$(VENV)/bin/python -m tests.faults.race --planted late-lists --seconds 60
	@$(VENV)/bin/python -m tests.faults.race --on ministack --rounds 5
	@for planted in late-lists ratings-first revision-first clearings-ignored; do \
		$(VENV)/bin/python -m tests.faults.race --on ministack --planted $$planted --seconds 60; done
	@$(VENV)/bin/python -m tests.faults.race --on dynalite --rounds 5
	@$(VENV)/bin/python -m tests.faults.race --on dynalite --planted late-lists --seconds 60

proof-kill: $(TOOLS) ## Kills writers, servers and trainers 20 times each way, and shows that an answer before the commit would be caught.
	@echo "Killing writers of the store at random moments."
	@$(VENV)/bin/python -m tests.faults.kill --rounds 20
	@$(VENV)/bin/python -m tests.faults.kill --planted
	@echo "Killing trainers, servers and workers of a site under load; this takes two minutes."
	@$(VENV)/bin/python -m tests.faults.killed_serving --kills 20
	@$(VENV)/bin/python -m tests.faults.killed_serving --kills 4 --planted

proof-kill-people: $(TOOLS) $(STAND_INS) ## Kills 200 web workers under eight people who rate, on SQLite and on DynamoDB's stand-in, and shows that a loss would be seen.
	@echo "Killing web workers under load; this takes eight minutes."
	@for place in sqlite ministack; do \
		$(VENV)/bin/python -m tests.faults.killed_serving --kills 200 --only worker --raters 8 --on $$place; \
		$(VENV)/bin/python -m tests.faults.killed_serving --kills 10 --only worker --raters 8 --on $$place --planted; done

proof-personalize-kill: $(TOOLS) ## Kills the worker of /personalize and what it runs in the middle of 100 jobs, and shows that a torn one would be seen.
	@echo "Killing imports, exports, deletions, trainings and campaigns; this takes some minutes."
	@$(VENV)/bin/python -m tests.faults.killed_jobs --rounds 100
	@$(VENV)/bin/python -m tests.faults.killed_jobs --rounds 3 --planted

proof-full-disk: $(TOOLS) ## Fills a small disk under the profile store, and under a backup; needs to be root.
	@echo "Filling a disk."
	@$(VENV)/bin/python -m tests.faults.full_disk
	@$(VENV)/bin/python -m tests.faults.full_disk --backup

proof-degraded: $(TOOLS) $(STAND_INS) ## Lets DynamoDB and S3 fail in 18 ways under a site in use, and shows that mistakes in it would be seen.
	@echo "Letting Amazon fail, as stand-ins can; this takes eight minutes, and nothing else should run on this machine meanwhile."
	@$(VENV)/bin/python -m tests.faults.degraded
	@for planted in "a breaker that never opens" "no fallback" "a fallback that does not say so" "a fallback that shows the person" \
		"ratings acknowledged that are not kept"; do $(VENV)/bin/python -m tests.faults.degraded --only hanging --seconds 4 --planted "$$planted"; done

proof-migrate: $(TOOLS) ## Moves ml-latest-small and 200 people's ratings away and back, and compares every byte; needs MATINEE_TEST_DATA.
	@echo "Moving house, there and back, and out of a backup; on a stand-in for AWS too, so this takes some minutes."
	@$(VENV)/bin/python -m tests.journeys.moving --people 200

proof-echo: $(TOOLS) ## Sends the Echo's skill 100,000 requests with something wrong in them, and shows that mistakes would be seen.
	@echo "Asking the skill what nobody asks; this takes five minutes."
	@$(VENV)/bin/python -m tests.alexa_skill.odd_requests --requests 100000
	@for planted in no-sieve broken-conversation; do $(VENV)/bin/python -m tests.alexa_skill.odd_requests --requests 5000 --planted "$$planted"; done

proof-api: $(TOOLS) $(API_TOOLS) ## Calls the API in every way that its document allows, and in others, and shows that mistakes would be found.
	@echo "Calling the API by schemathesis with all its checks; this takes five minutes."
	@$(VENV)/bin/python -m tests.journeys.any_call --calls 200
	@for planted in "an undocumented status" "a broken promise of the form" "an error that nobody caught" "no token asked for"; do \
		$(VENV)/bin/python -m tests.journeys.any_call --calls 50 --planted "$$planted"; done

proof-personalize: $(TOOLS) ## Sends Amazon Personalize's interface 50,000 requests drawn from Amazon's models and bent, and shows that mistakes would be seen.
	@echo "Asking what no client asks; this takes five minutes."
	@$(VENV)/bin/python -m tests.webapp.personalize.spoilt_requests --requests 50000
	@for planted in "no word for a failure" "members unchecked" "an answer that the model has not"; do \
		$(VENV)/bin/python -m tests.webapp.personalize.spoilt_requests --requests 1500 --planted "$$planted"; done

proof-everywhere: $(TOOLS) $(STAND_INS) ## Rates 200 films by page, program and voice, on both stores, and compares every surface after each; shows that a late one would be seen.
	@echo "Rating and looking everywhere; this takes five minutes."
	@$(VENV)/bin/python -m tests.journeys.everywhere --ratings 200
	@$(VENV)/bin/python -m tests.journeys.everywhere --ratings 200 --on ministack
	@$(VENV)/bin/python -m tests.journeys.everywhere --ratings 30 --planted

proof-spark: $(TOOLS) $(SPARK_TOOLS) ## Kills Spark's executors in the middle of everybody's lists, and shows that a loss would be seen; needs Java 17.
	@echo "Making lists on a cluster of this machine and killing its executors; this takes three minutes."
	@$(VENV)/bin/python -m tests.faults.killed_executors --kills 6
	@$(VENV)/bin/python -m tests.faults.killed_executors --kills 6 --recipe ease
	@$(VENV)/bin/python -m tests.faults.killed_executors --kills 2 --planted
	@$(SPARK_VENV)/bin/python -m tests.recommender.on_spark.every_recipe
	@$(VENV)/bin/python -m pytest -q --long --require-spark tests/recommender/on_spark

proof-front: $(TOOLS) ## Reloads, restarts and kills servers and swaps models behind nginx under load, and shows that mistakes would be seen.
	@echo "Reading through nginx while everything behind it comes and goes; this takes three minutes."
	@$(VENV)/bin/python -m tests.faults.front
	@$(VENV)/bin/python -m tests.faults.front --planted one-server --kills 12 --reloads 0 --swaps 0 --restarts 0
	@$(VENV)/bin/python -m tests.faults.front --planted kept-lists --kills 1 --reloads 1 --swaps 0 --restarts 0

check-deploy: $(TOOLS) $(DEPLOY_TOOLS) ## Checks deploy/ with nginx, systemd-analyze, gixy, sslyze and the MDN Observatory, and lays an installation out.
	@echo "Checking deploy/: nothing is skipped."
	@CI=true $(VENV)/bin/python -m pytest tests/deploy $(ARGS)
	@laid=$$(mktemp -d); trap 'rm -rf "$$laid"' EXIT; \
	DESTDIR="$$laid" PYTHON="$(PYTHON)" deploy/install.sh films.example.com; \
	"$$laid"/opt/matinee/current/bin/matinee --help >/dev/null; \
	"$$laid"/opt/matinee/current/bin/gunicorn --check-config --config "$$laid"/opt/matinee/current/gunicorn.conf.py webapp.wsgi:app; \
	test -s "$$laid"/opt/matinee/current/static/css/matinee.css -a -s "$$laid"/opt/matinee/current/notice.html; \
	echo "The installation is whole."

proof-long: $(TOOLS) $(STAND_INS) $(BROWSER_TOOLS) ## Runs the tests that have no other long form, and looks at each page in both themes on both widths; needs MATINEE_TEST_DATA.
	@echo "Running the long tests; this takes some minutes."
	@$(VENV)/bin/python -m pytest -n auto --long -m slow $(ARGS)
	@$(VENV)/bin/python -m pytest -q --long --require-browser tests/browser $(ARGS)

proof-kernels: $(TOOLS) ## Runs the kernels in C under the sanitizers of gcc and clang, and the tests of models with each set of instructions.
	@echo "Building the kernels anew and watching what they read and write; this takes some minutes."
	@$(VENV)/bin/python -m tests.faults.sanitized --planted
	@$(VENV)/bin/python -m tests.faults.sanitized
	@for each in plain generic avx2 avx512 vnni; do \
		echo "The tests of models with MATINEE_KERNELS=$$each, or the most that this processor has:"; \
		OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -q -n auto --kernels $$each tests/recommender/models tests/recommender/test_batch.py tests/contracts/models; done

proof-arm: $(TOOLS) ## Compiles the kernels in C for Arm with every warning an error; skipped with a word where there is no compiler for it.
	@if ! command -v aarch64-linux-gnu-gcc >/dev/null; then \
		echo "Skipped: there is no compiler for Arm here; on Debian: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross"; exit 0; fi; \
	include=$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	for each in recommender/models/kernels/native/_*.c; do \
		aarch64-linux-gnu-gcc -shared -fPIC -std=c11 -O3 -ffp-contract=off -fno-math-errno -Wall -Wextra -Werror -I"$$include" "$$each" -o /dev/null; \
		echo "$$each: compiled for Arm."; done

proof-pipelines: $(TOOLS) $(CLIENT_TOOLS) ## Runs the three documents' pipelines by boto3 of today and of two years ago and by the AWS CLI; needs MATINEE_TEST_DATA.
	@echo "Running the pipelines of examples/personalize against a Matinee of their own; this takes some minutes."
	@$(VENV)/bin/python -m tests.journeys.pipelines
	@$(VENV)/bin/python -m pytest -q --long --require-clients tests/journeys/test_pipelines.py

screenshots: $(TOOLS) ## Draws the README's pictures of the site anew, from a site of its own.
	@echo "Taking the pictures in docs/images."
	@$(VENV)/bin/python -m tests.browser.screenshots $(ARGS)

npm-tools: $(BROWSER_TOOLS) $(OBSERVATORY_TOOLS) ## Installs all that comes from npm: the checkers of pages, dynalite and the MDN Observatory.

browser-tools: $(BROWSER_TOOLS) ## Installs the JavaScript tools that check the pages, and dynalite, with Node.js 18.19 or newer.

stand-ins: $(STAND_INS) ## Installs the stand-ins for S3 and DynamoDB that the tests race on.

check-stack: $(TOOLS) $(STACK_TOOLS) ## Checks the templates of the stack on AWS and of budgets, by cfn-lint, checkov and their promises, and that planted mistakes are caught.
	@echo "Checking deploy/aws/template.yaml and deploy/aws/budget.yaml."
	@$(STACK_VENV)/bin/cfn-lint deploy/aws/template.yaml deploy/aws/budget.yaml
	@$(STACK_VENV)/bin/checkov --file deploy/aws/template.yaml deploy/aws/budget.yaml --framework cloudformation --skip-download --compact --quiet
	@$(VENV)/bin/python -m pytest tests/deploy $(ARGS)

policies: $(TOOLS) ## Writes deploy/aws/policies anew from the template of the stack, for who makes the roles by hand.
	@$(VENV)/bin/python -m tests.deploy.stack

skill-package: $(INSTALLED) ## Writes alexa_skill/skill-package anew from its source and the built-in sample's titles.
	@titles=$$(mktemp); trap 'rm -f "$$titles"' EXIT; \
	$(VENV)/bin/matinee titles --sample --output "$$titles"; \
	$(VENV)/bin/python -m alexa_skill.model --titles "$$titles" --output alexa_skill

skill-zip: $(INSTALLED) ## Writes deploy/aws/build/matinee-skill.zip, the Echo's function for AWS Lambda, with Python 3.11.
	@$(VENV)/bin/python -m deploy.aws.skill_zip

stack-tools: $(STACK_TOOLS) ## Installs cfn-lint and checkov, which check the template of the stack.

api-tools: $(API_TOOLS) ## Installs schemathesis, which calls the API by its document.

spark-tools: $(SPARK_TOOLS) ## Makes .spark-venv, where Matinee runs with Apache Spark; needs Java 17 to run.

neural-tools: $(NEURAL_TOOLS) ## Adds PyTorch to .venv, by which the recipes classifier and sequence learn.

client-tools: $(CLIENT_TOOLS) ## Installs other clients of Amazon Personalize, boto3 of two years ago and the AWS CLI, that the tests ask by.

deploy-tools: $(DEPLOY_TOOLS) ## Installs the tools that look at deploy/ from outside, with Node.js 20 or newer.

env: $(INSTALLED) ## Makes .venv with everything that runs.

env-dev: $(TOOLS) ## Makes .venv with the tools for tests and checks as well.

clean: ## Removes the environments and all caches; var/, with people's ratings, stays.
	@echo "Removing .venv, .bench-venv, .stand-ins-venv, .stack-venv, .api-venv, .deploy-venv, .spark-venv, .clients-venv, node_modules and caches; var/ stays."
	@rm -rf $(VENV) $(BENCH_VENV) $(STAND_INS_VENV) $(STACK_VENV) $(API_VENV) $(DEPLOY_VENV) $(SPARK_VENV) $(CLIENTS_VENV) node_modules $(OBSERVATORY)/node_modules build *.egg-info \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@rm -f recommender/models/kernels/native/*.so
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PACKAGES): requirements.txt
	@test -n "$(PYTHON)" || { echo "Matinee needs Python 3.11 or newer, and this machine has $$(python3 --version 2>/dev/null || echo none)." \
		"Install one, or name it: make run PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c "$(NEW_ENOUGH)" || { echo "Matinee needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)."; exit 1; }
	@echo "Making an environment in $(VENV) with $$("$(PYTHON)" --version) and the packages of requirements.txt; this takes a minute."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) -r requirements.txt || $(PIP_FAILED)
	@touch $@

$(INSTALLED): $(PACKAGES) pyproject.toml $(wildcard recommender/models/kernels/native/*.[ch])
	@echo "Installing Matinee itself into $(VENV)."
	@rm -f recommender/models/kernels/native/*.so # else one of older sources would stay where a compiler is no more
	@$(PIP) --no-deps --editable . || $(PIP_FAILED)
	@$(VENV)/bin/python -c "from recommender.models.kernels import native; print(native.says())"
	@touch $@

$(TOOLS): $(INSTALLED) requirements-dev.txt
	@echo "Installing the tools for tests and checks into $(VENV)."
	@$(PIP) -r requirements-dev.txt || $(PIP_FAILED)
	@touch $@

$(PEERS): requirements-bench.txt | $(PACKAGES)
	@echo "Installing what Matinee is measured against into $(BENCH_VENV)."
	@"$(PYTHON)" -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-bench.txt || $(PIP_FAILED)
	@touch $@

$(STAND_INS): requirements-stand-ins.txt | $(PACKAGES)
	@echo "Installing what stands in for S3 and DynamoDB into $(STAND_INS_VENV)."
	@"$(PYTHON)" -m venv --clear $(STAND_INS_VENV)
	@$(STAND_INS_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-stand-ins.txt || $(PIP_FAILED)
	@touch $@

$(STACK_TOOLS): requirements-stack.txt | $(PACKAGES)
	@echo "Installing what checks the stack's template into $(STACK_VENV)."
	@"$(PYTHON)" -m venv --clear $(STACK_VENV)
	@$(STACK_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-stack.txt || $(PIP_FAILED)
	@touch $@

$(API_TOOLS): requirements-api.txt | $(PACKAGES)
	@echo "Installing what calls the API into $(API_VENV)."
	@"$(PYTHON)" -m venv --clear $(API_VENV)
	@$(API_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-api.txt || $(PIP_FAILED)
	@touch $@

$(CLIENT_TOOLS): requirements-clients.txt | $(PACKAGES)
	@echo "Installing other clients of Amazon Personalize into $(CLIENTS_VENV)."
	@"$(PYTHON)" -m venv --clear $(CLIENTS_VENV)
	@$(CLIENTS_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-clients.txt || $(PIP_FAILED)
	@touch $@

$(SPARK_TOOLS): requirements.txt requirements-spark.txt pyproject.toml | $(PACKAGES)
	@echo "Installing Matinee with Apache Spark into $(SPARK_VENV); this takes a minute, and 900 MB."
	@"$(PYTHON)" -m venv --clear $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements.txt -r requirements-spark.txt || $(PIP_FAILED)
	@$(SPARK_VENV)/bin/python -m pip --disable-pip-version-check -qq install --no-deps --editable . || $(PIP_FAILED)
	@touch $@

$(NEURAL_TOOLS): $(INSTALLED) requirements-neural.txt
	@echo "Adding PyTorch to $(VENV); this takes some minutes, and a gigabyte or several by the build that is found."
	@$(PIP) -r requirements-neural.txt || $(PIP_FAILED)
	@touch $@

$(BROWSER_TOOLS): package.json package-lock.json
	@echo "Installing the JavaScript tools of package-lock.json into node_modules."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The Observatory's list of sites that browsers know to speak TLS alone is fetched by its own installation; here it is empty.
$(OBSERVATORY_TOOLS): $(OBSERVATORY)/package.json $(OBSERVATORY)/package-lock.json
	@echo "Installing the MDN Observatory into $(OBSERVATORY)/node_modules."
	@cd $(OBSERVATORY) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@echo '{}' > $(OBSERVATORY)/node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json
	@touch $@

$(DEPLOY_TOOLS): requirements-deploy.txt $(OBSERVATORY_TOOLS) | $(PACKAGES)
	@echo "Installing the tools that look at deploy/ into $(DEPLOY_VENV)."
	@"$(PYTHON)" -m venv --clear $(DEPLOY_VENV)
	@$(DEPLOY_VENV)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-deploy.txt || $(PIP_FAILED)
	@touch $@
